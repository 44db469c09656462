import type { LimitVerdict } from '../analysis/diff/limit.ts'
import type { Change, DiffReport, MappingChange } from '../analysis/diff/report.ts'
import type { MapsReport } from '../analysis/maps-report.ts'
import { hexPadded } from '../model/address.ts'
import { permsText } from '../model/perms.ts'
import { type ListColumn, writeList } from './column-writer.ts'
import {
  bytesDelta,
  changedFigures,
  changedGroups,
  countDelta,
  mappingName,
  propertyText,
  shareOf,
  sideOf,
} from './diff-figures.ts'
import type { RecordStyle } from './record-table.ts'
import { displayText } from './sanitise.ts'
import { counted, formatBytes, formatCount, formatMilliseconds, UNKNOWN } from './units.ts'
import { paragraph, wrapText } from './wrap.ts'

/** Where a side of a diff comes from. */
export interface DiffSide {
  /** When it was read, ISO 8601; `null` for just now. */
  readonly at: string | null
  /** Milliseconds that a live process was read before the other side; `null` without such a wait. */
  readonly ago: number | null
  /** The capture's file; `null` for a live process. */
  readonly file: string | null
}

/** How a diff is written, and of what. */
export interface DiffView {
  readonly sides: readonly [DiffSide, DiffSide]
  readonly verdicts: readonly LimitVerdict[]
  /** Mappings shown at most; `null` for all. */
  readonly limit: number | null
}

/** Writes a diff for people: totals, groups and mappings that changed, largest change first. */
export function writeDiffText(
  report: DiffReport,
  view: DiffView,
  style: RecordStyle & { readonly quiet: boolean },
  write: (text: string) => void,
): void {
  const { palette } = style
  const lines = (texts: readonly string[]): void => write(texts.map((text) => `${text}\n`).join(''))
  if (!style.quiet) {
    lines(wrapText(sideText(report.before, view.sides[0]), style.width, 'before  '))
    lines(wrapText(sideText(report.after, view.sides[1]), style.width, 'after   '))
    lines([...paragraph(report.sameProcess ? SAME : OTHER, style.width).map(palette.muted), ''])
    writeTotals(report, style, write)
  }
  const changed = report.mappings.filter(({ fate }) => fate !== 'same')
  if (!style.quiet && changed.length > 0) {
    write('\n')
    writeGroups(report, style, write)
  }
  if (changed.length > 0) {
    if (!style.quiet) write('\n')
    writeMappings(report, changed.slice(0, view.limit ?? changed.length), style, write)
  }
  if (style.quiet) return
  lines(['', ...paragraph(restText(report, changed.length, view.limit), style.width).map(palette.muted)])
  for (const verdict of view.verdicts) write(`${verdictText(verdict, style)}\n`)
}

const SAME = 'one process at two moments: mappings are matched by address'
const OTHER = 'two processes: mappings are matched by file, offset, permissions, kind and order'

function sideText({ memory, host }: MapsReport, { at, ago, file }: DiffSide): string {
  const source = file === null ? 'live' : displayText(Buffer.from(file).toString('latin1'))
  const parts = [
    `PID ${memory.pid}`,
    displayText(memory.stat.comm),
    at ?? (ago === null ? 'now' : `${formatMilliseconds(ago)} before`),
    source,
    `Linux ${host.kernel.release}`,
  ]
  return parts.join(' · ')
}

function writeTotals(report: DiffReport, style: RecordStyle, write: (text: string) => void): void {
  const bytes = (value: number | null): string =>
    value === null ? UNKNOWN : style.bytes ? String(value) : formatBytes(value)
  const row = (name: string, change: Change, text: (value: number | null) => string, delta: string): string[] => [
    name,
    text(change.before),
    text(change.after),
    delta,
    shareOf(change.delta, change.before),
  ]
  const { totals } = report
  const rows = [
    ...changedFigures(report).map((id) =>
      row(id, totals.figures[id], bytes, bytesDelta(totals.figures[id].delta, style.bytes)),
    ),
    row('mappings', totals.mappings, formatCount, countDelta(totals.mappings.delta)),
  ]
  const titles = ['TOTAL', 'BEFORE', 'AFTER', 'CHANGE', '']
  writeList(
    titles.map((title, column) => ({
      title,
      align: column === 0 ? ('left' as const) : ('right' as const),
      cell: (index) => rows[index]?.[column] ?? '',
    })),
    rows.length,
    { width: null, header: style.header, headerPaint: style.palette.heading },
    write,
  )
}

