import type { RecordField } from '../analysis/records.ts'
import { recordText } from './record-table.ts'
import { displayWidth } from './width.ts'

const GUTTER = 2

/**
 * The columns of a table that fit a terminal: while they do not, the first of `expendable` that is left goes.
 *
 * @param least Room that the last column needs to be of use.
 */
export function fittingFields<Row>(
  fields: readonly RecordField<Row>[],
  rows: readonly Row[],
  options: {
    readonly width: number | null
    readonly bytes: boolean
    readonly expendable: readonly string[]
    readonly least: number
  },
): { readonly fields: readonly RecordField<Row>[]; readonly hidden: readonly string[] } {
  const hidden: string[] = []
  let shown = fields
  for (const name of options.expendable) {
    if (options.width === null || widthBeforeLast(shown, rows, options.bytes) + options.least <= options.width) break
    if (!shown.some((field) => field.name === name)) continue
    shown = shown.filter((field) => field.name !== name)
    hidden.push(name.toUpperCase())
  }
  return { fields: shown, hidden }
}

function widthBeforeLast<Row>(fields: readonly RecordField<Row>[], rows: readonly Row[], bytes: boolean): number {
  return fields.slice(0, -1).reduce((sum, field) => {
    const cells = rows.map((row) => displayWidth(recordText(field, field.value(row), bytes)))
    return sum + Math.max(field.name.length, ...cells) + GUTTER
  }, 0)
}

/** What is said below a table from which columns were left out. */
export function hiddenNote(hidden: readonly string[]): readonly string[] {
  return hidden.length === 0 ? [] : [`left out to fit: ${hidden.join(', ')} (--wide shows all)`]
}
