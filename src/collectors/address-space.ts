import type { MappingTable } from '../model/mapping-table.ts'
import type { Refusal } from '../model/provenance.ts'
import type { SmapsRollup } from '../parsers/smaps-rollup.ts'
import type { FileTree } from '../sources/file-tree.ts'
import type { Consistency } from './consistency.ts'
import type { Prediction } from './cost.ts'
import { type PageTierGap, readPages, readSums, takePageFigures } from './page-tier.ts'
import { mend, type PassOptions, readPasses, unsettled } from './passes.ts'
import { measureRates, predictCost } from './walk-cost.ts'

/** How deep to look, and what it may cost the target. */
export interface DepthOptions extends PassOptions {
  /** Read maps alone: no page walk, and on Linux 6.17 and later no lock that the target waits for. */
  readonly basic: boolean
  /** Look at pages where smaps may not be read. */
  readonly pages?: boolean
  /** Longest predicted stall of the target, in milliseconds; above it maps is read instead of smaps. */
  readonly maxStallMs: number
}

/** Why figures of smaps are missing, when they are. */
export type Shallow =
  | { readonly why: 'asked' }
  | { readonly why: 'too-costly'; readonly maxStallMs: number }
  | { readonly why: 'refused'; readonly refusal: Refusal }

/** The mappings of a process as read, with what the reading showed of itself. */
export interface AddressSpace {
  readonly table: MappingTable
  /** `pagemap`: maps, with the figures that PAGEMAP_SCAN tells of pages. */
  readonly depth: 'maps' | 'pagemap' | 'smaps'
  /** Set when `depth` is not `smaps`. */
  readonly shallow: Shallow | null
  readonly consistency: Consistency
  /** What reading smaps was expected to cost; `null` when nothing was predicted. */
  readonly prediction: Prediction | null
  /** Why pages were not looked at though that was wanted instead of smaps; else `null`. */
  readonly pages: PageTierGap | null
  /** The sums of all mappings, where they were read instead of smaps. */
  readonly rollup: SmapsRollup | null
}

/** The mappings, or the refusal to show them. */
export type AddressSpaceRead =
  | { readonly ok: true; readonly space: AddressSpace }
  | { readonly ok: false; readonly refusal: Refusal }

/**
 * Reads the mappings of the process (or thread) whose directory `tree` is: from smaps if the process can be expected to
 * wait no longer than is allowed, else the deepest of what is left.
 */
export function readAddressSpace(tree: FileTree, options: DepthOptions): AddressSpaceRead {
  if (options.basic) return readShallow(tree, options, { why: 'asked' }, null)
  const { maxStallMs } = options
  const prediction = predictCost(tree, options.pageSize, maxStallMs)
  let shallow: Shallow = { why: 'too-costly', maxStallMs }
  if (prediction === null || prediction.stallMs <= maxStallMs) {
    const deep = readDeep(tree, options, prediction)
    if (deep.ok || deep.refusal.reason === 'denied') return deep
    shallow = { why: 'refused', refusal: deep.refusal }
    // A capture may hold what was read instead; elsewhere no other file of pages is there either.
    if (deep.refusal.reason !== 'not-captured') return readShallow(tree, options, shallow, prediction)
  }
  if (options.pages !== true) return readShallow(tree, options, shallow, prediction)
  return readByPages(tree, options, shallow, prediction)
}

function readDeep(tree: FileTree, options: DepthOptions, prediction: Prediction | null): AddressSpaceRead {
  const passes = readPasses(tree, 'smaps', options)
  if (!passes.ok) return passes
  const { table, consistency } =
    passes.consistency === null
      ? mend(tree, passes.table, options)
      : { table: passes.table, consistency: passes.consistency }
  const space = { table, depth: 'smaps', shallow: null, consistency, prediction, pages: null, rollup: null } as const
  return { ok: true, space }
}

function readShallow(
  tree: FileTree,
  options: DepthOptions,
  shallow: Shallow,
  prediction: Prediction | null,
): AddressSpaceRead {
  const passes = readPasses(tree, 'maps', options)
  if (!passes.ok) return passes
  const consistency = passes.consistency ?? unsettled('maps')
  const space = {
    table: passes.table,
    depth: 'maps',
    shallow,
    consistency,
    prediction,
    pages: null,
    rollup: null,
  } as const
  return { ok: true, space }
}

/**
 * Looks at pages in short windows first: that tells what is huge or not there at all, so that smaps may turn out to be
 * short enough; and if not, resident sizes all the same.
 */
function readByPages(
  tree: FileTree,
  options: DepthOptions,
  shallow: Shallow,
  prediction: Prediction | null,
): AddressSpaceRead {
  const listed = readShallow(tree, options, shallow, prediction)
  if (!listed.ok) return listed
  const { maxStallMs, pageSize } = options
  const { table } = listed.space
  const pages = readPages(tree, table, { pageSize, maxStallMs, rates: measureRates() })
  if (!pages.ok) return { ok: true, space: { ...listed.space, pages: pages.why } }
  if (shallow.why === 'too-costly' && pages.smaps.stallMs <= maxStallMs) {
    const deep = readDeep(tree, options, pages.smaps)
    if (deep.ok) return deep
  }
  takePageFigures(tree, table, pages.sums)
  const rollup = shallow.why === 'refused' || pages.rollup.stallMs <= maxStallMs ? readSums(tree) : null
  return { ok: true, space: { ...listed.space, depth: 'pagemap', prediction: pages.smaps, rollup } }
}
