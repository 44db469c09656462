import { GATE_PAGE, type MappingTable } from '../model/mapping-table.ts'
import type { PageScanOrder } from '../model/page-scan.ts'
import { isShared } from '../model/perms.ts'
import type { RegionSums } from '../parsers/page-regions.ts'
import type { WalkRates } from './cost.ts'
import type { ResidentPages } from './walk-cost.ts'

/** A hold of the lock in a scan takes half of what is allowed: half for its pages, half for empty page tables. */
const PART = 4
/** What a window looks at, at least and at most. */
const LEAST_PAGES = 512
const MOST_PAGES = 2 ** 18
const MOST_WINDOW_PAGES = 2 ** 20

/** Windows of a scan that hold the lock for no longer than is allowed; `null` when not even the smallest is so short. */
export function scanOrder(
  table: MappingTable,
  pageSize: number,
  maxStallMs: number,
  rates: WalkRates,
): PageScanOrder | null {
  const share = (maxStallMs / PART) * 1e6
  const maxPages = Math.min(MOST_PAGES, Math.floor(share / rates.perPageNs))
  const windowPages = Math.min(MOST_WINDOW_PAGES, Math.floor(share / rates.perSlotNs))
  if (maxPages < LEAST_PAGES) return null
  const windowBytes = windowPages * pageSize
  return { ranges: rangesOf(table, windowBytes), windowBytes, maxPages }
}

/** Mappings that lie together are looked at together: a hole costs nothing. */
function rangesOf(table: MappingTable, windowBytes: number): PageScanOrder['ranges'] {
  const ranges: { start: number; end: number }[] = []
  for (let row = 0; row < table.length; row++) {
    const [start, end] = [table.start[row] as number, table.end[row] as number]
    const last = ranges.at(-1)
    if (start >= GATE_PAGE) break
    if (last !== undefined && start - last.end < windowBytes) last.end = end
    else ranges.push({ start, end })
  }
  return ranges
}

/** Names of nameless memory; what else has brackets holds pages of the kernel’s, of which smaps counts those with a file. */
const ANONYMOUS_NAME = /^(?:\[heap\]|\[stack\]|\[anon[:_].*\])?$/s

/**
 * Gives mappings the figures that their pages tell, under the names that smaps has for them. Unknown stay: of shared
 * memory what is in swap, which no page table tells; what is mapped by huge entries of files, of which there are two
 * kinds; and the resident size of what may be hugetlb memory, which smaps does not count as resident.
 *
 * @param hugetlb The process has hugetlb pages, or may have.
 */
export function addPageFigures(table: MappingTable, sums: RegionSums, hugetlb: boolean): void {
  const rss = table.addColumn('Rss', 'bytes')
  const anonymous = table.addColumn('Anonymous', 'bytes')
  const anonHuge = table.addColumn('AnonHugePages', 'bytes')
  const shmemHuge = table.addColumn('ShmemPmdMapped', 'bytes')
  const swap = table.addColumn('Swap', 'bytes')
  for (let row = 0; row < table.length; row++) {
    const inode = table.hasInode(row)
    const ofProcess = inode ? !isShared(table.perms[row] as number) : ANONYMOUS_NAME.test(table.nameOf(row))
    const anon = ofProcess ? (sums.anon[row] as number) : 0
    const hugeFile = sums.hugeFile[row] as number
    const unsure = hugetlb && inode && hugeFile + (sums.hugeAnon[row] as number) > 0
    rss.set(row, unsure ? Number.NaN : anon + (sums.file[row] as number))
    anonymous.set(row, unsure ? Number.NaN : anon)
    anonHuge.set(row, unsure ? Number.NaN : ofProcess ? (sums.hugeAnon[row] as number) : 0)
    shmemHuge.set(row, hugeFile > 0 ? Number.NaN : 0)
    swap.set(row, inode ? Number.NaN : (sums.swapped[row] as number))
  }
}

/** How many entries a walk has to look at, now that it is known what is huge and what is not resident but mapped. */
export function entriesOf(sums: RegionSums, pageSize: number): ResidentPages {
  const block = (pageSize / 8) * pageSize
  return (row) => {
    const huge = (sums.hugeAnon[row] as number) + (sums.hugeFile[row] as number)
    const all =
      (sums.anon[row] as number) +
      (sums.file[row] as number) +
      (sums.zero[row] as number) +
      (sums.swapped[row] as number)
    return (all - huge) / pageSize + huge / block
  }
}
