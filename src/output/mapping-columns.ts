import { FIGURES, type FigureId, figure } from '../analysis/figures.ts'
import type { MapsReport } from '../analysis/maps-report.ts'
import { runReader, valueReader } from '../analysis/order.ts'
import { rowsOf } from '../analysis/rows.ts'
import { hex, hexPadded } from '../model/address.ts'
import { jsonFieldName } from '../model/field-names.ts'
import { KIND_NAMES, kindAt } from '../model/kinds.ts'
import { deviceText } from '../model/mapping-table.ts'
import { permsText } from '../model/perms.ts'
import type { UsageColumn } from '../model/usage-column.ts'
import type { ListColumn } from './column-writer.ts'
import type { Paint, Palette } from './palette.ts'
import { displayText } from './sanitise.ts'
import { formatBytes } from './units.ts'

/** Columns that are not figures, with what they show. */
export const TEXT_COLUMNS = {
  address: 'where the mapping starts',
  end: 'where it ends, exclusive',
  perms: 'permissions as the kernel prints them; those of joined segments joined by commas',
  offset: 'offset in the file in bytes: hexadecimal in text, decimal in CSV and JSON',
  device: 'device of the file, as in maps',
  inode: 'inode of the file',
  flags: 'VmFlags, the kernel’s two letters each',
  kind: 'what the mapping is',
  evidence: 'what proves the kind',
  path: 'file or name, full in a pipe; (…) is a known runtime’s use of it',
} as const

export type TextColumn = keyof typeof TEXT_COLUMNS

/** How cells are written. */
export interface CellStyle {
  readonly palette: Palette
  /** Raw integers of bytes instead of IEC units. */
  readonly bytes: boolean
}

/** Every column name that can be asked for, besides the kernel's own fields. */
export const COLUMN_NAMES: readonly string[] = [...Object.keys(TEXT_COLUMNS), ...FIGURES.map((each) => each.id)]

/** Length of a mapping; the addresses already tell it, so no report shows it twice. */
const SIZE_KEY = 'Size'

/** The smaps fields that were read, in the kernel's order, besides the size. */
export function fieldColumns(report: MapsReport): readonly UsageColumn[] {
  return report.table.columns.filter((column) => column.key !== SIZE_KEY)
}

/** The JSON names of `fieldColumns`. */
export function fieldNames(report: MapsReport): readonly string[] {
  return fieldColumns(report).map((column) => jsonFieldName(column.key))
}

/** Makes the columns of these names; a name that is none is left to the caller to have refused. */
export function mappingColumns(report: MapsReport, names: readonly string[], style: CellStyle): readonly ListColumn[] {
  return names.map((name) =>
    name in TEXT_COLUMNS ? textColumn(report, name as TextColumn, style) : valueColumn(report, name, style),
  )
}

function valueColumn(report: MapsReport, name: string, style: CellStyle): ListColumn {
  const read = runReader(report.view, valueReader(report.table, name))
  const unit = unitOf(report, name)
  const known = FIGURES.some((each) => each.id === name)
  const heading = { title: known ? figure(name as FigureId).title : name.toUpperCase(), align: 'right' as const }
  if (unit === 'number' || style.bytes) return { ...heading, cell: (index) => rawCell(read(index)) }
  const filled = remembered((value) => humanCell(value).padStart(HUMAN_WIDTH))
  return {
    ...heading,
    cell: (index) => humanCell(read(index)),
    width: HUMAN_WIDTH,
    filled: (index) => filled(read(index)),
  }
}

function unitOf(report: MapsReport, name: string): 'bytes' | 'number' {
  return report.table.columns.find((column) => jsonFieldName(column.key) === name)?.unit ?? 'bytes'
}

/** What `formatBytes` needs at most, so that columns stand in the same place in every report. */
const HUMAN_WIDTH = 8
/** Figures repeat (a page, two pages, …); more distinct ones than this are not worth remembering. */
const MOST_REMEMBERED = 4096

/** Figures for people. Zeros are blank, so that what is there can be seen. */
function humanCell(value: number): string {
  return value === 0 ? '' : formatBytes(value)
}

function remembered(make: (value: number) => string): (value: number) => string {
  const known = new Map<number, string>()
  return (value) => {
    const text = known.get(value) ?? make(value)
    if (known.size < MOST_REMEMBERED) known.set(value, text)
    return text
  }
}

