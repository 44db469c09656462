import type { Refusal } from './provenance.ts'

/** What the page cache holds of one whole file: cachestat(2), Linux 6.5. Pages of the base size. */
export interface PageCache {
  readonly cached: number
  /** Written, and not yet on its way to the device. */
  readonly dirty: number
  /** On its way to the device. */
  readonly writeback: number
}

/** Why nobody could be asked about the page cache of a file. */
export type PageCacheRefusal =
  /** Native calls cannot be made here; `detail` says why, in words. */
  | { readonly reason: 'no-native'; readonly detail: string }
  /** The kernel is older than 6.5, or a filter keeps the call from it: ENOSYS. */
  | { readonly reason: 'no-cachestat' }
  /** What the path leads to now is another file than the one that is mapped. */
  | { readonly reason: 'other-file' }
  /** A device, a pipe, a directory: never opened. */
  | { readonly reason: 'not-regular' }
  /** A network or FUSE file system, an automount point on the way: opening may wait for somebody else, and was not asked for. */
  | { readonly reason: 'may-hang' }
  /** The file system is not among the mounts of the process, so that nothing is known of what opening does. */
  | { readonly reason: 'unknown-mount' }
  /** On overlayfs, whose inodes have no pages: those are in the upper layer, which was not found from here. */
  | { readonly reason: 'overlay' }
  /** It has no page in the cache, and mappings show some: it lies on another file, as stacked file systems have it. */
  | { readonly reason: 'stacked' }
  /** Only cachestat itself refuses those who could not write the file (Linux 6.17, and older ones since). */
  | { readonly reason: 'not-yours' }
  /** The file could not be opened. */
  | { readonly reason: 'refused'; readonly refusal: Refusal }
  /** More files than are asked about in one report. */
  | { readonly reason: 'too-many' }

/** An answer about the page cache, or why there is none; with how many names the file has, where it was found. */
export type PageCacheRead =
  | { readonly ok: true; readonly value: PageCache; readonly links: bigint }
  | { readonly ok: false; readonly why: PageCacheRefusal; readonly links: bigint | null }
