import { KIND_NAMES } from '../model/kinds.ts'
import type { MappingTable } from '../model/mapping-table.ts'
import { PackedNumbers } from '../model/packed-numbers.ts'
import { permsText } from '../model/perms.ts'
import type { Classification } from './classify/classification.ts'
import { FIGURES, type Sums, sumByGroup } from './figures.ts'

/** What mappings can be grouped by. */
export const GROUPINGS = ['kind', 'path', 'perms', 'name'] as const
export type Grouping = (typeof GROUPINGS)[number]

/** Figures of the mappings that share a key. */
export interface Group {
  /** A kind, a path or name (binary string), or permissions; for `path` and `name` the kind where there is no name. */
  readonly key: string
  readonly mappings: number
  readonly sums: Sums
}

/** Adds up the given rows by key; largest RSS first, by size where RSS is unknown. */
export function groupRows(
  table: MappingTable,
  classes: Classification,
  rows: Int32Array,
  grouping: Grouping,
): readonly Group[] {
  const keyOf = keyReader(table, classes, grouping)
  const numbers = new Map<string, number>()
  const mappings: number[] = []
  const groupOf = new PackedNumbers()
  for (let index = 0; index < rows.length; index++) {
    const key = keyOf(rows[index] as number)
    const number = numbers.get(key) ?? numbers.size
    numbers.set(key, number)
    groupOf.set(index, number)
    mappings[number] = (mappings[number] ?? 0) + 1
  }
  const sums = sumByGroup(table, rows, groupOf, numbers.size)
  return [...numbers]
    .map(([key, group]) => ({ key, mappings: mappings[group] as number, sums: sums[group] as Sums }))
    .sort(byCost)
}

/** Figures of all groups together; what is unknown in one is unknown in the total. */
export function totalOfGroups(groups: readonly Group[]): Sums {
  const add = (total: number | null, part: number | null): number | null =>
    total === null || part === null ? null : total + part
  const entries = FIGURES.map(({ id }) => [id, groups.map((group) => group.sums[id]).reduce(add, 0)] as const)
  return Object.fromEntries(entries) as Sums
}

/** Figures of all the given rows together. */
export function totalRows(table: MappingTable, rows: Int32Array): Sums {
  return sumByGroup(table, rows, { at: () => 0 }, 1)[0] as Sums
}

function keyReader(table: MappingTable, classes: Classification, grouping: Grouping): (row: number) => string {
  if (grouping === 'kind') return (row) => classes.kind(row)
  if (grouping === 'perms') return (row) => permsText(table.perms[row] as number)
  if (grouping === 'path') return (row) => table.nameOf(row) || unnamed(classes.kind(row))
  return (row) => baseName(table.nameOf(row)) || classes.label(row) || unnamed(classes.kind(row))
}

/** Square brackets hold the kernel's own names; round ones hold ours. */
function unnamed(kind: string): string {
  return `(${kind})`
}

function baseName(name: string): string {
  return name.startsWith('/') ? name.slice(name.lastIndexOf('/') + 1) : name
}

function byCost(a: Group, b: Group): number {
  return (
    weight(b.sums.rss) + weight(b.sums.hugetlb) - weight(a.sums.rss) - weight(a.sums.hugetlb) ||
    weight(b.sums.size) - weight(a.sums.size) ||
    KIND_NAMES.indexOf(a.key as never) - KIND_NAMES.indexOf(b.key as never)
  )
}

function weight(bytes: number | null): number {
  return bytes ?? 0
}
