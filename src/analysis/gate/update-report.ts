import type { ProgramFailure } from '../../model/gate/report.ts'
import type { stabilityOf } from './advice.ts'
import type { ScenarioUpdate } from './update.ts'

/** What became of a baseline. */
export interface UpdateReport {
  readonly scenarios: readonly UpdatedScenario[]
  /** Files that were written, as a person would type them. */
  readonly written: readonly string[]
  readonly seconds: number
  readonly interrupted: boolean
}

export interface UpdatedScenario {
  readonly name: string
  /** The baseline that it belongs to. */
  readonly file: string
  readonly runs: number
  /** `null` when the program failed, or could not be measured. */
  readonly update: ScenarioUpdate | null
  readonly failure: ProgramFailure | null
  /** Why it could not be measured here; `null` when it was. */
  readonly refusal: string | null
  /** Metrics that vary too much to be judged by. */
  readonly unstable: ReturnType<typeof stabilityOf>
}
