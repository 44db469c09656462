import { GATE_METRICS } from '../../model/gate/metrics.ts'
import type { MetricResult, ScenarioResult } from '../../model/gate/report.ts'
import type { Palette } from '../palette.ts'
import { shortTable } from '../short-table.ts'
import { formatDifference, formatNoise, formatValue } from './text.ts'

/** Everything that was measured of a scenario, where no verdict says what matters. */
export function measuredTable(result: ScenarioResult, palette: Palette): readonly string[] {
  const rows = result.metrics.filter(isWorthARow).map(cellsOf)
  if (rows.length === 0) return []
  const compared = result.metrics.some(({ before }) => before !== null)
  const columns = [
    { title: `${result.runs} ${result.runs === 1 ? 'RUN' : 'RUNS'}`, align: 'left' },
    { title: 'MEDIAN', align: 'right' },
    { title: 'FROM', align: 'right' },
    { title: 'TO', align: 'right' },
    { title: 'NOISE', align: 'right' },
    ...(compared ? [{ title: 'CHANGE', align: 'right' } as const] : []),
  ] as const
  const [head = '', ...lines] = shortTable(
    columns,
    rows.map((row) => row.slice(0, columns.length)),
  )
  return [palette.heading(`    ${head}`), ...lines.map((line) => `    ${line}`)]
}

/** What was measured and is not nothing; and whatever was asked for. */
function isWorthARow({ now, before, verdict }: MetricResult): boolean {
  return verdict !== 'not-gated' || (now !== null && (now.max > 0 || (before !== null && before.max > 0)))
}

function cellsOf(result: MetricResult): readonly string[] {
  const { metric, now } = result
  const label = `${GATE_METRICS[metric].label}${result.fidelity === 'polled' ? ' ≥' : ''}`
  const values = [now?.median ?? null, now?.min ?? null, now?.max ?? null].map((value) => formatValue(metric, value))
  const noise = now === null || now.sigma === 0 ? '' : formatNoise(metric, now)
  return [label, ...values, noise, formatDifference(result)]
}
