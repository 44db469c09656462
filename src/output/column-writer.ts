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
 * Every cell is made twice, once to be measured: that costs less than keeping a long listing's text. cli-table3, which
 * lays out the short tables, takes a second for a thousand rows, and this a few milliseconds.
 */
export function writeList(
  columns: readonly ListColumn[],
  rows: number,
  layout: ListLayout,
  write: (text: string) => void,
): void {
  const widths = measure(columns, rows, layout)
  if (layout.header) {
    const titles = columns.map((column, index) => padded(column.title, index, columns, widths))
    write(`${layout.headerPaint(titles.join(GUTTER).trimEnd())}\n`)
  }
  for (let row = 0; row < rows; row++) {
    let line = ''
    for (let index = 0; index < columns.length; index++) {
      const column = columns[index] as ListColumn
      const text = padded(column.cell(row), index, columns, widths)
      if (index > 0) line += GUTTER
      line += column.paint === undefined ? text : column.paint(row)(text)
    }
    write(`${line.trimEnd()}\n`)
  }
}

function padded(text: string, index: number, columns: readonly ListColumn[], widths: readonly number[]): string {
  const width = widths[index] as number
  const { align } = columns[index] as ListColumn
  if (index < columns.length - 1 || align === 'right') return pad(text, width, align)
  return shortenMiddle(text, width)
}

/** Width of every column; the last gets what is left of the line, and at least its title. */
function measure(columns: readonly ListColumn[], rows: number, layout: ListLayout): readonly number[] {
  const widths = columns.map((column) => displayWidth(column.title))
  const last = columns.length - 1
  for (let index = 0; index < last; index++) {
    const { cell } = columns[index] as ListColumn
    let widest = layout.header ? (widths[index] as number) : 0
    for (let row = 0; row < rows; row++) widest = Math.max(widest, displayWidth(cell(row)))
    widths[index] = widest
  }
  const used = widths.slice(0, last).reduce((sum, width) => sum + width + GUTTER.length, 0)
  const wide = layout.width === null ? Number.POSITIVE_INFINITY : layout.width - used
  widths[last] = columns[last]?.align === 'right' ? (widths[last] as number) : Math.max(wide, widths[last] as number)
  return widths
}

/** Width a listing needs before its last column, to choose which columns fit. */
export function widthBefore(columns: readonly ListColumn[], rows: number): number {
  const layout = { width: null, header: true, headerPaint: (text: string) => text }
  const widths = measure(columns, rows, layout)
  return widths.slice(0, -1).reduce((sum, width) => sum + width + GUTTER.length, 0)
}
