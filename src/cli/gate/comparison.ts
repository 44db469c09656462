import { figuresOfBaseline, type ReferenceFigures } from '../../analysis/gate/reference.ts'
import type { Environment, EnvironmentDifference } from '../../model/gate/environment.ts'
import type { NoVerdict, Reference } from '../../model/gate/report.ts'
import type { Fidelity } from '../../model/measured-run.ts'
import { type BaselineFile, findScenario } from './baseline-files.ts'
import type { OnMismatch } from './request.ts'

/** What a scenario is compared with, or why with nothing. */
export interface Comparison {
  readonly figures: ReferenceFigures | null
  readonly reference: Reference | null
  readonly obstacles: readonly NoVerdict[]
  /** There is something to compare with, if not for the obstacles: so the usual limits are meant. */
  readonly recorded: boolean
  readonly differences: readonly EnvironmentDifference[]
}

/** A scenario as it was run just now. */
export interface RunFacts {
  readonly name: string
  readonly command: string
  /** `null` when nothing was run. */
  readonly environment: Environment | null
  readonly fidelity: Fidelity | null
}

/** Finds what a scenario's runs can be compared with in the baselines, and what stands in the way. */
export function compareWithBaselines(
  { name, command, environment, fidelity }: RunFacts,
  files: readonly BaselineFile[],
  onMismatch: OnMismatch,
): Comparison {
  const found = environment === null ? null : findScenario(files, name, environment)
  if (found === null) {
    const code = files.length === 0 ? 'no-baseline' : 'not-in-baseline'
    return { figures: null, reference: null, obstacles: [{ code }], recorded: false, differences: [] }
  }
  const { scenario: before, file } = found
  const { material, minor } = found.environment
  const obstacles: NoVerdict[] = []
  if (material.length > 0 && onMismatch === 'no-verdict') obstacles.push({ code: 'environment', differences: material })
  if (before.command !== command) obstacles.push({ code: 'command-changed', before: before.command })
  if (fidelity !== null && fidelity !== before.fidelity) {
    obstacles.push({ code: 'fidelity', before: before.fidelity, now: fidelity })
  }
  return {
    figures: obstacles.length === 0 ? figuresOfBaseline(before) : null,
    reference: {
      kind: 'baseline',
      file: file.shown,
      recorded: before.recorded,
      commit: before.commit,
      runs: Math.max(0, ...[...before.metrics.values()].map(({ runs }) => runs.length)),
    },
    obstacles,
    recorded: true,
    differences: { 'no-verdict': minor, warn: [...material, ...minor], ignore: [] }[onMismatch],
  }
}
