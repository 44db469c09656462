import type { RecordField } from '../analysis/records.ts'
import { type RecordStyle, recordText } from './record-table.ts'
import { displayWidth } from './width.ts'

const GUTTER = 2
/** The last column is shortened to what is left; with less than this it tells nothing. */
const LEAST_LAST = 14

/** The columns of a table that fit a terminal, and the names of those left out: of `expendable` the first ones. */
export function fitFields<Row>(
  fields: readonly RecordField<Row>[],
  rows: readonly Row[],
  expendable: readonly string[],
  style: Pick<RecordStyle, 'width' | 'bytes'>,
): { readonly fields: readonly RecordField<Row>[]; readonly hidden: readonly string[] } {
  const { width } = style
  if (width === null) return { fields, hidden: [] }
  const widths = new Map(fields.map((field) => [field.name, widthOf(field, rows, style.bytes)]))
  const needed = (shown: readonly RecordField<Row>[]): number =>
    shown.slice(0, -1).reduce((sum, { name }) => sum + (widths.get(name) ?? 0) + GUTTER, LEAST_LAST)
  let shown = fields
  const hidden: string[] = []
  for (const name of expendable) {
    if (needed(shown) <= width) break
    if (!shown.some((field) => field.name === name)) continue
    shown = shown.filter((field) => field.name !== name)
    hidden.push(name.toUpperCase())
  }
  return { fields: shown, hidden }
}

function widthOf<Row>(field: RecordField<Row>, rows: readonly Row[], bytes: boolean): number {
  return Math.max(field.name.length, ...rows.map((row) => displayWidth(recordText(field, field.value(row), bytes))))
}
