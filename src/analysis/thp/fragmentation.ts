import type { BuddyZone } from '../../parsers/buddyinfo.ts'

/** How much of the free memory lies in blocks that a huge page fits into; bytes. */
export interface Fragmentation {
  /** Of a huge page. */
  readonly block: number
  /** The power of two of base pages that a huge page is. */
  readonly order: number
  readonly free: number
  /** In blocks of the size of a huge page and larger; `NaN` where the kernel's blocks are all smaller. */
  readonly freeHuge: number
  /** Share of the free memory that lies in smaller blocks, 0 to 1: the kernel's unusable free space index. */
  readonly unusable: number
  readonly zones: readonly ZoneFragmentation[]
}

/** The same of one zone. */
export interface ZoneFragmentation {
  readonly node: number
  readonly zone: string
  readonly free: number
  readonly freeHuge: number
}

/**
 * Adds free blocks up: mm/vmstat.c unusable_free_index, over all zones. What compaction could put together is not in it,
 * so a low figure says that a huge page must be made first, not that it cannot be.
 */
export function fragmentationOf(zones: readonly BuddyZone[], block: number, pageSize: number): Fragmentation {
  const order = Math.round(Math.log2(block / pageSize))
  const byZone = zones.map(({ node, zone, blocks }) => {
    const bytes = blocks.map((count, index) => count * pageSize * 2 ** index)
    const freeHuge = order < blocks.length ? total(bytes.slice(order)) : Number.NaN
    return { node, zone, free: total(bytes), freeHuge }
  })
  const free = total(byZone.map((zone) => zone.free))
  const freeHuge = total(byZone.map((zone) => zone.freeHuge))
  return { block, order, free, freeHuge, unusable: free === 0 ? Number.NaN : 1 - freeHuge / free, zones: byZone }
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0)
}