function writeGroups(report: DiffReport, style: RecordStyle, write: (text: string) => void): void {
  const groups = changedGroups(report)
  const figures = changedFigures(report)
  const columns: ListColumn[] = [
    {
      title: report.after.grouping.toUpperCase(),
      align: 'left',
      cell: (row) => displayText(groups[row]?.key ?? ''),
    },
    { title: 'MAPPINGS', align: 'right', cell: (row) => blankZero(countDelta(groups[row]?.mappings.delta ?? null)) },
    ...figures.map(
      (id): ListColumn => ({
        title: id.toUpperCase(),
        align: 'right',
        cell: (row) => blankZero(bytesDelta(groups[row]?.figures[id].delta ?? null, style.bytes)),
      }),
    ),
  ]
  writeList(columns, groups.length, { width: null, header: style.header, headerPaint: style.palette.heading }, write)
}

function writeMappings(
  report: DiffReport,
  mappings: readonly MappingChange[],
  style: RecordStyle,
  write: (text: string) => void,
): void {
  const at = (row: number): MappingChange => mappings[row] as MappingChange
  const memory = mappings.some(({ figures }) => figures.rss.delta !== null)
  const columns: ListColumn[] = [
    { title: 'WHAT', align: 'left', cell: (row) => at(row).fate },
    ...(memory ? [figureColumn('RSS', (row) => at(row).figures.rss.delta, style)] : []),
    figureColumn('SIZE', (row) => at(row).figures.size.delta, style),
    { title: 'ADDRESS', align: 'right', cell: (row) => addressText(report, at(row)) },
    { title: 'PERMS', align: 'left', cell: (row) => permsOf(report, at(row)) },
    { title: 'PATH', align: 'left', cell: (row) => pathText(report, at(row)) },
  ]
  writeList(
    columns,
    mappings.length,
    { width: style.width, header: style.header, headerPaint: style.palette.heading },
    write,
  )
}

function figureColumn(title: string, delta: (row: number) => number | null, style: RecordStyle): ListColumn {
  return { title, align: 'right', cell: (row) => blankZero(bytesDelta(delta(row), style.bytes)) }
}

/** Zeros are blank, so that what changed can be seen. */
function blankZero(text: string): string {
  return text === '0 B' || text === '0' ? '' : text
}

function addressText(report: DiffReport, mapping: MappingChange): string {
  const [side, row] = sideOf(report, mapping)
  return hexPadded(side.table.start[row] as number)
}

function permsOf(report: DiffReport, mapping: MappingChange): string {
  const [side, row] = sideOf(report, mapping)
  return permsText(side.table.perms[row] as number)
}

function pathText(report: DiffReport, mapping: MappingChange): string {
  const properties = propertyText(mapping)
  const name = mappingName(report, mapping)
  return properties === '' ? name : `${name}: ${properties}`
}

function restText(report: DiffReport, changed: number, limit: number | null): string {
  const same = report.mappings.length - changed
  const unchanged = `${counted(same, 'mapping')} unchanged`
  const hidden = limit === null ? 0 : Math.max(0, changed - limit)
  if (changed === 0) return `nothing changed: ${unchanged}`
  return hidden === 0 ? unchanged : `${unchanged}, ${formatCount(hidden)} more changed; --limit 0 shows all`
}

function verdictText({ limit, change, exceeded }: LimitVerdict, style: RecordStyle): string {
  const { palette } = style
  const text = (value: number | null): string =>
    limit.subject === 'mappings' ? formatCount(value) : formatBytes(value)
  const figures = `${text(change.before)} → ${text(change.after)}`
  if (exceeded === null) return palette.warning(`cannot tell: ${limit.text} (${figures})`)
  return exceeded ? palette.warning(`exceeded: ${limit.text} (${figures})`) : `held: ${limit.text} (${figures})`
}
