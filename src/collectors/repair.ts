import type { MappingTable } from '../model/mapping-table.ts'

/** A table mended from a whole list of mappings and the figures of a torn pass. */
export interface Repair {
  readonly table: MappingTable
  /** Rows that took their figures from a mapping at another address: it moved meanwhile. */
  readonly moved: number
  /** Rows without figures, since no pass met them. */
  readonly unknown: number
}

/**
 * Gives every mapping of `whole` (read from maps, consistent) its figures from `torn` (read from smaps, not).
 *
 * A mapping is found again at the same range with the same file; failing that, by what it maps (file, offset, size,
 * permissions), if of all that are left exactly one row of each list fits. What is not found stays unknown: it is never
 * given another's figures.
 */
export function repair(whole: MappingTable, torn: MappingTable): Repair {
  const byRange = rowsBy(torn, rangeKey)
  const ranges = rowsBy(whole, rangeKey)
  const byContent = uniqueRows(torn, (row) => !ranges.has(rangeKey(torn, row)))
  const wanted = uniqueRows(whole, (row) => !byRange.has(rangeKey(whole, row)))
  for (const column of torn.columns) whole.addColumn(column.key, column.unit)
  let moved = 0
  let unknown = 0
  for (let row = 0; row < whole.length; row++) {
    const same = byRange.get(rangeKey(whole, row))
    const key = contentKey(whole, row)
    const source = same ?? (wanted.get(key) === row ? (byContent.get(key) ?? -1) : -1)
    if (source < 0) unknown++
    else copyFigures(torn, source, whole, row)
    if (source >= 0 && same === undefined) moved++
  }
  return { table: whole, moved, unknown }
}

function rowsBy(table: MappingTable, keyOf: (table: MappingTable, row: number) => string): Map<string, number> {
  const rows = new Map<string, number>()
  for (let row = 0; row < table.length; row++) rows.set(keyOf(table, row), row)
  return rows
}

/** Of the rows that `matches` lets through, those whose content no other has; -1 stands for several. */
function uniqueRows(table: MappingTable, matches: (row: number) => boolean): Map<string, number> {
  const rows = new Map<string, number>()
  for (let row = 0; row < table.length; row++) {
    if (!matches(row)) continue
    const key = contentKey(table, row)
    rows.set(key, rows.has(key) ? -1 : row)
  }
  return rows
}

function copyFigures(from: MappingTable, source: number, to: MappingTable, row: number): void {
  for (let index = 0; index < from.columns.length; index++) {
    to.columns[index]?.set(row, from.columns[index]?.at(source) ?? Number.NaN)
  }
  const flags = from.flags[source] as number
  to.setFlags(row, flags === 0 ? 0 : to.flagSets.intern(from.flagSets.get(flags - 1)) + 1)
}

function rangeKey(table: MappingTable, row: number): string {
  return `${table.start[row]} ${table.end[row]} ${contentKey(table, row)}`
}

function contentKey(table: MappingTable, row: number): string {
  const file = `${table.device.at(row)} ${table.inodeText(row)} ${table.offset.at(row)} ${table.nameOf(row)}`
  return `${table.size(row)} ${table.perms[row]} ${file}`
}
