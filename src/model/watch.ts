/** What `watch` follows of a process; bytes but for the counts. */
export const WATCH_FIGURES = [
  'rss',
  'anon',
  'file',
  'shmem',
  'pss',
  'uss',
  'dirty',
  'swap',
  'huge',
  'hugetlb',
  'locked',
  'pageTables',
  'size',
  'mappings',
  'threads',
  'minorFaults',
  'majorFaults',
  'pressureSome',
  'pressureFull',
] as const

export type WatchFigure = (typeof WATCH_FIGURES)[number]

/** How deep a sample looks; each reads what the ones before it read, and more. */
export const WATCH_TIERS = ['status', 'maps', 'smaps_rollup', 'smaps'] as const
export type WatchTier = (typeof WATCH_TIERS)[number]

/** One look at the process. Figures that this sample did not read are not in it: they keep their last value and age. */
export interface WatchSample {
  /** Seconds since the watch began. */
  readonly at: number
  readonly tier: WatchTier
  readonly figures: Readonly<Partial<Record<WatchFigure, number>>>
  /** What the reading took, in milliseconds, and the longest single read of it. */
  readonly costMs: number
  readonly longestReadMs: number
}
