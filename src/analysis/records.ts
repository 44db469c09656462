/** What a value of a record is, which decides how it is written; an `id` is a number that is a name, as a PID is. */
export type RecordUnit = 'bytes' | 'count' | 'percent' | 'seconds' | 'id' | 'text'

/** A column of a table of records: processes, files, pools, limits. */
export interface RecordField<Row> {
  /** As it is typed in --columns and --sort, and as it stands in CSV; the camelCase of the JSON name in lower case. */
  readonly name: string
  /** What it is, in a line, with its source. */
  readonly meaning: string
  readonly unit: RecordUnit
  /** Bytes, a count, per cent, seconds, an id, or a text as a binary string; `NaN` is unknown, of a text too. */
  readonly value: (row: Row) => number | string
}

/** A sort key and its direction; figures come largest first unless reversed, texts and ids ascending. */
export interface RecordOrder<Row> {
  readonly by: RecordField<Row>
  readonly reverse: boolean
}

/** Sorts records. Unknown figures come last in both directions; equal ones keep their order. */
export function sortRecords<Row>(rows: readonly Row[], order: RecordOrder<Row>): readonly Row[] {
  const ascending = order.by.unit === 'id' || order.by.unit === 'text'
  const sign = (ascending ? -1 : 1) * (order.reverse ? -1 : 1)
  const keyed = rows.map((row) => ({ row, key: order.by.value(row) }))
  keyed.sort((a, b) => compareKeys(a.key, b.key, sign))
  return keyed.map(({ row }) => row)
}

/** @param sign 1 for the largest first. */
function compareKeys(left: number | string, right: number | string, sign: number): number {
  const unknown = Number(isUnknown(left)) - Number(isUnknown(right))
  if (unknown !== 0 || left === right || isUnknown(left)) return unknown
  return left < right ? sign : -sign
}

function isUnknown(key: number | string): boolean {
  return typeof key === 'number' && Number.isNaN(key)
}
