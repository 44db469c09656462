import type { DiffReport } from '../diff/report.ts'

/** A mapping or group that grows or shrinks. */
export interface Mover {
  /** A binary string. */
  readonly name: string
  readonly rss: number
  readonly bytesPerSecond: number
}

/** What the mappings did between two deep looks. */
export interface Movement {
  readonly seconds: number
  readonly diff: DiffReport
}

/** What the movers of a frame are. */
export type MoverKind = 'mapping' | 'group'

/** What they are sorted by: how fast they move, how large they are, what they are called. */
export const MOVER_ORDERS = ['rate', 'size', 'name'] as const
export type MoverOrder = (typeof MOVER_ORDERS)[number]

const BEFORE: Readonly<Record<MoverOrder, (a: Mover, b: Mover) => number>> = {
  rate: (a, b) => Math.abs(b.bytesPerSecond) - Math.abs(a.bytesPerSecond),
  size: (a, b) => (Number.isNaN(b.rss) ? -1 : b.rss) - (Number.isNaN(a.rss) ? -1 : a.rss),
  name: (a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0),
}

/** Everything that moved, in order. */
export function moversOf({ seconds, diff }: Movement, kind: MoverKind, order: MoverOrder): readonly Mover[] {
  const movers = kind === 'group' ? groupMovers(diff, seconds) : mappingMovers(diff, seconds)
  return movers.filter(({ bytesPerSecond }) => bytesPerSecond !== 0).sort(BEFORE[order])
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
