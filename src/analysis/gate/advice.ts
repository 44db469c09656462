import type { BaselineScenario } from '../../model/gate/baseline.ts'
import type { GateRun } from '../../model/gate/measurer.ts'
import { GATE_METRICS, type GateMetric } from '../../model/gate/metrics.ts'
import type { MetricResult, StabilityAdvice } from '../../model/gate/report.ts'
import type { Scenario } from '../../model/gate/scenario.ts'
import { askedOf } from './asked.ts'
import { isUnstable, NO_PAGE_CACHE, STABLE } from './rule.ts'
import { samplesOf, spreadOfBaseline } from './samples.ts'

/** What an allocator can do something about. */
const ALLOCATED: readonly GateMetric[] = ['peak-rss', 'anon', 'minor-faults', 'after.anon', 'ready.anon', 'warm.anon']

/** Metrics too unstable to be judged for which another setting of the allocator may help. */
export function allocatorMetrics(metrics: readonly MetricResult[]): readonly MetricResult[] {
  return metrics.filter(({ metric, verdict }) => verdict === 'unstable' && ALLOCATED.includes(metric))
}

/** Compares the spread of unstable metrics with that of runs which had another setting. */
export function stabilityAdvice(
  setting: Pick<StabilityAdvice, 'variable' | 'value'>,
  unstable: readonly MetricResult[],
  trial: readonly GateRun[],
): StabilityAdvice {
  const metrics = unstable.map((result) => {
    const { spread } = samplesOf(trial, result.metric)
    const without = Math.max(...[result.before, result.now].map(shareOf))
    return { metric: result.metric, without, with: spread === null ? null : shareOf(spread) }
  })
  const helps = metrics.every((each) => each.with !== null && each.with <= STABLE)
  return { ...setting, metrics, runs: trial.length, helps }
}

/** Metrics of a recording that vary too much for the limit that they have, and by how much. */
export function stabilityOf(
  recorded: BaselineScenario,
  scenario: Scenario,
): readonly { readonly metric: GateMetric; readonly share: number }[] {
  const { limits } = askedOf(scenario, true, () => () => false)
  return [...limits].flatMap(([metric, { value: limit }]) => {
    const kept = recorded.metrics.get(metric)
    const spread = kept === undefined ? null : spreadOfBaseline(kept)
    if (limit === null || spread === null) return []
    const given = {
      facts: GATE_METRICS[metric],
      limit,
      before: spread,
      now: spread,
      sameSession: false,
      pageCache: NO_PAGE_CACHE,
    }
    return isUnstable(given) ? [{ metric, share: shareOf(spread) }] : []
  })
}

function shareOf(spread: { readonly sigma: number; readonly median: number } | null): number {
  return spread === null || spread.median === 0 ? 0 : spread.sigma / Math.abs(spread.median)
}
