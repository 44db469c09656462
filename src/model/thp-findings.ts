/** What a report on huge pages wants to be noticed: figures, worded by the output. Bytes unless said otherwise. */
export type ThpFinding =
  /** Pages of a hugetlb pool that nobody uses, and nobody has reserved. */
  | { readonly code: 'pool-idle'; readonly size: number; readonly pages: number; readonly bytes: number }
  /** Pages that are promised to mappings which have not touched them. */
  | { readonly code: 'pool-reserved'; readonly size: number; readonly pages: number; readonly bytes: number }
  /** Every page is used or promised: the next mapping is refused, and one without a reservation gets SIGBUS. */
  | { readonly code: 'pool-exhausted'; readonly size: number; readonly pages: number }
  /** Faults that wanted a huge page and got none, during the interval; share from 0 to 1. */
  | { readonly code: 'fallbacks'; readonly share: number; readonly perSecond: number; readonly charged: boolean }
  /** Little of the free memory lies in blocks that a huge page fits into. */
  | { readonly code: 'fragmented'; readonly free: number; readonly freeHuge: number }
  /** Folios that have lost a part of their mapping and are not split yet. */
  | { readonly code: 'partially-mapped'; readonly bytes: number }
  /** A size that is on although the mode of all is never. */
  | { readonly code: 'size-overrides-never'; readonly sizes: readonly number[] }
  /** The process has switched huge pages off for itself, or inherited that. */
  | { readonly code: 'prctl'; readonly gain: number }
  /**
   * Huge anonymous memory is shared after a fork. `copied` is what a first write copies: a whole huge page before Linux
   * 5.8, since then one small page, and the huge mapping is taken apart.
   */
  | { readonly code: 'forked'; readonly bytes: number; readonly copied: number; readonly whole: boolean }
  /** So much of the sampled huge memory is zeros. */
  | { readonly code: 'zeros'; readonly bytes: number; readonly share: number }
  /** Memory that waits for khugepaged, and how long that takes at least, in seconds. */
  | { readonly code: 'khugepaged-slow'; readonly bytes: number; readonly seconds: number }
  /** Memory that was advised to be huge and is not eligible. */
  | { readonly code: 'advice-without-effect'; readonly mappings: number; readonly bytes: number }
  /** hugetlb memory without a reservation, while the pool has nothing left: a further page is SIGBUS. */
  | { readonly code: 'sigbus-risk'; readonly bytes: number }
