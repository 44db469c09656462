import type { Paint } from './palette.ts'
import { displayWidth, pad, shortenMiddle } from './width.ts'

/** A column of a listing; rows are numbered, so that a listing of 65,000 needs no objects. */
export interface ListColumn {
  readonly title: string
  readonly align: 'left' | 'right'
  /** The text of a row, without colour. */
  readonly cell: (row: number) => string
  /** The colour of a row's cell. */
  readonly paint?: ((row: number) => Paint) | undefined
  /**
   * Width of the widest cell, where it is known without making them all; no cell may be wider, and all must be ASCII.
   */
  readonly width?: number | undefined
  /** How the last column is cut to fit; in the middle unless told. */
  readonly shorten?: ((text: string, width: number) => string) | undefined
  /** The cell's text filled up to `width`, where that can be had for less than filling it up each time. */
  readonly filled?: ((row: number) => string) | undefined
}

/** How a listing is laid out. */
export interface ListLayout {
  /** Columns available; `null` when nothing may be cut. Then the last column is shortened in the middle. */
  readonly width: number | null
  readonly header: boolean
  readonly headerPaint: Paint
}

const GUTTER = '  '

/**
 * Writes rows in columns as wide as their widest cell; the last column is not padded.
 *
 * cli-table3, which lays out the short tables, takes a second for a thousand rows, and this a few milliseconds.
 */
export function writeList(
  columns: readonly ListColumn[],
  rows: number,
  layout: ListLayout,
  write: (text: string) => void,
): void {
  const widths = measure(columns, rows, layout.header)
  const cells = columns.map((column, index) => cellWriter(column, index, columns.length, widths, layout))
  if (layout.header) write(`${layout.headerPaint(headerLine(columns, widths))}\n`)
  const last = cells.length - 1
  const figures = columns[last]?.align === 'right'
  for (let row = 0; row < rows; row++) {
    let line = ''
    for (let index = 0; index < last; index++) line += (cells[index] as CellWriter)(row)
    const end = (cells[last] as CellWriter)(row)
    // Cutting the padding off copies the line, so it is done only where there is some; a path may end in spaces itself.
    const bare = end === '' || (figures && end.endsWith(' '))
    write(bare ? `${(line + end).trimEnd()}\n` : `${line}${end}\n`)
  }
}

/** Width a listing needs before its last column, to choose which columns fit. */
export function widthBefore(columns: readonly ListColumn[], rows: number): number {
  return before(measure(columns, rows, true))
}

/** The text of a row's cell, padded, coloured, and with what separates it from the next. */
type CellWriter = (row: number) => string

function cellWriter(
  column: ListColumn,
  index: number,
  columns: number,
  widths: readonly number[],
  layout: ListLayout,
): CellWriter {
  const { cell, align, paint } = column
  const width = widths[index] as number
  const text = index === columns - 1 ? lastCell(column, widths, layout) : paddedCell(column, width)
  const gutter = index === columns - 1 ? '' : GUTTER
  if (paint === undefined) return align === 'left' && index === columns - 1 ? text : (row) => text(row) + gutter
  return (row) => (cell(row) === '' ? text(row) : paint(row)(text(row))) + gutter
}

function paddedCell({ cell, align, width: known, filled }: ListColumn, width: number): CellWriter {
  if (known === undefined) return (row) => pad(cell(row), width, align)
  if (filled !== undefined && known === width) return filled
  // ASCII by contract, so that its length is its width.
  return align === 'right' ? (row) => cell(row).padStart(width) : (row) => cell(row).padEnd(width)
}

/** The last column takes what is left of the line, and is shortened in the middle to fit. */
function lastCell(column: ListColumn, widths: readonly number[], layout: ListLayout): CellWriter {
  const { cell, align, title, shorten = shortenMiddle } = column
  if (align === 'right') return paddedCell(column, widths.at(-1) ?? 0)
  if (layout.width === null) return cell
  const room = Math.max(layout.width - before(widths), displayWidth(title))
  return (row) => shorten(cell(row), room)
}

function headerLine(columns: readonly ListColumn[], widths: readonly number[]): string {
  return columns
    .map((column, index) => pad(column.title, widths[index] as number, column.align))
    .join(GUTTER)
    .trimEnd()
}

/** Width of every column; of the last only if it is padded. */
function measure(columns: readonly ListColumn[], rows: number, header: boolean): readonly number[] {
  return columns.map((column, index) => {
    const title = header ? displayWidth(column.title) : 0
    if (column.width !== undefined) return Math.max(title, column.width)
    if (index === columns.length - 1 && column.align === 'left') return title
    let widest = title
    for (let row = 0; row < rows; row++) widest = Math.max(widest, displayWidth(column.cell(row)))
    return widest
  })
}

/** Columns taken by all but the last. */
function before(widths: readonly number[]): number {
  return widths.slice(0, -1).reduce((sum, width) => sum + width + GUTTER.length, 0)
}
