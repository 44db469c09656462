import { MappingTable } from '../model/mapping-table.ts'
import { atLeast, type KernelVersion } from '../parsers/kernel-version.ts'
import { MapsParser } from '../parsers/maps.ts'
import { parseStatm } from '../parsers/statm.ts'
import { parseStatus } from '../parsers/status.ts'
import type { FileTree } from '../sources/file-tree.ts'
import { liveTrees } from '../sources/trees.ts'
import { calibrated, type Hold, type Prediction, predict, TYPICAL_RATES, type WalkRates } from './cost.ts'
import { readParsed } from './reading.ts'

/** How far this machine may be slower than the typical one before it matters for the choice. */
const MARGIN = 4

/** What of a process is known to everybody, and tells what a walk of its pages costs. */
export interface WalkKnown {
  /** Bytes of resident memory: VmRSS. */
  readonly resident: number
  /** Bytes of page tables: VmPTE; `null` where it is not known. */
  readonly pageTables: number | null
}

/** What a prediction is made with. */
export interface WalkTerms {
  /** Base page in bytes. */
  readonly pageSize: number
  readonly maxStallMs: number
  /** This machine's speed; asked for only when it matters. */
  readonly rates: () => WalkRates
  /** How long the file holds the lock. */
  readonly holds: LockHold
}

/**
 * Under one hold of the lock smaps writes a buffer of 4 KiB, that is some neighbouring mappings (fs/seq_file.c); with
 * `yields` smaps_rollup walks one mapping, and the lock is let go between mappings when somebody waits (since Linux 5.10,
 * fs/proc/task_mmu.c); before that it is one walk over all.
 */
export type LockHold = 'smaps' | 'yields' | 'all'

/** How long smaps_rollup holds the lock on a kernel. */
export function rollupHolds(kernel: KernelVersion): LockHold {
  return atLeast(kernel, 5, 10) ? 'yields' : 'all'
}

/** Mappings whose records fit into a buffer of 4 KiB, and the one that is walked to find that it does not fit. */
const NEIGHBOURS = 6

/**
 * Predicts what smaps would cost, with as little reading as the answer needs: resident size and page tables nearly
 * always settle it; only for a large process are the mappings listed, and this machine's own speed measured. `null` when
 * the resident size is not to be had.
 */
export function predictCost(
  tree: FileTree,
  pageSize: number,
  maxStallMs: number,
  holds: LockHold = 'smaps',
): Prediction | null {
  const known = walkKnown(tree, pageSize)
  return known === null ? null : predictWalk(tree, known, { pageSize, maxStallMs, holds, rates: measureRates })
}

/** Reads what predictions are made of. */
export function walkKnown(tree: FileTree, pageSize: number): WalkKnown | null {
  const statm = readParsed(tree, 'statm', parseStatm)
  if (statm === null) return null
  return { resident: statm.resident * pageSize, pageTables: readParsed(tree, 'status', parseStatus)?.vmPte ?? null }
}

/** As `predictCost`, for a process that is known already. */
export function predictWalk(tree: FileTree, known: WalkKnown, terms: WalkTerms): Prediction {
  const { pageSize, maxStallMs } = terms
  const size = { mappings: null, held: null, ...pagesOf(known, pageSize) }
  const quick = predict(size, TYPICAL_RATES)
  if (quick.stallMs * MARGIN <= maxStallMs) return quick
  const rates = terms.rates()
  if (terms.holds === 'all') return predict(size, rates)
  const table = new MappingTable()
  const parser = new MapsParser(table)
  const read = tree.scan('maps', (bytes, length, final) => parser.write(bytes, length, final))
  if (!read.ok) return predict(size, rates)
  return predict({ ...size, mappings: table.length, held: largestHold(table, pageSize, terms.holds) }, rates)
}

/** Bytes of a page-table slot on the 64-bit machines that Node runs on. */
const SLOT_BYTES = 8

export function pagesOf(known: WalkKnown, pageSize: number): { residentPages: number; slots: number | null } {
  const { resident, pageTables } = known
  return {
    residentPages: resident / pageSize,
    slots: pageTables === null || Number.isNaN(pageTables) ? null : pageTables / SLOT_BYTES,
  }
}

/** The first walk finds nothing in the CPU's caches and says more about them than about the kernel. */
const WALKS = 3

/** Times walks of our own pages, which stall nobody else, and takes the quickest. */
export function measureRates(): WalkRates {
  const own = liveTrees().proc
  const statm = readParsed(own, 'self/statm', parseStatm)
  const table = new MappingTable()
  const parser = new MapsParser(table)
  const listed = own.scan('self/maps', (bytes, length, final) => parser.write(bytes, length, final))
  if (!listed.ok || statm === null) return TYPICAL_RATES
  let ms = Number.POSITIVE_INFINITY
  for (let walk = 0; walk < WALKS; walk++) {
    const from = performance.now()
    if (!own.read('self/smaps_rollup').ok) return TYPICAL_RATES
    ms = Math.min(ms, performance.now() - from)
  }
  return calibrated(TYPICAL_RATES, { ms, mappings: table.length, pages: statm.resident })
}

/** How many base pages a mapping may hold in memory: all of its own, unless that is known better. */
export type ResidentPages = (row: number) => number

/** The most that one hold of the lock may walk. */
export function largestHold(
  table: MappingTable,
  pageSize: number,
  holds: Exclude<LockHold, 'all'>,
  resident: ResidentPages = (row) => accessiblePages(table, pageSize, row),
): Hold {
  const mappings = holds === 'smaps' ? NEIGHBOURS : 1
  const perTable = pageSize / SLOT_BYTES
  const span = perTable * pageSize
  const window = { pages: 0, slots: 0 }
  const most = { pages: 0, slots: 0 }
  const slotsOf = (row: number): number => {
    const [start, end] = [table.start[row] as number, table.end[row] as number]
    // What holds no page may still have tables; a reservation without access seldom has.
    return table.perms[row] === 0 ? 0 : (Math.ceil(end / span) - Math.floor(start / span)) * perTable
  }
  for (let row = 0; row < table.length; row++) {
    window.pages += resident(row)
    window.slots += slotsOf(row)
    if (row >= mappings) {
      window.pages -= resident(row - mappings)
      window.slots -= slotsOf(row - mappings)
    }
    most.pages = Math.max(most.pages, window.pages)
    most.slots = Math.max(most.slots, window.slots)
  }
  return { mappings, ...most }
}

/** A reservation without access holds no pages worth a walk. */
function accessiblePages(table: MappingTable, pageSize: number, row: number): number {
  return table.perms[row] === 0 ? 0 : table.size(row) / pageSize
}