function rawCell(value: number): string {
  return Number.isNaN(value) ? formatBytes(value) : String(value)
}

/** Hex digits of the addresses of nearly every machine. */
const ADDRESS_WIDTH = 12
const WIDE_ADDRESS = 2 ** 48

function textColumn(report: MapsReport, name: TextColumn, style: CellStyle): ListColumn {
  const { table, classes, view } = report
  const first = (index: number): number => view.first[index] as number
  const last = (index: number): number => first(index) + rowsOf(view, index) - 1
  const plain = (cell: (index: number) => string, align: 'left' | 'right' = 'left'): ListColumn => ({
    title: name.toUpperCase(),
    align,
    cell,
  })
  const kindPaint = (index: number): Paint => style.palette.kind(classes.kind(first(index)))
  const paint = style.palette.plain ? undefined : kindPaint
  switch (name) {
    case 'address':
      return {
        ...plain((index) => hexPadded(table.start[first(index)] as number), 'right'),
        width: addressWidth(report),
      }
    case 'end':
      return { ...plain((index) => hexPadded(table.end[last(index)] as number), 'right'), width: addressWidth(report) }
    case 'perms':
      return permsColumn(
        report,
        plain((index) => permsOfRun(report, first(index), last(index))),
      )
    case 'offset':
      return plain((index) => hex(table.offset.at(first(index))), 'right')
    case 'device':
      return plain((index) => (table.hasInode(first(index)) ? deviceText(table.device.at(first(index))) : ''))
    case 'inode':
      return plain((index) => (table.hasInode(first(index)) ? table.inodeText(first(index)) : ''), 'right')
    case 'flags':
      return plain((index) => table.flagsOf(first(index))?.join(' ') ?? formatBytes(null))
    case 'evidence':
      return plain((index) => displayText(classes.evidence(first(index))))
    case 'kind':
      return kindColumn(report, { ...plain((index) => classes.kind(first(index))), paint })
    case 'path':
      return { ...plain(pathCells(report)), paint }
  }
}

/** Only the gate page and five-level page tables have longer addresses than the usual. */
function addressWidth(report: MapsReport): number {
  const { table } = report
  const wide = table.length > 0 && (table.end[table.length - 1] as number) > WIDE_ADDRESS
  return wide ? hex(table.end[table.length - 1] as number).length : ADDRESS_WIDTH
}

/** As wide as the longest kind that occurs. */
function kindColumn(report: MapsReport, column: ListColumn): ListColumn {
  const { classes, view } = report
  const seen = new Set<number>()
  for (let index = 0; index < view.length; index++) seen.add(classes.kindIndex(view.first[index] as number))
  const width = Math.max(0, ...[...seen].map((kind) => kindAt(kind).length))
  const texts = KIND_NAMES.map((name) => name.padEnd(width))
  const filled = (index: number): string => texts[classes.kindIndex(view.first[index] as number)] as string
  return { ...column, width, filled }
}

/** Four characters, but for segments with different permissions that were joined. */
function permsColumn(report: MapsReport, column: ListColumn): ListColumn {
  const { view } = report
  let width = 0
  for (let index = 0; index < view.length; index++) {
    width = Math.max(width, rowsOf(view, index) === 1 ? 4 : column.cell(index).length)
  }
  return { ...column, width }
}

/** Distinct permissions of joined segments in address order, dashes left out: `r,rx,rw`. */
function permsOfRun(report: MapsReport, first: number, last: number): string {
  const { perms } = report.table
  if (first === last) return permsText(perms[first] as number)
  const texts = new Set<string>()
  for (let row = first; row <= last; row++) {
    const text = permsText(perms[row] as number).replace(/[-p]/g, '')
    texts.add(text === '' ? '-' : text)
  }
  return [...texts].join(',')
}

/** Names made fit for a terminal, each distinct one once. */
function pathCells(report: MapsReport): (index: number) => string {
  const { table, classes, view } = report
  const shown = new Map<number, string>()
  return (index) => {
    const row = view.first[index] as number
    const id = table.name[row] as number
    if (id === 0) return labelText(classes.label(row))
    const known = shown.get(id)
    if (known !== undefined) return known
    const text = displayText(table.names.get(id))
    shown.set(id, text)
    return text
  }
}

function labelText(label: string | null): string {
  return label === null ? '' : `(${label})`
}
