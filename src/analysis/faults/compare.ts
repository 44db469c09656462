import type {
  Comparison,
  ComparisonRefusal,
  ComparisonRow,
  ComparisonWarning,
  FaultSubject,
  Verdict,
} from '../../model/fault-comparison.ts'
import type { MetricId, RunReport, Spread } from '../../model/fault-figures.ts'
import { mannWhitney, smallestProbability } from '../statistics.ts'
import { isUserOnly } from './accounting.ts'
import { countingRuns, METRIC_IDS, metricSpread } from './metrics.ts'

/**
 * The rule, as found by experiment on nine real programs, 60 runs each: a change counts when the medians differ by more
 * than the threshold and chance is ruled out. With 7 + 7 interleaved runs it was wrong once in 8,000 comparisons of
 * like with like, and found every change of 5 %.
 */
const LEAST_CHANGE = 0.02
const LEAST_PROBABILITY = 0.001
const THRESHOLD_SIGMAS = 2
/** A metric that varies more than this from run to run is too unstable for small differences. */
const STABLE = 0.04
/** Of an unstable metric only a difference as large as this says anything. */
const UNSTABLE_SIGMAS = 6
/** With too few runs for the test (7 + 7), complete separation beyond a wider threshold does. */
const FEWEST_RUNS = 3
const FEW_RUNS_CHANGE = 0.03

const FAULTS_FLOOR = 64
/** Differences below are nothing to a person, however exact. */
const FLOORS: Readonly<Record<MetricId, number>> = {
  faults: FAULTS_FLOOR,
  'minor-faults': FAULTS_FLOOR,
  'major-faults': FAULTS_FLOOR,
  'taken-faults': FAULTS_FLOOR,
  'user-faults': FAULTS_FLOOR,
  'kernel-faults': FAULTS_FLOOR,
  'pre-faulted': FAULTS_FLOOR,
  'dtlb-walks-per-1000-instructions': 0.05,
  'walk-cycles-share': 0.005,
  'peak-rss': 256 * 1024,
  wall: 1,
}

/** Compares two programs whose runs were interleaved; the first is the reference. */
export function compare(before: FaultSubject, after: FaultSubject): Comparison {
  const refusal = refusalOf(before, after)
  const warnings = warningsOf(before, after)
  if (refusal !== null) return { after, rows: [], refusal, warnings }
  const sides = [countingRuns(before.runs), countingRuns(after.runs)] as const
  const rows = METRIC_IDS.map((id) => compareMetric(id, metricSpread(sides[0], id), metricSpread(sides[1], id)))
  return { after, rows: rows.filter((row) => row.before !== null || row.after !== null), refusal, warnings }
}

/** Compares one metric. */
export function compareMetric(metric: MetricId, before: Spread | null, after: Spread | null): ComparisonRow {
  if (before === null || after === null) {
    return { metric, before, after, delta: null, relative: null, threshold: null, p: null, verdict: 'unknown' }
  }
  const delta = after.median - before.median
  const threshold = Math.max(
    LEAST_CHANGE * before.median,
    FLOORS[metric],
    THRESHOLD_SIGMAS * Math.max(before.sigma, after.sigma),
  )
  const p = delta >= 0 ? mannWhitney(before.values, after.values) : mannWhitney(after.values, before.values)
  return {
    metric,
    before,
    after,
    delta,
    relative: before.median === 0 ? null : delta / before.median,
    threshold,
    p,
    verdict: verdictOf(metric, before, after, delta, threshold, p),
  }
}

function verdictOf(
  metric: MetricId,
  before: Spread,
  after: Spread,
  delta: number,
  threshold: number,
  p: number,
): Verdict {
  const size = Math.abs(delta)
  const sigma = Math.max(before.sigma, after.sigma)
  if (isUnstable(before, metric) || isUnstable(after, metric)) {
    if (size <= UNSTABLE_SIGMAS * sigma) return 'unstable'
  }
  if (size <= threshold) return 'no-change'
  const direction = delta > 0 ? 'more' : 'fewer'
  if (p < LEAST_PROBABILITY) return direction
  if (smallestProbability(before.n, after.n) < LEAST_PROBABILITY) return 'no-change'
  const enough = Math.min(before.n, after.n) >= FEWEST_RUNS && size > FEW_RUNS_CHANGE * before.median
  return enough && areSeparate(before, after) ? direction : 'unproven'
}

function isUnstable({ sigma, median }: Spread, metric: MetricId): boolean {
  // What varies by less than the floor varies by nothing.
  return sigma > STABLE * Math.abs(median) && sigma > FLOORS[metric]
}

function areSeparate(before: Spread, after: Spread): boolean {
  return before.max < after.min || after.max < before.min
}

/** A comparison with a run that failed, or of user mode with both modes, would be wrong. */
function refusalOf(before: FaultSubject, after: FaultSubject): ComparisonRefusal | null {
  for (const [side, subject] of [
    ['before', before],
    ['after', after],
  ] as const) {
    const failed = subject.repeat?.failed ?? 0
    if (failed > 0) return { code: 'run-failed', side, failed }
    if (countingRuns(subject.runs).length === 0) return { code: 'no-runs', side }
  }
  const differ = userOnly(before.runs) !== userOnly(after.runs)
  return differ ? { code: 'modes-differ' } : null
}

/** Whether perf left kernel mode out. */
function userOnly(runs: readonly RunReport[]): boolean {
  const counters = countingRuns(runs).map((run) => run.counters['page-faults'])
  const counted = counters.filter((counter) => counter !== undefined && counter.modifiers !== '')
  return counted.some((counter) => counter !== undefined && isUserOnly(counter))
}

function warningsOf(before: FaultSubject, after: FaultSubject): readonly ComparisonWarning[] {
  const [a] = before.runs
  const [b] = after.runs
  if (a === undefined || b === undefined) return []
  const warnings: ComparisonWarning[] = []
  if (a.run.perfVersion !== b.run.perfVersion) warnings.push('perf-differs')
  if (a.run.host.kernel !== b.run.host.kernel) warnings.push('kernel-differs')
  if (a.run.host.cpuModel !== b.run.host.cpuModel) warnings.push('cpu-differs')
  if (before.command.slice(1).join('\0') !== after.command.slice(1).join('\0')) warnings.push('arguments-differ')
  return warnings
}
