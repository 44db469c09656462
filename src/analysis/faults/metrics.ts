import type { MetricId, RepeatReport, RunReport, Spread } from '../../model/fault-figures.ts'
import { spreadOf } from '../statistics.ts'

/** How a metric is read from one run; `null` is unknown. */
const METRICS: Readonly<Record<MetricId, (run: RunReport) => number | null>> = {
  faults: ({ accounting }) => accounting.total.value,
  'taken-faults': ({ accounting }) => accounting.perf.all.value,
  'user-faults': ({ accounting }) => accounting.perf.user.value,
  'kernel-faults': ({ accounting }) => accounting.perf.kernel.value,
  'pre-faulted': ({ accounting }) => accounting.preFaulted.value,
  'minor-faults': ({ accounting }) => accounting.minor.value,
  'major-faults': ({ accounting }) => accounting.major.value,
  'dtlb-walks-per-1000-instructions': ({ derived }) => derived.dtlbWalksPer1000Instructions.value,
  'walk-cycles-share': ({ derived }) => derived.walkCyclesShare.value,
  'peak-rss': ({ run }) => run.peakRssBytes,
  wall: ({ run }) => run.wallMs,
}

/** Metrics in the order of reports. */
export const METRIC_IDS = Object.keys(METRICS) as readonly MetricId[]

/** Whether a run ended as a program should; one that was only watched did. */
function succeeded({ run }: RunReport): boolean {
  return run.exit.signal === null && (run.exit.code === null || run.exit.code === 0)
}

/** Runs that count: no warm-ups, none that failed. */
export function countingRuns(runs: readonly RunReport[]): readonly RunReport[] {
  return runs.filter((each) => !each.run.warmup && succeeded(each))
}

/** One metric over several runs; `null` unless every run has it. */
export function metricSpread(runs: readonly RunReport[], id: MetricId): Spread | null {
  const values = runs.map(METRICS[id]).filter((value) => value !== null)
  return values.length === runs.length ? spreadOf(values) : null
}

/** The runs of one program put together. */
export function repeatOf(runs: readonly RunReport[]): RepeatReport {
  const counting = countingRuns(runs)
  const measured = runs.filter(({ run }) => !run.warmup)
  const metrics: Partial<Record<MetricId, Spread>> = {}
  for (const id of METRIC_IDS) {
    const spread = metricSpread(counting, id)
    if (spread !== null) metrics[id] = spread
  }
  return {
    runs: counting.length,
    warmups: runs.length - measured.length,
    failed: measured.length - counting.length,
    metrics,
  }
}

/** The run that stands for all: the one whose fault count is the median, or nearest to it. */
export function typicalRun(runs: readonly RunReport[]): RunReport | null {
  const counting = countingRuns(runs)
  const measured = runs.filter(({ run }) => !run.warmup)
  const candidates = counting.length > 0 ? counting : measured.length > 0 ? measured : runs
  const sorted = [...candidates].sort((a, b) => faults(a) - faults(b))
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? null
}

function faults({ accounting }: RunReport): number {
  return accounting.total.value ?? -1
}
