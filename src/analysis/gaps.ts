import type { Address } from '../model/address.ts'
import { countMappings, type MappingTable } from '../model/mapping-table.ts'

/** A hole in the address space between two mappings. */
export interface Gap {
  readonly start: Address
  readonly end: Address
  /** Row of the mapping below. */
  readonly below: number
}

/** How an address space is broken up. */
export interface GapReport {
  readonly gaps: readonly Gap[]
  readonly largest: Gap | null
  /** Bytes of all gaps. */
  readonly total: number
  /**
   * 1 − largest ÷ total: 0 when all free space is one hole, near 1 when it is in many small ones. On 64-bit it matters
   * for huge alignment and the mapping count; on 32-bit a wanted size above `largest` fails. `null` without gaps.
   */
  readonly fragmentation: number | null
}

/** First address that a 64-bit user space can never reach; the gate page lies above. */
const USER_SPACE_END = 2 ** 56

/** Finds the holes between mappings. Overlapping rows of a torn read make no negative holes. */
export function findGaps(table: MappingTable): GapReport {
  const gaps: Gap[] = []
  let end = 0
  let total = 0
  let largest: Gap | null = null
  for (let row = 0; row < table.length; row++) {
    const start = table.start[row] as number
    if (start >= USER_SPACE_END) break
    if (start > end && row > 0) {
      const gap = { start: end, end: start, below: row - 1 }
      gaps.push(gap)
      total += start - end
      if (largest === null || start - end > largest.end - largest.start) largest = gap
    }
    end = Math.max(end, table.end[row] as number)
  }
  const fragmentation = largest === null ? null : 1 - (largest.end - largest.start) / total
  return { gaps, largest, total, fragmentation }
}

/** Where an address lies. */
export interface AddressPlace {
  /** Row of the mapping that holds the address, or `null` when it is in a gap. */
  readonly row: number | null
  /** Nearest mapping below, or `null`. */
  readonly below: number | null
  /** Nearest mapping above, or `null`. */
  readonly above: number | null
}

/** Finds the mapping of an address and its neighbours. */
export function locate(table: MappingTable, address: Address): AddressPlace {
  let low = 0
  let high = table.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((table.end[middle] as number) > address) high = middle
    else low = middle + 1
  }
  const inside = low < table.length && (table.start[low] as number) <= address
  const above = inside ? low + 1 : low
  // The gate page is nobody's neighbour: between it and the stack lies what no process can ever map.
  const mappings = countMappings(table)
  const inGate = inside && low >= mappings
  return {
    row: inside ? low : null,
    below: low > 0 && !inGate ? Math.min(low, mappings) - 1 : null,
    above: above < mappings ? above : null,
  }
}
