import type { FrameFigure } from '../analysis/watch/frame.ts'
import type { Growth } from '../analysis/watch/growth.ts'
import type { WatchFigure } from '../model/watch.ts'
import { counted, formatBytes, formatCount, formatPercent, UNKNOWN } from './units.ts'

/** How a figure of `watch` is written. */
interface FigureForm {
  readonly title: string
  readonly unit: 'bytes' | 'count' | 'percent' | 'per-second'
}

const FORMS: Readonly<Record<WatchFigure, FigureForm>> = {
  rss: { title: 'RSS', unit: 'bytes' },
  anon: { title: 'anon', unit: 'bytes' },
  file: { title: 'file', unit: 'bytes' },
  shmem: { title: 'shmem', unit: 'bytes' },
  pss: { title: 'PSS', unit: 'bytes' },
  uss: { title: 'USS', unit: 'bytes' },
  dirty: { title: 'dirty', unit: 'bytes' },
  swap: { title: 'swap', unit: 'bytes' },
  huge: { title: 'huge', unit: 'bytes' },
  hugetlb: { title: 'hugetlb', unit: 'bytes' },
  locked: { title: 'locked', unit: 'bytes' },
  pageTables: { title: 'page tables', unit: 'bytes' },
  size: { title: 'virtual', unit: 'bytes' },
  mappings: { title: 'mappings', unit: 'count' },
  threads: { title: 'threads', unit: 'count' },
  minorFaults: { title: 'minor faults', unit: 'per-second' },
  majorFaults: { title: 'major faults', unit: 'per-second' },
  pressureSome: { title: 'PSI some, host', unit: 'percent' },
  pressureFull: { title: 'PSI full, host', unit: 'percent' },
  cgroupPressureSome: { title: 'PSI some, cgroup', unit: 'percent' },
  cgroupPressureFull: { title: 'PSI full, cgroup', unit: 'percent' },
}

/** What a figure is called. */
export function figureTitle(figure: WatchFigure): string {
  return FORMS[figure].title
}

/** A figure's value for people. */
export function figureText(figure: WatchFigure, value: number): string {
  const { unit } = FORMS[figure]
  if (unit === 'bytes') return formatBytes(value)
  if (unit === 'percent') return formatPercent(value)
  return unit === 'count' ? formatCount(value) : `${formatCount(value)}/s`
}

/** How fast a figure changes: `+1.2 MiB/s`; empty when it does not, or for what is a rate itself. */
export function rateText({ figure, rate }: Pick<FrameFigure, 'figure' | 'rate'>): string {
  const { unit } = FORMS[figure]
  if (Number.isNaN(rate) || (unit !== 'bytes' && unit !== 'count')) return ''
  if (unit === 'bytes') return bytesRate(rate)
  return Math.abs(rate) < 0.05 ? '' : `${rate > 0 ? '+' : '−'}${Math.abs(rate).toFixed(1)}/s`
}

/** Bytes a second with their sign; empty below one. */
export function bytesRate(rate: number): string {
  const size = Math.round(Math.abs(rate))
  return size === 0 || Number.isNaN(rate) ? '' : `${rate > 0 ? '+' : '−'}${formatBytes(size)}/s`
}

/** The verdict on growth in a sentence. */
export function growthText(growth: Growth): string {
  const { shape, bytesPerSecond } = growth
  const over = `${counted(growth.readings, 'reading')} over ${Math.round(growth.seconds)} s`
  const rate = bytesRate(bytesPerSecond) || UNKNOWN
  switch (shape) {
    case 'too-short':
      return `growth: too early to tell (${over})`
    case 'stable':
      return `growth: none (${over})`
    case 'warming-up':
      return `growth: warming up, ${bytesRate(bytesPerSecond) || 'at rest'} now and slowing (${over}, ${sureText(growth)})`
    case 'sawtooth':
      return `growth: sawtooth, what is allocated is given back (${over})`
    case 'rising':
      return `growth: ${rate}, but too unsteady to say that it goes on (${over}, ${sureText(growth)})`
    case 'growing':
      return `growth: ${rate}, and not slowing: like a leak (${over}, ${sureText(growth)})`
  }
}

/** A confidence; rounded down, so that nothing is ever called certain. */
export function sureText({ confidence }: Pick<Growth, 'confidence'>): string {
  return `${Math.min(99.9, Math.floor(confidence * 1000) / 10)} % sure`
}

/** What differs between two moments. */
const COMPARED: readonly WatchFigure[] = ['rss', 'anon', 'file', 'shmem', 'swap', 'mappings']

/** How the figures that every sample has changed from one moment to another: `RSS +3.0 MiB, anon +3.0 MiB`. */
export function changeText(before: ReadonlyMap<WatchFigure, number>, after: ReadonlyMap<WatchFigure, number>): string {
  const changes = COMPARED.flatMap((figure) => {
    const change = (after.get(figure) ?? Number.NaN) - (before.get(figure) ?? Number.NaN)
    if (change === 0 || Number.isNaN(change)) return []
    return [`${figureTitle(figure)} ${change > 0 ? '+' : '−'}${figureText(figure, Math.abs(change))}`]
  })
  return changes.length === 0 ? 'RSS and its parts, swap and the number of mappings are the same' : changes.join(', ')
}
