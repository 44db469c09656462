import type { MappingTable } from '../model/mapping-table.ts'
import type { UsageColumn } from '../model/usage-column.ts'

/** A figure that reports show per mapping, per group and in total; all are bytes. */
export interface Figure {
  readonly id: FigureId
  readonly title: string
  /** Kernel keys that are added up; the figure is unknown unless all of them are known. */
  readonly required: readonly string[]
  /** Keys that kernels without the feature do not print; absent ones count as nothing. */
  readonly optional?: readonly string[]
  /** What it is, for `--help` and the docs. */
  readonly meaning: string
}

export type FigureId =
  | 'size'
  | 'rss'
  | 'pss'
  | 'uss'
  | 'dirty'
  | 'swap'
  | 'huge'
  | 'hugetlb'
  | 'locked'
  | 'anonymous'
  | 'referenced'

const HUGETLB = ['Shared_Hugetlb', 'Private_Hugetlb'] as const

/** Every derived figure and the kernel fields it is made of; `size` alone comes from the addresses. */
export const FIGURES: readonly Figure[] = [
  { id: 'size', title: 'SIZE', required: [], meaning: 'address space: end − start' },
  {
    id: 'rss',
    title: 'RSS',
    required: ['Rss'],
    meaning: 'resident pages; shared ones count in full; hugetlb excluded',
  },
  { id: 'pss', title: 'PSS', required: ['Pss'], meaning: 'resident pages, each divided by how often it is mapped' },
  {
    id: 'uss',
    title: 'USS',
    required: ['Private_Clean', 'Private_Dirty'],
    meaning: 'resident pages that nobody else maps: Private_Clean + Private_Dirty',
  },
  {
    id: 'dirty',
    title: 'DIRTY',
    required: ['Shared_Dirty', 'Private_Dirty'],
    meaning: 'written pages: Shared_Dirty + Private_Dirty (for anonymous memory simply pages in use)',
  },
  {
    id: 'swap',
    title: 'SWAP',
    required: ['Swap'],
    meaning: 'pages in swap; of shared memory all in the mapped range, again in each process that maps it',
  },
  {
    id: 'huge',
    title: 'HUGE',
    required: ['AnonHugePages'],
    optional: ['ShmemPmdMapped', 'FilePmdMapped', ...HUGETLB],
    meaning: 'mapped by huge pages: transparent (anonymous, shmem, file) and hugetlb',
  },
  { id: 'hugetlb', title: 'HUGETLB', required: [...HUGETLB], meaning: 'hugetlb pages; counted in neither RSS nor PSS' },
  { id: 'locked', title: 'LOCKED', required: ['Locked'], meaning: 'share (PSS) of pages locked in memory' },
  { id: 'anonymous', title: 'ANON', required: ['Anonymous'], meaning: 'pages without a file, or copied from one' },
  { id: 'referenced', title: 'REFERENCED', required: ['Referenced'], meaning: 'pages accessed since last cleared' },
]

/** The figure with this id. */
export function figure(id: FigureId): Figure {
  return FIGURES.find((candidate) => candidate.id === id) as Figure
}

/** Reads a figure of any row; `NaN` where the kernel did not tell. Columns are looked up once, not per row. */
export function figureReader(table: MappingTable, id: FigureId): (row: number) => number {
  if (id === 'size') return (row) => table.size(row)
  const { required, optional = [] } = figure(id)
  const needed = required.map((key) => table.column(key))
  if (needed.includes(undefined)) return () => Number.NaN
  const columns = [...needed, ...optional.map((key) => table.column(key))].filter((column) => column !== undefined)
  const [first] = columns
  if (columns.length === 1 && first !== undefined) return (row) => first.at(row)
  return (row) => {
    let sum = 0
    for (const column of columns) sum += column.at(row)
    return sum
  }
}

/** Kernel keys that the given figures need, for a reader that wants no others. */
export function keysOf(ids: Iterable<FigureId>): Set<string> {
  const keys = new Set<string>()
  for (const id of ids) {
    const { required, optional = [] } = figure(id)
    for (const key of [...required, ...optional]) keys.add(key)
  }
  return keys
}

/** Sums of several figures, for a group or a whole process. `null` is unknown. */
export type Sums = Readonly<Record<FigureId, number | null>>

/** The number of the group that the row at an index belongs to. */
export interface GroupNumbers {
  at(index: number): number
}

/**
 * Adds every figure up by group. A figure unknown in one row is unknown in its group's sum.
 *
 * Every figure is a sum of columns, so columns are added up first, one after the other, and figures made of the sums:
 * at 65,000 mappings ten times faster than asking each row for each figure.
 */
export function sumByGroup(
  table: MappingTable,
  rows: Int32Array,
  groupOf: GroupNumbers,
  groups: number,
): readonly Sums[] {
  const byKey = new Map<string, Float64Array>()
  for (const column of table.columns) {
    if (column.unit === 'bytes') byKey.set(column.key, addUp(column, rows, groupOf, groups))
  }
  const sizes = new Float64Array(groups)
  for (let index = 0; index < rows.length; index++) {
    const group = groupOf.at(index)
    sizes[group] = (sizes[group] as number) + table.size(rows[index] as number)
  }
  return Array.from({ length: groups }, (_, group) => sumsOf(byKey, sizes[group] as number, group))
}

function addUp(column: UsageColumn, rows: Int32Array, groupOf: GroupNumbers, groups: number): Float64Array {
  const sums = new Float64Array(groups)
  for (let index = 0; index < rows.length; index++) {
    const group = groupOf.at(index)
    sums[group] = (sums[group] as number) + column.at(rows[index] as number)
  }
  return sums
}

function sumsOf(byKey: ReadonlyMap<string, Float64Array>, size: number, group: number): Sums {
  const entries = FIGURES.map((each) => {
    if (each.id === 'size') return [each.id, size] as const
    const required = each.required.map((key) => byKey.get(key)?.[group] ?? Number.NaN)
    const optional = (each.optional ?? []).map((key) => byKey.get(key)?.[group] ?? 0)
    const sum = [...required, ...optional].reduce((total, value) => total + value, 0)
    return [each.id, Number.isNaN(sum) ? null : sum] as const
  })
  return Object.fromEntries(entries) as Sums
}
