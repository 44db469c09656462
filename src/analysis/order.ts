import { jsonFieldName } from '../model/field-names.ts'
import type { MappingTable } from '../model/mapping-table.ts'
import { permsText } from '../model/perms.ts'
import type { Classification } from './classify/classification.ts'
import { FIGURES, figureReader } from './figures.ts'
import { pick, rowsOf, type ViewRows } from './rows.ts'

/** A sort key and its direction; figures come largest first unless reversed, texts and addresses ascending. */
export interface Order {
  /** A figure's id, a field's JSON name, or `address`, `path`, `perms`, `kind`. */
  readonly by: string
  readonly reverse: boolean
}

type Compare = (a: number, b: number) => number

/** Sorts a view. Unknown figures come last in both directions; equal rows keep address order. */
export function sortView(table: MappingTable, view: ViewRows, classes: Classification, order: Order | null): ViewRows {
  if (order === null) return view
  const compare = comparer(table, view, classes, order)
  const indices = Array.from({ length: view.length }, (_, index) => index)
  indices.sort((a, b) => compare(a, b) || a - b)
  return pick(view, Int32Array.from(indices))
}

function comparer(table: MappingTable, view: ViewRows, classes: Classification, order: Order): Compare {
  const sign = order.reverse ? -1 : 1
  const first = (index: number): number => view.first[index] as number
  if (order.by === 'address') return (a, b) => sign * (first(a) - first(b))
  if (order.by === 'kind') return (a, b) => sign * (classes.kindIndex(first(a)) - classes.kindIndex(first(b)))
  if (order.by === 'perms') return byText((index) => permsText(table.perms[first(index)] as number), sign)
  if (order.by === 'path') return byText((index) => table.nameOf(first(index)), sign)
  return byFigure(table, view, order.by, sign)
}

function byText(text: (index: number) => string, sign: number): Compare {
  return (a, b) => {
    const left = text(a)
    const right = text(b)
    return left === right ? 0 : left < right ? -sign : sign
  }
}

function byFigure(table: MappingTable, view: ViewRows, by: string, sign: number): Compare {
  const read = runReader(view, valueReader(table, by))
  const values = Float64Array.from({ length: view.length }, (_, index) => read(index))
  return (a, b) => {
    const left = values[a] as number
    const right = values[b] as number
    if (Number.isNaN(left) || Number.isNaN(right)) return Number(Number.isNaN(left)) - Number(Number.isNaN(right))
    return sign * (right - left)
  }
}

/** Reads a derived figure or a raw field by its JSON name; `NaN` for one that was not read. */
export function valueReader(table: MappingTable, name: string): (row: number) => number {
  const derived = FIGURES.find((each) => each.id === name)
  if (derived !== undefined) return figureReader(table, derived.id)
  const column = table.columns.find((each) => jsonFieldName(each.key).toLowerCase() === name.toLowerCase())
  return column === undefined ? () => Number.NaN : (row) => column.at(row)
}

/** Adds a per-row value up over the runs of a view. */
export function runReader(view: ViewRows, read: (row: number) => number): (index: number) => number {
  if (view.count === null) return (index) => read(view.first[index] as number)
  return (index) => {
    const first = view.first[index] as number
    const count = rowsOf(view, index)
    let sum = read(first)
    for (let row = first + 1; row < first + count; row++) sum += read(row)
    return sum
  }
}
