import { type MappingTable, packDevice } from '../model/mapping-table.ts'
import type { PageScanRefusal } from '../model/page-scan.ts'
import { parseMountinfo } from '../parsers/mountinfo.ts'
import { type RegionSums, sumRegions } from '../parsers/page-regions.ts'
import { parseSmapsRollup, type SmapsRollup } from '../parsers/smaps-rollup.ts'
import { parseStatus } from '../parsers/status.ts'
import type { FileTree } from '../sources/file-tree.ts'
import { type Prediction, predict, type WalkRates } from './cost.ts'
import { addPageFigures, entriesOf, scanOrder } from './page-figures.ts'
import { readParsed } from './reading.ts'
import { type LockHold, largestHold, pagesOf, type WalkKnown, walkKnown } from './walk-cost.ts'

/** Why there are no figures from pages; `too-short` when not even a small window may be looked at. */
export type PageTierGap = PageScanRefusal | { readonly reason: 'too-short' }

/** The pages of a process as looked at, which cost it no long wait, and what a walk would cost it in the light of them. */
export interface PagesRead {
  readonly ok: true
  readonly sums: RegionSums
  readonly smaps: Prediction
  readonly rollup: Prediction
}

/** Looks at the pages of all mappings through PAGEMAP_SCAN, in windows that are short enough. */
export function readPages(
  tree: FileTree,
  table: MappingTable,
  terms: { readonly pageSize: number; readonly maxStallMs: number; readonly rates: WalkRates },
): PagesRead | { readonly ok: false; readonly why: PageTierGap } {
  const { pageSize, maxStallMs, rates } = terms
  const order = scanOrder(table, pageSize, maxStallMs, rates)
  if (order === null) return { ok: false, why: { reason: 'too-short' } }
  const scan = tree.scanPages?.('pagemap', order)
  if (scan === undefined) {
    const refusal = { reason: 'missing', errno: '', path: tree.pathOf('pagemap') } as const
    return { ok: false, why: { reason: 'refused', refusal } }
  }
  if (!scan.ok) return scan
  const sums = sumRegions(scan.value, table)
  const known = walkKnown(tree, pageSize)
  const predicted = (holds: Exclude<LockHold, 'all'>): Prediction =>
    refined(table, sums, known, { pageSize, rates, holds })
  return { ok: true, sums, smaps: predicted('smaps'), rollup: predicted('yields') }
}

/** The prediction again, by what is mapped instead of what may be: huge pages are one entry each. */
function refined(
  table: MappingTable,
  sums: RegionSums,
  known: WalkKnown | null,
  { pageSize, rates, holds }: { pageSize: number; rates: WalkRates; holds: Exclude<LockHold, 'all'> },
): Prediction {
  const entries = entriesOf(sums, pageSize)
  let residentPages = 0
  let hugeBytes = 0
  for (let row = 0; row < table.length; row++) {
    residentPages += entries(row)
    hugeBytes += (sums.hugeAnon[row] as number) + (sums.hugeFile[row] as number)
  }
  const slots = known === null ? null : pagesOf(known, pageSize).slots
  const held = largestHold(table, pageSize, holds, entries)
  // Tables are set aside for huge pages that may be split one day; no walk looks at them.
  const walked = slots === null ? null : Math.max(residentPages, slots - hugeBytes / pageSize)
  return predict({ mappings: table.length, residentPages, slots: walked, held }, rates)
}

/** Gives the mappings the figures of their pages. */
export function takePageFigures(tree: FileTree, table: MappingTable, sums: RegionSums): void {
  const hugetlb = readParsed(tree, 'status', parseStatus)?.hugetlbPages ?? null
  addPageFigures(table, sums, { hugetlb: hugetlb !== 0, fsTypes: fileSystems(tree) })
}

/** Mounts that the process sees; pages of persistent memory (`dax`) are in no figure of huge pages, so it is left out. */
function fileSystems(tree: FileTree): ReadonlyMap<number, string> {
  const mounts = readParsed(tree, 'mountinfo', parseMountinfo) ?? []
  const plain = mounts.filter(({ superOptions }) => !superOptions.some((option) => /^dax(?:=|$)/.test(option)))
  return new Map(plain.map(({ major, minor, fsType }) => [packDevice(major, minor), fsType]))
}

/** The sums that only a walk tells, where one walk of smaps_rollup is short enough. */
export function readSums(tree: FileTree): SmapsRollup | null {
  return readParsed(tree, 'smaps_rollup', parseSmapsRollup)
}
