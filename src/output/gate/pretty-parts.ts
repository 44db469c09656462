import { GATE_METRICS } from '../../model/gate/metrics.ts'
import type { GroupResult, MetricResult, ScenarioResult } from '../../model/gate/report.ts'
import type { Palette } from '../palette.ts'
import { formatBytes } from '../units.ts'
import { pageCacheText, perRequestText, restlessTexts } from './findings.ts'
import { differenceText } from './reasons.ts'
import { formatDifference, formatValue, shown, shownBinary } from './text.ts'

/** How a report is shown to a person. */
export interface PrettyStyle {
  readonly palette: Palette
  /** Columns of the terminal; `null` when nothing is cut. */
  readonly width: number | null
  /** Only what failed, and what has no verdict. */
  readonly quiet: boolean
}

export const INDENT = '    '

/** What a reader of the figures should know besides. */
export function sideNotes(result: ScenarioResult): readonly string[] {
  const { differences, notes, reference, fidelity } = result
  const perRequest = perRequestText(result)
  const explained = pageCacheText(result)
  return [
    ...(perRequest === null ? [] : [perRequest]),
    ...(differences.length === 0 || reference === null
      ? []
      : [`since the baseline: ${differences.map(differenceText).join(', ')}`]),
    ...(explained === null ? [] : [explained]),
    ...restlessTexts(result),
    ...(fidelity === 'polled' ? ['polled: peaks are lower bounds'] : []),
    ...notes.map((note) => `note: ${shownBinary(note)}`),
  ]
}

/** A metric as it is, and how it differs. */
export function metricText(result: MetricResult): string {
  const { metric, now, budget } = result
  const most = budget === null || budget.verdict !== 'passed' ? '' : ` of ${formatValue(metric, budget.most)}`
  const change = result.before === null ? '' : ` (${formatDifference(result)})`
  return `${GATE_METRICS[metric].label} ${formatValue(metric, now?.median ?? null)}${most}${change}`
}

/** A limit of groups that was kept: what there is of them. */
export function groupText({ pattern, limit, now, keys }: GroupResult): string {
  const most = limit.kind === 'most' && limit.bytes > 0 ? ` of ${formatBytes(limit.bytes)}` : ''
  const size = keys.length === 0 ? 'not mapped' : formatBytes(Math.round(now ?? Number.NaN))
  return `${shown(pattern)} ${size}${most}`
}

/** A metric before and now. */
export function changeText(result: MetricResult): string {
  const { metric, before, now } = result
  const sizes = `${formatValue(metric, before?.median ?? null)} → ${formatValue(metric, now?.median ?? null)}`
  return `${sizes} (${formatDifference(result)})`
}
