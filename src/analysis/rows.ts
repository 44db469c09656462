/**
 * Which rows of a table a view shows, in which order. A row of a view is a run of neighbouring rows of the table: one
 * mapping, or several segments of a file shown as one.
 */
export interface ViewRows {
  readonly length: number
  /** First row of each run. */
  readonly first: Int32Array
  /** How many rows each run has; `null` when each is one. */
  readonly count: Int32Array | null
}

/** How many rows of the table a row of a view stands for. */
export function rowsOf(view: ViewRows, index: number): number {
  return view.count === null ? 1 : (view.count[index] as number)
}

/** All rows of a table. */
export function allRows(length: number): Int32Array {
  const rows = new Int32Array(length)
  for (let row = 0; row < length; row++) rows[row] = row
  return rows
}

/** A view of the given rows, one mapping each. */
export function singleRows(rows: Int32Array): ViewRows {
  return { length: rows.length, first: rows, count: null }
}

/** The same rows in another order, or fewer of them. */
export function pick(view: ViewRows, order: Int32Array): ViewRows {
  const { count } = view
  return {
    length: order.length,
    first: order.map((index) => view.first[index] as number),
    count: count === null ? null : order.map((index) => count[index] as number),
  }
}
