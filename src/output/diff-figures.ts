import { type DiffReport, type GroupChange, isMoved, type MappingChange } from '../analysis/diff/report.ts'
import { FIGURES, type FigureId } from '../analysis/figures.ts'
import type { MapsReport } from '../analysis/maps-report.ts'
import { displayText } from './sanitise.ts'
import { formatBytes, formatCount, formatPercent, UNKNOWN } from './units.ts'

/** A difference in bytes with its sign: `+3.8 MiB`, `−12.0 KiB`, `0 B`. `null` is unknown. */
export function bytesDelta(delta: number | null, raw: boolean): string {
  if (delta === null) return UNKNOWN
  const size = raw ? String(Math.abs(delta)) : formatBytes(Math.abs(delta))
  return `${sign(delta)}${size}`
}

/** A difference of counts with its sign. */
export function countDelta(delta: number | null): string {
  return delta === null ? UNKNOWN : `${sign(delta)}${formatCount(Math.abs(delta))}`
}

/** How much of what there was a difference is: `+8.1 %`; empty where there was nothing. */
export function shareOf(delta: number | null, before: number | null): string {
  if (delta === null || delta === 0 || before === null || before === 0) return ''
  return `${sign(delta)}${formatPercent((Math.abs(delta) / before) * 100)}`
}

/** The figures that changed anywhere, those that nearly everybody asks for first; `rss` always where it is known. */
export function changedFigures(report: DiffReport): readonly FigureId[] {
  const { figures } = report.totals
  const moved = (id: FigureId): boolean =>
    figures[id].delta !== null &&
    (figures[id].delta !== 0 || report.groups.some((group) => (group.figures[id].delta ?? 0) !== 0))
  return FIGURES.map(({ id }) => id).filter(
    (id) => SHOWN.includes(id) && (moved(id) || (id === 'rss' && figures.rss.after !== null)),
  )
}

const SHOWN: readonly FigureId[] = ['size', 'rss', 'pss', 'uss', 'anonymous', 'dirty', 'swap', 'huge', 'hugetlb']

/** Groups in which anything changed. */
export function changedGroups(report: DiffReport): readonly GroupChange[] {
  return report.groups.filter(({ mappings, figures }) => mappings.delta !== 0 || isMoved(figures))
}

/** A mapping's name for people, ours in round brackets where the kernel gives none. */
export function mappingName(report: DiffReport, mapping: MappingChange): string {
  const [side, row] = sideOf(report, mapping)
  const name = side.table.nameOf(row)
  if (name !== '') return displayText(name)
  return `(${side.classes.label(row) ?? side.classes.kind(row)})`
}

/** The side on which a mapping is looked at: the later one, unless it is gone. */
export function sideOf(report: DiffReport, { before, after }: MappingChange): readonly [MapsReport, number] {
  return after === null ? [report.before, before ?? 0] : [report.after, after]
}

/** What changed besides figures: `perms rw-p → r--p`. */
export function propertyText(mapping: MappingChange): string {
  return mapping.properties
    .map(({ what, before, after }) => `${what} ${displayText(before) || '(none)'} → ${displayText(after) || '(none)'}`)
    .join(', ')
}

function sign(delta: number): string {
  return delta > 0 ? '+' : delta < 0 ? '−' : ''
}
