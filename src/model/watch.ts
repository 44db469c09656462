import type { Limit } from './limit.ts'

/** What `watch` follows of a process; bytes but for counts and shares. */
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
  'cgroupPressureSome',
  'cgroupPressureFull',
] as const

export type WatchFigure = (typeof WATCH_FIGURES)[number]

/** How deep a sample looks; each reads what the ones before it read, and more. */
export const WATCH_TIERS = ['status', 'maps', 'smaps_rollup', 'smaps'] as const
export type WatchTier = (typeof WATCH_TIERS)[number]

/** What is read at a pace of its own: the tiers, and what limits the process. */
export const WATCH_READS = [...WATCH_TIERS, 'limits'] as const
export type WatchRead = (typeof WATCH_READS)[number]

/** How something is read: how often at what cost, or why not at all. */
export interface ReadState {
  readonly read: WatchRead
  /** What the last reading took, milliseconds; `NaN` before the first. */
  readonly costMs: number
  /** Seconds between readings; `NaN` when it is not read. */
  readonly pace: number
  readonly refused: string | null
}

/** Who is watched; binary strings. */
export interface WatchSubject {
  readonly pid: number
  /** Ticks since boot: with the PID it tells one process from all others of that boot. */
  readonly startTime: number
  readonly comm: string
  readonly command: string
}

/** One look at the process. Figures that this sample did not read are not in it: they keep their last value and age. */
export interface WatchSample {
  /** Seconds since the watch began. */
  readonly at: number
  readonly tier: WatchTier
  readonly figures: Readonly<Partial<Record<WatchFigure, number>>>
  /** What limits the process, set or not; `null` when it was not read now. */
  readonly limits: readonly Limit[] | null
  /** What reading the process took, in milliseconds, and the longest single read of it; without what limits it. */
  readonly costMs: number
  readonly longestReadMs: number
  /** How all that is read was read until now. */
  readonly reads: readonly ReadState[]
  /** Who it is, when that is new: in the first sample, and when the process has executed a program since the last. */
  readonly subject: WatchSubject | null
}
