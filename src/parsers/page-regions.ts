import type { MappingTable } from '../model/mapping-table.ts'
import { PAGE_IS, REGION_BYTES } from '../model/page-scan.ts'
import { ParseError } from './parse-error.ts'
import { halvesOf, highHalf, lowHalf } from './words.ts'

/** What of each mapping is in memory or in swap, in bytes by row. */
export interface RegionSums {
  /** Of no file: anonymous memory, and pages that drivers map. */
  readonly anon: Float64Array
  /** Of a file or shared memory. */
  readonly file: Float64Array
  /** The shared page of zeros. */
  readonly zero: Float64Array
  readonly swapped: Float64Array
  /** Of `anon` and `file`: mapped by huge page-table entries. */
  readonly hugeAnon: Float64Array
  readonly hugeFile: Float64Array
}

const HALF = 2 ** 32
const WORDS = REGION_BYTES / 8

/**
 * Adds up the regions of PAGEMAP_SCAN (fs/proc/task_mmu.c pagemap_page_category) by the mappings that they lie in;
 * neighbouring mappings may share a region.
 */
export function sumRegions(bytes: Uint8Array, table: MappingTable): RegionSums {
  if (bytes.byteLength % REGION_BYTES !== 0) {
    throw new ParseError('pagemap', 0, `regions of ${REGION_BYTES} bytes`, `${bytes.byteLength} bytes`)
  }
  const column = (): Float64Array => new Float64Array(table.length)
  const sums = {
    anon: column(),
    file: column(),
    zero: column(),
    swapped: column(),
    hugeAnon: column(),
    hugeFile: column(),
  }
  const halves = halvesOf(bytes)
  const number = (word: number): number => highHalf(halves, word) * HALF + lowHalf(halves, word)
  let row = 0
  for (let word = 0; word < halves.length / 2; word += WORDS) {
    const [start, end] = [number(word), number(word + 1)]
    const kinds = lowHalf(halves, word + 2)
    while (row < table.length && (table.end[row] as number) <= start) row++
    for (let each = row; each < table.length && (table.start[each] as number) < end; each++) {
      const from = Math.max(start, table.start[each] as number)
      addTo(sums, each, kinds, Math.min(end, table.end[each] as number) - from)
    }
  }
  return sums
}

function addTo(sums: RegionSums, row: number, kinds: number, bytes: number): void {
  const add = (column: Float64Array): void => {
    column[row] = (column[row] as number) + bytes
  }
  if ((kinds & PAGE_IS.guard) !== 0) return
  if ((kinds & PAGE_IS.present) === 0) {
    add(sums.swapped)
  } else if ((kinds & PAGE_IS.pfnZero) !== 0) {
    add(sums.zero)
  } else {
    const file = (kinds & PAGE_IS.file) !== 0
    add(file ? sums.file : sums.anon)
    if ((kinds & PAGE_IS.huge) !== 0) add(file ? sums.hugeFile : sums.hugeAnon)
  }
}
