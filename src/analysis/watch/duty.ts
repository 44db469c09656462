import { WATCH_TIERS, type WatchTier } from '../../model/watch.ts'

/** What limits how often and how deep a process is looked at. */
export interface DutyLimits {
  /** Seconds between samples, at least. */
  readonly interval: number
  /** Part of the time that reads of the process may take: 0.01 is 1 %. */
  readonly share: number
  /** Longest predicted hold of the process's mmap lock in milliseconds. */
  readonly maxStallMs: number
}

/** How the share is divided, so that all tiers together keep to it, and the deep looks are not starved by the others. */
const PARTS: Readonly<Record<WatchTier, number>> = { status: 0.1, maps: 0.1, smaps_rollup: 0.3, smaps: 0.5 }

/**
 * Decides when each tier may be read again: no sooner than the interval, and no sooner than its own cost allows, so
 * that a process with a million mappings is looked at deeply once in minutes while its status is read every second.
 */
export class DutySchedule {
  readonly #limits: DutyLimits
  readonly #next = new Map<WatchTier, number>()
  readonly #refused = new Set<WatchTier>()

  constructor(limits: DutyLimits) {
    this.#limits = limits
  }

  /** The tiers that are due at a moment, cheapest first. */
  due(at: number): readonly WatchTier[] {
    return WATCH_TIERS.filter((tier) => !this.#refused.has(tier) && (this.#next.get(tier) ?? 0) <= at)
  }

  /** Notes that a tier was read, when it ended, and what it took. */
  done(tier: WatchTier, at: number, costMs: number): void {
    // Half an interval early is still that interval's sample: timers are not exact.
    this.#next.set(tier, at + Math.max(this.#limits.interval * 0.5, this.#rest(tier, costMs)))
  }

  /** Gives a tier up: the process does not let it be read, or it would hold it up too long. */
  refuse(tier: WatchTier): void {
    this.#refused.add(tier)
  }

  /** Whether a predicted hold is allowed. */
  allows(stallMs: number): boolean {
    return stallMs <= this.#limits.maxStallMs
  }

  /** Seconds between two readings of a tier at what it last cost. */
  pace(tier: WatchTier, costMs: number): number {
    return Math.max(this.#limits.interval, this.#rest(tier, costMs))
  }

  #rest(tier: WatchTier, costMs: number): number {
    return costMs / 1000 / (this.#limits.share * PARTS[tier])
  }
}
