import type { Address } from '../../model/address.ts'

/** Where a mapping lies among blocks of a huge page's size. */
export interface Shape {
  /** Bytes in whole blocks: what can be huge as the mapping lies. */
  readonly capable: number
  /** Bytes before the first whole block, and behind the last; the whole mapping is `head` when there is none. */
  readonly head: number
  readonly tail: number
  /** How far behind a block's edge it starts; of a file, an edge of one of the file's blocks. */
  readonly skew: number
  /** Bytes in whole blocks that starting at an edge would add. */
  readonly gain: number
}

/**
 * Fits blocks of `block` bytes into a mapping: mm/huge_memory.c thp_vma_suitable_order. Of a file also the place in it
 * decides: address and offset must be equally far from a block's edge, or no block of the mapping is one of the file;
 * which blocks of the file are whole no address changes.
 *
 * @param offset Offset in the file; `null` for private anonymous memory, whose blocks are those of the address space.
 */
export function shapeOf(start: Address, end: Address, offset: number | null, block: number): Shape {
  const size = end - start
  const skew = modulo(start - (offset ?? 0), block)
  const best = offset === null ? Math.floor(size / block) * block : wholeBlocks(offset, offset + size, block)
  const capable = offset === null || skew === 0 ? wholeBlocks(start, end, block) : 0
  if (capable === 0) return { capable, head: size, tail: 0, skew, gain: best }
  const head = modulo(-start, block)
  return { capable, head, tail: size - head - capable, skew, gain: best - capable }
}

function wholeBlocks(from: number, to: number, block: number): number {
  return Math.max(0, Math.floor(to / block) * block - Math.ceil(from / block) * block)
}

/** Whether a folio of `size` bytes fits anywhere into a mapping. */
export function fits(start: Address, end: Address, offset: number | null, size: number): boolean {
  return shapeOf(start, end, offset, size).capable >= size
}

function modulo(value: number, by: number): number {
  return ((value % by) + by) % by
}
