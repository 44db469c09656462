import type { RecordField } from '../analysis/records.ts'
import { widthBefore } from './column-writer.ts'
import { type RecordStyle, recordColumn } from './record-table.ts'
import { formatCount } from './units.ts'

/** What is left of a table's columns, and the titles of those left out. */
export interface Fitted<Column> {
  readonly kept: readonly Column[]
  readonly hidden: readonly string[]
}

/** Leaves columns out until the others fit: each time the first of `expendable` that is left. */
export function leaveOut<Column>(
  columns: readonly Column[],
  expendable: readonly string[],
  nameOf: (column: Column) => string,
  fits: (columns: readonly Column[]) => boolean,
): Fitted<Column> {
  const hidden: string[] = []
  let kept = columns
  for (const name of expendable) {
    if (fits(kept)) break
    const fewer = kept.filter((column) => nameOf(column) !== name)
    if (fewer.length === kept.length) continue
    kept = fewer
    hidden.push(name.toUpperCase())
  }
  return { kept, hidden }
}

/**
 * The columns of a table of records that fit a terminal.
 *
 * @param least Room that the last column needs to be of use.
 */
export function fittingFields<Row>(
  fields: readonly RecordField<Row>[],
  rows: readonly Row[],
  options: {
    readonly style: Pick<RecordStyle, 'width' | 'bytes'>
    readonly expendable: readonly string[]
    readonly least: number
  },
): Fitted<RecordField<Row>> {
  const { style, expendable, least } = options
  const { width } = style
  if (width === null) return { kept: fields, hidden: [] }
  const widthOf = (shown: readonly RecordField<Row>[]): number =>
    widthBefore(
      shown.map((field) => recordColumn(field, rows, style)),
      rows.length,
    )
  return leaveOut(
    fields,
    expendable,
    ({ name }) => name,
    (shown) => widthOf(shown) + least <= width,
  )
}

/** What is said below a table from which columns were left out. */
export function hiddenNote(hidden: readonly string[]): readonly string[] {
  return hidden.length === 0 ? [] : [`left out to fit: ${hidden.join(', ')} (--wide shows all)`]
}

/** What is said below a table that a limit has cut. */
export function cutNote(shown: number, matched: number, what = 'rows'): readonly string[] {
  return shown === matched ? [] : [`${formatCount(shown)} of ${formatCount(matched)} ${what}; --limit 0 shows all`]
}
