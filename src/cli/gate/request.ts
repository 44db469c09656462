import type { Scenario } from '../../model/gate/scenario.ts'

/** What to do with a baseline that was recorded elsewhere. */
export const MISMATCH = ['no-verdict', 'warn', 'ignore'] as const
export type OnMismatch = (typeof MISMATCH)[number]

/** The other side of an A/B comparison. */
export interface Against {
  /** The old program's command line; one word alone is given the new one's arguments. `null` for the same command. */
  readonly words: readonly string[] | null
  /** A checkout of the old version, in which the same commands run; `null` for the same directory. */
  readonly directory: string | null
}

/** A `check` command line, read. */
export interface CheckRequest {
  readonly scenarios: readonly Scenario[]
  /** The directory that paths are told relative to, and `.mmapctl` is in. */
  readonly root: string
  readonly config: string | null
  readonly against: Against | null
  readonly onMismatch: OnMismatch
  readonly lenient: boolean
}
