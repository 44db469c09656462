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

/** What decides about figures of pages besides the pages. */
export interface PageContext {
  /** The process has hugetlb pages, or may have. */
  readonly hugetlb: boolean
  /** The type of the file system that a device is, where that is known and its pages are those of the page cache. */
  readonly fsTypes: ReadonlyMap<number, string>
}

/**
 * Gives mappings the figures that their pages tell, under the names that smaps has for them. Unknown stay: of shared
 * memory what is in swap, which no page table tells; and, of files on no mount to be seen, which huge entries are shared
 * memory, and with `hugetlb` whether they are hugetlb memory, which smaps does not count as resident.
 */
export function addPageFigures(table: MappingTable, sums: RegionSums, { hugetlb, fsTypes }: PageContext): void {
  const columns = PAGE_KEYS.map((key) => [key, table.addColumn(key, 'bytes')] as const)
  for (let row = 0; row < table.length; row++) {
    const keeper = table.hasInode(row) ? keeperOf(fsTypes.get(table.device.at(row))) : 'nobody'
    const figures = {
      ...residentOf(table, sums, row, hugetlb && mayBeHugetlb(keeper)),
      ...hugeFilesOf(sums, row, keeper),
    }
    const known = { ...figures, Swap: hasOwnSwap(keeper) ? (sums.swapped[row] as number) : Number.NaN }
    for (const [key, column] of columns) column.set(row, known[key])
  }
}

const PAGE_KEYS = ['Rss', 'Anonymous', 'AnonHugePages', 'ShmemPmdMapped', 'FilePmdMapped', 'Swap'] as const

/** @param hugetlb Whether huge entries may be of the hugetlb pool. */
function residentOf(
  table: MappingTable,
  { anon, file, hugeAnon, hugeFile }: RegionSums,
  row: number,
  hugetlb: boolean,
): Record<'Rss' | 'Anonymous' | 'AnonHugePages', number> {
  const [huge, hugeOfFiles] = [hugeAnon[row] as number, hugeFile[row] as number]
  if (hugetlb && huge + hugeOfFiles > 0) return { Rss: Number.NaN, Anonymous: Number.NaN, AnonHugePages: Number.NaN }
  const ofProcess = table.hasInode(row) ? !isShared(table.perms[row] as number) : ANONYMOUS_NAME.test(table.nameOf(row))
  const own = ofProcess ? (anon[row] as number) : 0
  return { Rss: own + (file[row] as number), Anonymous: own, AnonHugePages: ofProcess ? huge : 0 }
}

function hugeFilesOf(
  { hugeFile }: RegionSums,
  row: number,
  keeper: Keeper | null,
): Record<'ShmemPmdMapped' | 'FilePmdMapped', number> {
  const huge = hugeFile[row] as number
  if (huge > 0 && mayBeHugetlb(keeper)) return { ShmemPmdMapped: Number.NaN, FilePmdMapped: Number.NaN }
  return { ShmemPmdMapped: keeper === 'memory' ? huge : 0, FilePmdMapped: keeper === 'disk' ? huge : 0 }
}

/** Page tables hold what is in swap but for shared memory’s. */
function hasOwnSwap(keeper: Keeper | null): boolean {
  return keeper === 'nobody' || keeper === 'disk'
}

function mayBeHugetlb(keeper: Keeper | null): boolean {
  return keeper === null || keeper === 'hugetlb'
}

/** Who keeps the pages of a mapping that are not its own: no file, shared memory, the hugetlb pool, another file. */
type Keeper = 'nobody' | 'memory' | 'hugetlb' | 'disk'

/** `null` when it is not known. */
function keeperOf(fsType: string | undefined): Keeper | null {
  if (fsType === undefined) return null
  if (fsType === 'tmpfs' || fsType === 'devtmpfs') return 'memory'
  return fsType === 'hugetlbfs' ? 'hugetlb' : 'disk'
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
