import type { Refusal } from './provenance.ts'

/** Addresses to look at, and how much of them at a time. */
export interface PageScanOrder {
  /** In address order. */
  readonly ranges: readonly { readonly start: number; readonly end: number }[]
  /** Bytes of address space under one hold of the process's mmap lock. */
  readonly windowBytes: number
  /** Pages found under one hold, at most. */
  readonly maxPages: number
}

/** Why pages could not be scanned. */
export type PageScanRefusal =
  /** Native calls cannot be made here; `detail` says why, in words. */
  | { readonly reason: 'no-native'; readonly detail: string }
  /** The kernel is older than 6.7. */
  | { readonly reason: 'no-scan' }
  /** More regions than are worth keeping. */
  | { readonly reason: 'too-many' }
  | { readonly reason: 'refused'; readonly refusal: Refusal }

/**
 * Regions of pages that are in memory or in swap, as PAGEMAP_SCAN gives them, one behind the other: 24 bytes each, the
 * 64-bit numbers start, end and kinds (`struct page_region`, include/uapi/linux/fs.h).
 */
export type PageScanRead =
  | { readonly ok: true; readonly value: Buffer }
  | { readonly ok: false; readonly why: PageScanRefusal }

/** Bytes of one region. */
export const REGION_BYTES = 24

/** Kinds of pages that PAGEMAP_SCAN tells apart: include/uapi/linux/fs.h. */
export const PAGE_IS = {
  file: 1 << 2,
  present: 1 << 3,
  swapped: 1 << 4,
  pfnZero: 1 << 5,
  huge: 1 << 6,
  softDirty: 1 << 7,
  /** Linux 6.15; older kernels refuse a call that asks for it. */
  guard: 1 << 8,
} as const
