/**
 * `mmapctl/faults@1`: plain data, everything that any form of `mmapctl faults` shows. Made by `analysis/faults/`.
 * Unknown is `null`, never 0, and carries its reason beside it.
 */

import type { Attribution } from './fault-attribution.ts'
import type { Comparison, FaultSubject } from './fault-comparison.ts'
import type { Advice, Note } from './fault-notes.ts'
import type { FaultHost, RateSample } from './faults.ts'
import type { PerfFailure } from './perf-failure.ts'

export const FAULTS_SCHEMA = 'mmapctl/faults@1'

/** Faults over time. */
export interface RatePoint {
  /** Milliseconds since the start, of the interval's end. */
  readonly atMs: number
  readonly spanMs: number
  readonly minor: number
  readonly major: number
}

/** Faults over time of a process that was watched. */
export interface RatesReport {
  readonly samples: readonly RateSample[]
  readonly points: readonly RatePoint[]
  /** Minor and major, per second. */
  readonly mean: number | null
  readonly peak: number | null
}

/** One thing that was started or read to make the report. */
export interface FaultProvenance {
  /** A command line or a path; a binary string. */
  readonly source: string
  /** Milliseconds since the report's begin. */
  readonly at: number
  readonly durationMs: number
  readonly bytes: number
}

export type Backend = 'auto' | 'perf' | 'proc'

/** The whole answer. The counters, runs and figures at the top are the reference's when two programs are compared. */
export interface FaultsReport extends FaultSubject {
  readonly schema: typeof FAULTS_SCHEMA
  /** The process that was attached to; `null` when a program was run. */
  readonly target: { readonly pid: number; readonly comm: string } | null
  readonly host: FaultHost
  readonly backend: {
    readonly asked: Backend
    readonly used: 'perf' | 'proc'
    readonly perfVersion: string | null
    readonly failure: PerfFailure | null
  }
  readonly comparison: Comparison | null
  readonly attribution: Attribution | null
  readonly rates: RatesReport | null
  /** At most three. */
  readonly advice: readonly Advice[]
  readonly notes: readonly Note[]
  readonly provenance: readonly FaultProvenance[]
}
