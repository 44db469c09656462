import type { Fidelity } from '../measured-run.ts'
import type { Environment } from './environment.ts'
import type { GateMetric } from './metrics.ts'

/** What is kept of a metric, in its unit. */
export interface BaselineMetric {
  /** Every run, from the smallest to the largest: a rank test needs them all. */
  readonly runs: readonly number[]
  /** The median when the scenario was first recorded, so that a slow creep shows. */
  readonly first: number
  /** The day of `first`, `2026-03-14`. */
  readonly since: string
}

/** What is kept of a group of mappings, at the peak; bytes. Its key is text. */
export interface BaselineGroup {
  readonly median: number
  readonly min: number
  readonly max: number
  /** Median of its anonymous part. */
  readonly anon: number
  /** Median count of mappings. */
  readonly mappings: number
}

/** A scenario as it was recorded. */
export interface BaselineScenario {
  /** As a shell would read it, without the user's directories. */
  readonly command: string
  /** The day, `2026-09-20`. */
  readonly recorded: string
  readonly commit: string | null
  readonly reason: string | null
  /** Who recorded it: `mmapctl 0.4.0`. */
  readonly tool: string
  readonly fidelity: Fidelity
  readonly environment: Environment
  readonly metrics: ReadonlyMap<GateMetric, BaselineMetric>
  readonly groups: ReadonlyMap<string, BaselineGroup>
  /** Groups so small that they were left out of a very long list. */
  readonly groupsLeftOut: number
}

/** A baseline file. */
export interface Baseline {
  readonly scenarios: ReadonlyMap<string, BaselineScenario>
}

/** The form of the file; raised when an older mmapctl could not read it. */
export const BASELINE_FORMAT = 1
