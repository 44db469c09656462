import type { MetricId, RepeatReport, RunFigures, RunReport, Spread } from './fault-figures.ts'

/** A program, or a process, that was measured. */
export interface FaultSubject {
  readonly command: readonly string[]
  /** All runs, warm-ups first. */
  readonly runs: readonly RunReport[]
  /** Of the last run that counts; with `--repeat` of the run whose fault count is the median. */
  readonly figures: RunFigures
  readonly repeat: RepeatReport | null
}

export type Verdict =
  /** Beyond the threshold, and the runs are too far apart for chance. */
  | 'more'
  | 'fewer'
  /** Within the threshold, or the runs overlap as chance lets them. */
  | 'no-change'
  /** Beyond the threshold, but too few runs to tell it from chance. */
  | 'unproven'
  /** One side varies too much from run to run to compare. */
  | 'unstable'
  | 'unknown'

/** One line of a comparison. */
export interface ComparisonRow {
  readonly metric: MetricId
  readonly before: Spread | null
  readonly after: Spread | null
  /** after − before, of the medians. */
  readonly delta: number | null
  /** delta ÷ before; `null` when before is 0. */
  readonly relative: number | null
  /** What a change must exceed to count: max(2 %, floor, 2 σ). */
  readonly threshold: number | null
  /** One-sided Mann–Whitney probability of such runs if nothing had changed. */
  readonly p: number | null
  readonly verdict: Verdict
}

/** Why two programs were not compared. */
export type ComparisonRefusal =
  | { readonly code: 'run-failed'; readonly side: 'before' | 'after'; readonly failed: number }
  | { readonly code: 'modes-differ' }
  | { readonly code: 'no-runs'; readonly side: 'before' | 'after' }

/** What may explain a difference beside the programs. */
export type ComparisonWarning = 'perf-differs' | 'kernel-differs' | 'cpu-differs' | 'arguments-differ'

/** The second program beside the first, which is the reference. */
export interface Comparison {
  readonly after: FaultSubject
  readonly rows: readonly ComparisonRow[]
  readonly refusal: ComparisonRefusal | null
  readonly warnings: readonly ComparisonWarning[]
}
