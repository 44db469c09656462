import type { Spread } from '../fault-figures.ts'
import type { Fidelity, RunEnd } from '../measured-run.ts'
import type { Environment, EnvironmentDifference } from './environment.ts'
import type { GroupLimit, RelativeLimit } from './limit.ts'
import type { ServerFailure } from './measurer.ts'
import type { GateMetric } from './metrics.ts'

/** What is to be said of one metric or group. */
export type MetricVerdict =
  | 'passed'
  | 'failed'
  /** Less than before, by more than the limit. */
  | 'improved'
  /** Less than half: did the program do its work? */
  | 'implausible'
  /** It differs too much from run to run for its limit to mean anything. */
  | 'unstable'
  /** More than the limit, in too few runs to rule out chance. */
  | 'unproven'
  | 'not-measured'
  /** A peak that was only seen now and then is a lower bound: it cannot keep a budget for certain. */
  | 'lower-bound'
  | 'no-baseline'
  /** Nothing was asked of it. */
  | 'not-gated'

/** A budget, and whether it was kept. */
export interface BudgetResult {
  readonly most: number
  readonly verdict: 'passed' | 'failed' | 'not-measured' | 'lower-bound'
  /** What broke it, where that is more than the metric: mappings at the peak, which were gone at the end. */
  readonly seen: number | null
  readonly line: number | null
}

/** A metric of a scenario: as it was, as it is, and what follows. */
export interface MetricResult {
  readonly metric: GateMetric
  /** The worst of the comparison's and the budget's. */
  readonly verdict: MetricVerdict
  /** `null` when a run did not measure it; `why` says it then. */
  readonly now: Spread | null
  readonly why: string | null
  readonly fidelity: Fidelity | null
  readonly before: Spread | null
  readonly delta: number | null
  /** Share of the baseline; `null` when that is 0. */
  readonly relative: number | null
  readonly limit: RelativeLimit | null
  readonly limitLine: number | null
  /** What the change had to exceed: the limit, or twice the noise and what the page cache explains where that is more. */
  readonly threshold: number | null
  /** Which of them the threshold is. */
  readonly bound: 'limit' | 'noise' | 'page-cache' | null
  /** How likely such runs were if nothing had changed; `null` where no test was made. */
  readonly p: number | null
  readonly budget: BudgetResult | null
  /** The value when the scenario was first recorded. */
  readonly first: { readonly value: number; readonly since: string; readonly relative: number | null } | null
}

/** A limit of groups of mappings, and whether it was kept. */
export interface GroupResult {
  /** As it was written: a key, or a glob. */
  readonly pattern: string
  readonly limit: GroupLimit
  readonly line: number | null
  readonly verdict: 'passed' | 'failed' | 'not-measured' | 'no-baseline'
  /** Medians, bytes. */
  readonly now: number | null
  readonly before: number | null
  readonly threshold: number | null
  /** Keys of the groups that it applies to. */
  readonly keys: readonly string[]
}

/** How a group of mappings changed, at the peak; bytes. */
export interface GrowthRow {
  readonly key: string
  readonly before: number
  readonly now: number
  readonly delta: number
  /** How far the baseline's own runs lie apart. */
  readonly range: number
  readonly anon: { readonly before: number; readonly now: number }
  /** How many mappings it is, medians. */
  readonly mappings: { readonly before: number; readonly now: number }
  readonly change: 'grew' | 'shrank' | 'new' | 'gone' | 'within-noise' | 'same'
}

/** Where the difference is. */
export interface Growth {
  readonly rows: readonly GrowthRow[]
  readonly total: { readonly before: number; readonly now: number; readonly delta: number }
  /** Seconds since the start, of the median run's snapshot. */
  readonly at: number | null
  /** Of a server the mappings after its load are compared; without anything else, with those before it. */
  readonly moment: 'peak' | 'after-load' | 'under-load'
}

/** A group of mappings, in the median of all runs; bytes. */
export interface MemoryRow {
  readonly key: string
  readonly resident: number
  /** Its anonymous and shared part. */
  readonly anon: number
  readonly mappings: number
}

