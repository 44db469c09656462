import type { RecordField } from '../analysis/records.ts'
import { type ListColumn, writeList } from './column-writer.ts'
import { csvNumber, csvText } from './csv.ts'
import type { Palette } from './palette.ts'
import { displayText } from './sanitise.ts'
import { formatAge, formatBytes, formatCount, formatPercent, integerText, UNKNOWN } from './units.ts'

/** How a table of records is written for people. */
export interface RecordStyle {
  readonly palette: Palette
  /** Raw integers of bytes instead of IEC units. */
  readonly bytes: boolean
  readonly header: boolean
  /** Columns of the terminal; `null` when nothing may be cut. The last column is shortened to fit. */
  readonly width: number | null
}

/** Writes records in columns, one a line. Zeros are blank, so that what is there can be seen; unknown is `–`. */
export function writeRecords<Row>(
  fields: readonly RecordField<Row>[],
  rows: readonly Row[],
  style: RecordStyle,
  write: (text: string) => void,
): void {
  const columns = fields.map((field) => recordColumn(field, rows, style))
  writeList(columns, rows.length, { ...style, headerPaint: style.palette.heading }, write)
}

/** Writes records as CSV: bytes and counts as integers, unknown as an empty cell. */
export function writeRecordsCsv<Row>(
  fields: readonly RecordField<Row>[],
  rows: readonly Row[],
  header: boolean,
  write: (text: string) => void,
): void {
  if (header) write(`${fields.map((field) => csvText(field.name)).join(',')}\n`)
  for (const row of rows) {
    write(`${fields.map((field) => csvCell(field.value(row))).join(',')}\n`)
  }
}

/** The text of one value, as people read it. */
export function recordText(field: Pick<RecordField<never>, 'unit'>, value: number | string, bytes: boolean): string {
  if (typeof value === 'string') return displayText(value)
  if (field.unit === 'id') return Number.isNaN(value) ? '' : integerText(value)
  if (Number.isNaN(value)) return UNKNOWN
  if (field.unit === 'percent') return formatPercent(value)
  if (field.unit === 'count') return formatCount(value)
  if (field.unit === 'seconds') return formatAge(value)
  return bytes ? integerText(value) : formatBytes(value)
}

/** A field as a column of a listing. */
export function recordColumn<Row>(
  field: RecordField<Row>,
  rows: readonly Row[],
  style: Pick<RecordStyle, 'bytes'>,
): ListColumn {
  return {
    title: field.name.toUpperCase(),
    align: field.unit === 'text' ? 'left' : 'right',
    cell: (index) => {
      const value = field.value(rows[index] as Row)
      return isBlank(field, value, style.bytes) ? '' : recordText(field, value, style.bytes)
    },
  }
}

/** Zeros of figures are blank for people; user 0 is somebody. */
export function isBlank(field: Pick<RecordField<never>, 'unit'>, value: number | string, bytes: boolean): boolean {
  return value === 0 && field.unit !== 'id' && !(bytes && field.unit === 'bytes')
}

function csvCell(value: number | string): string {
  return typeof value === 'string' ? csvText(displayText(value)) : csvNumber(value)
}
