import type { Spread } from '../../model/fault-figures.ts'
import type { RelativeLimit } from '../../model/gate/limit.ts'
import { GATE_METRICS, type GateMetric } from '../../model/gate/metrics.ts'
import type { MetricResult } from '../../model/gate/report.ts'
import { formatShare } from '../faults-figures.ts'
import { displayText } from '../sanitise.ts'
import { formatBytes, formatCount, UNKNOWN } from '../units.ts'

/** Text of others as a terminal may show it; nor does a log of GitHub take it for a command (`##[…]`, anywhere). */
export function shown(text: string): string {
  return displayText(Buffer.from(text).toString('latin1')).replaceAll('##[', '#\\x23[')
}

/** A binary string likewise. */
export function shownBinary(binary: string): string {
  return displayText(binary).replaceAll('##[', '#\\x23[')
}

/** The value of a metric for people. */
export function formatValue(metric: GateMetric, value: number | null): string {
  return GATE_METRICS[metric].unit === 'bytes' ? formatBytes(roundBytes(value)) : formatCount(value)
}

/** A change with its sign. */
export function formatChange(metric: GateMetric, delta: number): string {
  return `${delta < 0 ? '−' : '+'}${formatValue(metric, Math.abs(delta))}`
}

/** Bytes with their sign. */
export function formatByteChange(delta: number): string {
  return delta === 0 ? '0 B' : `${delta < 0 ? '−' : '+'}${formatBytes(Math.abs(Math.round(delta)))}`
}

/** A change as a share: `+8.1 %`, `≈` below a tenth of a per cent, `=` for none. */
export function formatRelative(relative: number | null): string {
  if (relative === null) return UNKNOWN
  if (relative === 0) return '='
  if (Math.abs(relative) < 0.0005) return '≈'
  const share = formatShare(Math.abs(relative)).replace('<', '')
  return `${relative < 0 ? '−' : '+'}${share}`
}

/** The change of a metric: its share, or where there was nothing before, itself. */
export function formatDifference({ metric, delta, relative }: MetricResult): string {
  if (delta === null) return UNKNOWN
  return relative === null && delta !== 0 ? formatChange(metric, delta) : formatRelative(relative ?? 0)
}

/** A limit for people: `+2 % and +256 KiB`. */
export function formatLimit(metric: GateMetric, limit: RelativeLimit): string {
  const { share, amount } = limit
  const parts = [
    ...(share === null ? [] : [`+${Number((share * 100).toFixed(3))} %`]),
    ...(amount === null ? [] : [`+${formatValue(metric, amount)}`]),
  ]
  return parts.join(' and ')
}

/** How much runs vary: as a share of their median, or itself for a growth, whose median is near nothing. */
export function formatNoise(metric: GateMetric, { sigma, median }: Spread): string {
  if (GATE_METRICS[metric].judged === 'growth' || median === 0) return `±${formatValue(metric, Math.round(sigma))}`
  return `±${formatShare(sigma / Math.abs(median))}`
}

/** More runs than this are shown by their ends. */
const MOST_RUNS = 6
const MIB = 1024 ** 2

/** Every run, or the first and last of many, in one unit so that they can be compared. */
export function formatRuns(metric: GateMetric, values: readonly number[]): string {
  const sorted = [...values].sort((a, b) => a - b)
  const [first = Number.NaN] = sorted
  if (sorted.length > 1 && sorted.at(-1) === first) return `${formatRuns(metric, [first])} each time`
  const some = sorted.length > MOST_RUNS ? [...sorted.slice(0, 2), null, ...sorted.slice(-2)] : sorted
  const bytes = GATE_METRICS[metric].unit === 'bytes'
  const inMib = bytes && Math.max(...sorted.map(Math.abs)) >= MIB
  const one = (value: number): string => {
    if (!bytes) return formatCount(value)
    return inMib ? (value / MIB).toFixed(2) : String(Math.round(value / 1024))
  }
  const text = some.map((value) => (value === null ? '…' : one(value))).join(' ')
  return bytes ? `${text} ${inMib ? 'MiB' : 'KiB'}` : text
}

/** A probability: `0.0003`, `0.00002`. */
export function formatProbability(p: number): string {
  return p >= 0.001 ? p.toFixed(3) : String(Number(p.toPrecision(1)))
}

/** The median of an even number of runs may be half a byte. */
function roundBytes(value: number | null): number | null {
  return value === null ? null : Math.round(value)
}