/** Where the memory is, whatever it was before. */
export interface MemoryPlaces {
  /** The largest first. */
  readonly rows: readonly MemoryRow[]
  readonly resident: number
  /** Of so many processes at most; a peak of resident memory is that of one. */
  readonly processes: number
  /** Seconds since the start, of the median run's snapshot. */
  readonly at: number | null
  /** `most-anon`: where a budget of `anon` alone is broken, whose highest moment is not that of most resident memory. */
  readonly moment: 'peak' | 'after-load' | 'most-anon'
}

/** Why there is no verdict. */
export type NoVerdict =
  | { readonly code: 'nothing-checked' }
  /** Nothing could be measured here; `why` in plain words. */
  | { readonly code: 'cannot-measure'; readonly why: string }
  | { readonly code: 'no-baseline' }
  | { readonly code: 'not-in-baseline' }
  | { readonly code: 'environment'; readonly differences: readonly EnvironmentDifference[] }
  | { readonly code: 'command-changed'; readonly before: string }
  | { readonly code: 'fidelity'; readonly before: Fidelity; readonly now: Fidelity }
  | { readonly code: 'metric-not-in-baseline'; readonly metrics: readonly GateMetric[] }
  | { readonly code: 'unstable'; readonly metrics: readonly GateMetric[] }
  | { readonly code: 'unproven'; readonly metrics: readonly GateMetric[] }
  | { readonly code: 'implausible'; readonly metrics: readonly GateMetric[] }
  | { readonly code: 'not-measured'; readonly metrics: readonly GateMetric[] }
  | { readonly code: 'lower-bound'; readonly metrics: readonly GateMetric[] }
  | { readonly code: 'groups-not-measured' }
  | { readonly code: 'not-settled' }

/** Why a program's runs cannot be judged. */
export type ProgramFailure =
  | { readonly code: 'ended'; readonly end: RunEnd; readonly expected: number; readonly said: string }
  | { readonly code: 'server'; readonly failure: ServerFailure; readonly said: string }
  | { readonly code: 'not-started'; readonly reason: 'not-found' | 'not-executable'; readonly program: string }

/** The same runs with another setting: does it make them repeat? */
export interface StabilityAdvice {
  readonly variable: string
  readonly value: string
  /** Robust deviations as shares of the median, without and with it. */
  readonly metrics: readonly { readonly metric: GateMetric; readonly without: number; readonly with: number | null }[]
  readonly runs: number
  /** Whether every unstable metric became stable. */
  readonly helps: boolean
}

export type ScenarioVerdict = 'passed' | 'improved' | 'failed' | 'no-verdict' | 'program-failed'

/** What a scenario is compared with. */
export type Reference =
  | {
      readonly kind: 'baseline'
      readonly file: string
      readonly recorded: string
      readonly commit: string | null
      readonly runs: number
    }
  | { readonly kind: 'against'; readonly command: string; readonly runs: number }

/** A scenario, judged. */
export interface ScenarioResult {
  readonly name: string
  readonly line: number | null
  readonly command: string
  readonly verdict: ScenarioVerdict
  readonly reasons: readonly NoVerdict[]
  readonly failure: ProgramFailure | null
  /** Which side failed, in an A/B comparison. */
  readonly failedSide: 'old' | 'new' | null
  readonly runs: number
  readonly warmup: number
  readonly fidelity: Fidelity | null
  readonly seconds: number
  readonly reference: Reference | null
  readonly metrics: readonly MetricResult[]
  readonly groups: readonly GroupResult[]
  readonly growth: Growth | null
  /** `null` when in a run no mappings could be read. */
  readonly places: MemoryPlaces | null
  /** Where it was measured; `null` when nothing was run. */
  readonly environment: Environment | null
  /** Differences of the environment that do not forbid a comparison, or were told not to. */
  readonly differences: readonly EnvironmentDifference[]
  readonly advice: StabilityAdvice | null
  /** Requests that the load made, where that was told. */
  readonly requests: number | null
  /** In plain words; names in them are binary strings. */
  readonly notes: readonly string[]
}

/** Everything that any form of `check` shows. */
export interface CheckReport {
  /** The configuration; `null` for a program behind `--`. */
  readonly config: string | null
  /** Today, as the baseline writes days. */
  readonly day: string
  readonly scenarios: readonly ScenarioResult[]
  readonly seconds: number
  /** `--no-verdict=pass`: what could not be judged does not fail. */
  readonly lenient: boolean
  /** `check` was stopped before its end. */
  readonly interrupted: boolean
}
