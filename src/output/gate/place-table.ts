/** Where something is, in the cells of a table: figures, the key of a group of mappings, and what is to be said of it. */
export interface PlaceTable {
  readonly title: string
  /** A title for each column, where a form has any. */
  readonly heads: readonly string[]
  /** So many columns are figures; the key is the one behind them. */
  readonly figures: number
  readonly rows: readonly (readonly string[])[]
  /** What is to be said of all of them, and of those that are not shown. */
  readonly rest: string
}

const MOST_ROWS = 8

/** The rows with most of something, and those that there is no room for; rows with nothing are neither. */
export function largestFirst<Row>(
  rows: readonly Row[],
  size: (row: Row) => number,
): { readonly most: readonly Row[]; readonly left: readonly Row[] } {
  const held = rows.filter((row) => size(row) > 0).sort((one, other) => size(other) - size(one))
  return { most: held.slice(0, MOST_ROWS), left: held.slice(MOST_ROWS) }
}
