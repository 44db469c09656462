import { GATE_METRICS } from '../../model/gate/metrics.ts'
import type { GroupResult, MetricResult, ScenarioResult } from '../../model/gate/report.ts'
import { counted, formatBytes } from '../units.ts'
import {
  formatByteChange,
  formatChange,
  formatLimit,
  formatNoise,
  formatProbability,
  formatRelative,
  formatRuns,
  formatValue,
  shown,
} from './text.ts'

/** A creep since the first recording below this is not worth a word. */
const CREEP = 0.05

/** Metrics over their limit or budget. */
export function failedMetrics({ metrics }: ScenarioResult): readonly MetricResult[] {
  return metrics.filter(({ verdict }) => verdict === 'failed')
}

/** What failed of a metric: how much it is, how much it was, what was allowed. */
export function metricFinding(result: MetricResult, reference: ScenarioResult['reference']): string {
  const { metric, now, before, delta, relative, limit, budget, bound, threshold } = result
  const { label } = GATE_METRICS[metric]
  const value = formatValue(metric, now?.median ?? null)
  if (budget?.verdict === 'failed' && now !== null) {
    const most = budget.seen ?? now.median
    const over = formatValue(metric, most - budget.most)
    const seen = budget.seen === null ? value : `${formatValue(metric, most)} at the peak, ${value} at the end`
    return `${label} ${seen}, budget ${formatValue(metric, budget.most)}: ${over} too much`
  }
  if (before === null || delta === null || limit === null) return `${label} ${value}`
  const was = `${reference?.kind === 'against' ? 'before' : 'baseline'} ${formatValue(metric, before.median)}`
  const share = relative === null ? '' : ` (${formatRelative(relative)})`
  const allowed =
    bound === 'limit' || threshold === null
      ? `limit ${formatLimit(metric, limit)}`
      : `more than ${bound === 'noise' ? 'twice the noise' : 'noise and the page cache explain'}, ${formatChange(metric, threshold)}`
  return `${label} ${value}, ${was}: ${formatChange(metric, delta)}${share}, ${allowed}`
}

/** Metrics whose usual limit was not judged: they were only seen now and then, and do not repeat. */
export function restlessTexts({ metrics }: ScenarioResult): readonly string[] {
  return metrics.flatMap(({ metric, verdict, limit, before, now }) => {
    const spread = before ?? now
    if (verdict !== 'not-gated' || limit === null || spread === null) return []
    return [`${GATE_METRICS[metric].label} is not judged: it does not repeat (${formatNoise(metric, spread)})`]
  })
}

/** What exceeds its limit, and passes because of how files came into the page cache. */
export function pageCacheText({ metrics }: ScenarioResult): string | null {
  const explained = metrics.filter(({ verdict, bound, delta, before, limit }) => {
    if (verdict !== 'passed' || bound !== 'page-cache' || delta === null || before === null || limit === null)
      return false
    return delta > Math.max((limit.share ?? 0) * before.median, limit.amount ?? 0)
  })
  const huge = metrics.find(({ metric }) => metric === 'file-huge')
  if (explained.length === 0 || huge?.before == null || huge.now === null) return null
  const change = `${formatBytes(huge.before.median)} → ${formatBytes(huge.now.median)}`
  const names = explained.map(({ metric }) => GATE_METRICS[metric].label).join(' and ')
  return `${names} beyond the limit, which the page cache explains: huge pages of files ${change}`
}

/** The runs behind a finding, and how sure it is. */
export function evidenceLines(result: MetricResult, against: boolean): readonly string[] {
  const { metric, now, before, delta, threshold, p, budget } = result
  if (now === null) return []
  // A budget is none of the baseline's business.
  const compared = budget?.verdict !== 'failed' || (delta !== null && threshold !== null && delta > threshold)
  const runs = (label: string, values: readonly number[]): string =>
    `${label} ${formatRuns(metric, values)} (${counted(values.length, 'run')})`
  if (before === null || !compared) return [runs(budget?.seen == null ? 'now' : 'at the end', now.values)]
  const sides = `${runs(against ? 'before' : 'baseline', before.values)}   ${runs('now', now.values)}`
  const noise = before.sigma === 0 ? 'none at all' : formatNoise(metric, before)
  const apart = now.min > before.max ? `all ${before.n * now.n} pairs are higher` : 'the runs overlap'
  const chance = p === null ? '' : ` (p = ${formatProbability(p)})`
  return [sides, `${apart}${chance}; noise ${against ? 'before' : 'of the baseline'}: ${noise}`]
}

/** What failed of a limit of groups. */
export function groupFinding({ pattern, limit, now, before, threshold, keys }: GroupResult): string {
  const name = `group ${shown(pattern)}`
  if (limit.kind === 'most') {
    if (limit.bytes > 0) return `${name} ${formatBytes(now)}, budget ${formatBytes(limit.bytes)}`
    return `${name} must not be mapped, and is: ${keys.map(shown).join(', ')}`
  }
  const delta = (now ?? 0) - (before ?? 0)
  const share = before === null || before === 0 ? '' : ` (${formatRelative(delta / before)})`
  return `${name} ${formatBytes(now)}, before ${formatBytes(before)}: ${formatByteChange(delta)}${share}, limit ${formatByteChange(threshold ?? 0)}`
}

/** Whether a new baseline would make it pass: a budget broken is none of the baseline's business. */
export function isAcceptable({ metrics, groups, reference }: ScenarioResult): boolean {
  const byLimit = metrics.some(({ verdict, budget }) => verdict === 'failed' && budget?.verdict !== 'failed')
  const byGroup = groups.some(({ verdict, limit }) => verdict === 'failed' && limit.kind === 'relative')
  return reference?.kind === 'baseline' && (byLimit || byGroup)
}

/** Slow growths since the scenario was first recorded, which no single change shows. */
export function creepTexts({ metrics }: ScenarioResult): readonly string[] {
  return metrics.flatMap(({ metric, verdict, first, before }) => {
    if (verdict === 'not-gated' || first === null || first.relative === null || first.relative < CREEP) return []
    // Where the baseline is the first one still, the change itself says it.
    if (before?.median === first.value) return []
    return [`${GATE_METRICS[metric].label} ${formatRelative(first.relative)} since ${first.since}`]
  })
}

/** The growth of a server by the request: `+642 B per request, +61.2 MiB per 100,000`. */
export function perRequestText(result: ScenarioResult): string | null {
  const growth = result.metrics.find(({ metric }) => metric === 'growth.anon')?.now ?? null
  const { requests } = result
  if (growth === null || requests === null) return null
  const each = growth.median / requests
  return `${formatByteChange(each)} per request, ${formatByteChange(each * 100_000)} per 100,000`
}
