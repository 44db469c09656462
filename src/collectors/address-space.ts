import type { MappingTable } from '../model/mapping-table.ts'
import type { Refusal } from '../model/provenance.ts'
import type { FileTree } from '../sources/file-tree.ts'
import type { Consistency } from './consistency.ts'
import type { Prediction } from './cost.ts'
import { mend, type PassOptions, readPasses, unsettled } from './passes.ts'
import { predictCost } from './walk-cost.ts'

/** How deep to look, and what it may cost the target. */
export interface DepthOptions extends PassOptions {
  /** Read maps alone: no page walk, and on Linux 6.17 and later no lock that the target waits for. */
  readonly basic: boolean
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
  readonly depth: 'maps' | 'smaps'
  /** Set when `depth` is `maps`. */
  readonly shallow: Shallow | null
  readonly consistency: Consistency
  /** What reading smaps was expected to cost; `null` when nothing was predicted. */
  readonly prediction: Prediction | null
}

/** The mappings, or the refusal to show them. */
export type AddressSpaceRead =
  | { readonly ok: true; readonly space: AddressSpace }
  | { readonly ok: false; readonly refusal: Refusal }

/** Reads the mappings of the process (or thread) whose directory `tree` is. */
export function readAddressSpace(tree: FileTree, options: DepthOptions): AddressSpaceRead {
  if (options.basic) return readShallow(tree, options, { why: 'asked' }, null)
  const prediction = predictCost(tree, options.pageSize, options.maxStallMs)
  if (prediction !== null && prediction.stallMs > options.maxStallMs) {
    return readShallow(tree, options, { why: 'too-costly', maxStallMs: options.maxStallMs }, prediction)
  }
  const passes = readPasses(tree, 'smaps', options)
  if (!passes.ok) {
    if (passes.refusal.reason === 'denied') return passes
    return readShallow(tree, options, { why: 'refused', refusal: passes.refusal }, prediction)
  }
  const { table, consistency } =
    passes.consistency === null
      ? mend(tree, passes.table, options)
      : { table: passes.table, consistency: passes.consistency }
  return { ok: true, space: { table, depth: 'smaps', shallow: null, consistency, prediction } }
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
  return { ok: true, space: { table: passes.table, depth: 'maps', shallow, consistency, prediction } }
}
