import { WATCH_FIGURES, type WatchFigure, type WatchTier } from '../../model/watch.ts'
import type { DiffReport } from '../diff/report.ts'
import { type Growth, judgeGrowth, type Reading } from './growth.ts'
import type { History } from './history.ts'

/** A figure as it stands in a frame. */
export interface FrameFigure {
  readonly figure: WatchFigure
  /** The last value; of a counter its rate a second. `NaN` is unknown. */
  readonly value: number
  /** Seconds since it was read. */
  readonly age: number
  /** Change a second over the window; `NaN` when too little is known. */
  readonly rate: number
  readonly series: readonly Reading[]
}

/** A mapping or group that grows or shrinks. */
export interface Mover {
  /** A binary string. */
  readonly name: string
  readonly rss: number
  readonly bytesPerSecond: number
}

/** How a tier is read: how often at what cost, or why not at all. */
export interface TierState {
  readonly tier: WatchTier
  readonly costMs: number
  readonly longestReadMs: number
  /** Seconds between readings. */
  readonly pace: number
  readonly refused: string | null
}

/** What the mappings did between two deep looks. */
export interface Movement {
  readonly seconds: number
  readonly diff: DiffReport
}

/** Everything that a screen or a line of `watch` shows. */
export interface WatchFrame {
  readonly at: number
  readonly figures: readonly FrameFigure[]
  /** Of what only this process can give back: anonymous memory, resident or in swap. */
  readonly growth: Growth
  readonly movers: readonly Mover[]
  /** Seconds that the movers' rates are over; `null` before two deep looks. */
  readonly moversOver: number | null
  readonly tiers: readonly TierState[]
}

/** What the movers of a frame are. */
export type MoverKind = 'mapping' | 'group'

/** Seconds that rates of figures are taken over. */
const RATE_WINDOW = 30

/** Makes a frame of what is known at a moment. */
export function frameAt(
  at: number,
  history: History,
  known: {
    readonly movement: Movement | null
    readonly movers: MoverKind
    readonly tiers: readonly TierState[]
    /** Seconds that the verdict on growth looks back. */
    readonly window: number
  },
): WatchFrame {
  return {
    at,
    figures: WATCH_FIGURES.map((figure) => frameFigure(figure, at, history)),
    growth: judgeGrowth(privateSeries(history, at - known.window)),
    movers: known.movement === null ? [] : moversOf(known.movement, known.movers),
    moversOver: known.movement?.seconds ?? null,
    tiers: known.tiers,
  }
}

function frameFigure(figure: WatchFigure, at: number, history: History): FrameFigure {
  const series = history.series(figure)
  const last = series.at(-1)
  return {
    figure,
    value: last?.value ?? Number.NaN,
    age: last === undefined ? Number.NaN : at - last.at,
    rate: history.rate(figure, RATE_WINDOW),
    series,
  }
}

/** Anonymous memory, swapped or not: swapping out must not look like giving back. */
function privateSeries(history: History, since: number): readonly Reading[] {
  const swap = new Map(history.series('swap', since).map(({ at, value }) => [at, value]))
  return history.series('anon', since).map(({ at, value }) => ({ at, value: value + (swap.get(at) ?? 0) }))
}

function moversOf({ seconds, diff }: Movement, kind: MoverKind): readonly Mover[] {
  const movers = kind === 'group' ? groupMovers(diff, seconds) : mappingMovers(diff, seconds)
  return movers
    .filter(({ bytesPerSecond }) => bytesPerSecond !== 0)
    .sort((a, b) => Math.abs(b.bytesPerSecond) - Math.abs(a.bytesPerSecond))
}

function groupMovers({ groups }: DiffReport, seconds: number): readonly Mover[] {
  return groups.map(({ key, figures }) => ({
    name: key,
    rss: figures.rss.after ?? Number.NaN,
    bytesPerSecond: (figures.rss.delta ?? 0) / seconds,
  }))
}

function mappingMovers(diff: DiffReport, seconds: number): readonly Mover[] {
  return diff.mappings.map(({ before, after, figures }) => {
    const [side, row] = after === null ? [diff.before, before ?? 0] : [diff.after, after]
    const name = side.table.nameOf(row) || `(${side.classes.label(row) ?? side.classes.kind(row)})`
    return { name, rss: figures.rss.after ?? Number.NaN, bytesPerSecond: (figures.rss.delta ?? 0) / seconds }
  })
}
