import type { MappingTable } from '../../model/mapping-table.ts'
import type { HugeTotals } from './process-totals.ts'
import type { PageMix } from './tlb.ts'

/** The resident memory of a process by the size of the pages that map it; `null` when that is not known. */
export function pageMix(
  table: MappingTable,
  totals: HugeTotals,
  sizes: { readonly block: number; readonly pageSize: number },
): readonly PageMix[] | null {
  if (Number.isNaN(totals.huge)) return null
  // PAGEMAP_SCAN does not tell of what size hugetlb pages are.
  if (table.column('MMUPageSize') === undefined && totals.hugetlb !== 0) return null
  const bytes = new Map<number, number>([
    [sizes.pageSize, totals.small],
    [sizes.block, totals.huge],
  ])
  for (let row = 0; row < table.length; row++) {
    const hugetlb = orNothing(table.value('Shared_Hugetlb', row)) + orNothing(table.value('Private_Hugetlb', row))
    const size = table.value('MMUPageSize', row)
    if (hugetlb > 0 && !Number.isNaN(size)) bytes.set(size, (bytes.get(size) ?? 0) + hugetlb)
  }
  return [...bytes].map(([pageSize, each]) => ({ pageSize, bytes: each }))
}

function orNothing(value: number): number {
  return Number.isNaN(value) ? 0 : value
}
