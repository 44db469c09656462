import { MappingTable } from '../model/mapping-table.ts'
import { MapsParser } from '../parsers/maps.ts'
import { parseStatm } from '../parsers/statm.ts'
import type { FileTree } from '../sources/file-tree.ts'
import { liveTrees } from '../sources/trees.ts'
import { calibrated, type Prediction, predict, TYPICAL_RATES, type WalkRates } from './cost.ts'
import { readParsed } from './reading.ts'

/** How far this machine may be slower than the typical one before it matters for the choice. */
const MARGIN = 4

/**
 * Predicts what smaps would cost, with as little reading as the answer needs: the resident size nearly always settles
 * it; only for a large process are the mappings listed, and this machine's own speed measured. `null` when the resident
 * size is not to be had.
 */
export function predictCost(tree: FileTree, pageSize: number, maxStallMs: number): Prediction | null {
  const statm = readParsed(tree, 'statm', parseStatm)
  return statm === null ? null : predictWalk(tree, statm.resident, { pageSize, maxStallMs, rates: measureRates })
}

/** What a prediction is made with. */
export interface WalkTerms {
  /** Base page in bytes. */
  readonly pageSize: number
  readonly maxStallMs: number
  /** This machine's speed; asked for only when it matters. */
  readonly rates: () => WalkRates
  /** The kernel holds the lock for the walk of all mappings together: smaps_rollup before Linux 5.10. */
  readonly wholeWalk?: boolean
}

/** As `predictCost`, for a process whose resident size is known already. */
export function predictWalk(tree: FileTree, residentPages: number, terms: WalkTerms): Prediction {
  const { pageSize, maxStallMs } = terms
  const size = { mappings: null, residentPages, largestPages: null }
  const quick = predict(size, TYPICAL_RATES)
  if (quick.stallMs * MARGIN <= maxStallMs) return quick
  const rates = terms.rates()
  if (terms.wholeWalk === true) return predict(size, rates)
  const table = new MappingTable()
  const parser = new MapsParser(table)
  const read = tree.scan('maps', (bytes, length, final) => parser.write(bytes, length, final))
  if (!read.ok) return predict(size, rates)
  return predict({ ...size, mappings: table.length, largestPages: largestMapping(table) / pageSize }, rates)
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

/** Size in bytes of the largest mapping that can hold pages; a reservation without access holds none worth a walk. */
export function largestMapping(table: MappingTable): number {
  let largest = 0
  for (let row = 0; row < table.length; row++) {
    if (table.perms[row] !== 0) largest = Math.max(largest, table.size(row))
  }
  return largest
}
