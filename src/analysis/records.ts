/** What a value of a record is, which decides how it is written; an `id` is a number that names something, `NaN` none. */
export type RecordUnit = 'bytes' | 'count' | 'percent' | 'text' | 'id'

/** A column of a table of records: processes, files, pools, limits. */
export interface RecordField<Row> {
  /** As it is typed in --columns and --sort, and as it stands in CSV; the camelCase of the JSON name in lower case. */
  readonly name: string
  /** What it is, in a line, with its source. */
  readonly meaning: string
  readonly unit: RecordUnit
  /** Bytes, a count, per cent, or a text as a binary string; `NaN` is unknown. */
  readonly value: (row: Row) => number | string
}

/** A sort key and its direction; figures come largest first unless reversed, texts ascending. */
export interface RecordOrder<Row> {
  readonly by: RecordField<Row>
  readonly reverse: boolean
}

/** Sorts records. Unknown figures come last in both directions; equal ones keep their order. */
export function sortRecords<Row>(rows: readonly Row[], order: RecordOrder<Row>): readonly Row[] {
  const sign = order.reverse ? -1 : 1
  const keyed = rows.map((row) => ({ row, key: order.by.value(row) }))
  keyed.sort((a, b) => compareKeys(a.key, b.key, sign))
  return keyed.map(({ row }) => row)
}

function compareKeys(left: number | string, right: number | string, sign: number): number {
  if (typeof left === 'string' || typeof right === 'string') {
    return left === right ? 0 : left < right ? -sign : sign
  }
  if (Number.isNaN(left) || Number.isNaN(right)) return Number(Number.isNaN(left)) - Number(Number.isNaN(right))
  return sign * (right - left)
}
