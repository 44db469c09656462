import { WATCH_TIERS, type WatchRead, type WatchTier } from '../../model/watch.ts'

/** What limits how often and how deep a process is looked at. */
export interface DutyLimits {
  /** Seconds between samples, at least. */
  readonly interval: number
  /** Part of the time that reads of the process may take: 0.01 is 1 %. */
  readonly share: number
  /** Longest predicted hold of the process's mmap lock in milliseconds. */
  readonly maxStallMs: number
}

/**
 * How the share is divided, so that all reads of the process together keep to it, and the deep looks are not starved by
 * the others. What limits it is read of the host and its cgroups, and has as much for itself: the process waits for none
 * of it.
 */
const PARTS: Readonly<Record<WatchRead, number>> = {
  status: 0.1,
  maps: 0.1,
  smaps_rollup: 0.3,
  smaps: 0.5,
  limits: 1,
}

/** What a first read may take before anything is earned, in milliseconds. */
const FREE_MS = 20

/**
 * Decides when each thing may be read again: no sooner than the interval, and no sooner than its own cost allows, so
 * that a process with a million mappings is looked at deeply once in minutes while its status is read every second.
 *
 * What a read cost is earned before the next, so the share holds over any time but the first seconds, in which each
 * thing may be read once that is expected to take no longer than a moment.
 */
export class DutySchedule {
  readonly #limits: DutyLimits
  #interval: number
  readonly #next = new Map<WatchRead, number>()
  readonly #refused = new Set<WatchRead>()

  constructor(limits: DutyLimits) {
    this.#limits = limits
    this.#interval = limits.interval
  }

  /** Changes how often samples are taken, in seconds. */
  every(interval: number): void {
    this.#interval = interval
  }

  /** Whether something may be read at a moment. */
  isDue(read: WatchRead, at: number): boolean {
    return !this.#refused.has(read) && (this.#next.get(read) ?? 0) <= at
  }

  /** The tiers that are due at a moment, cheapest first. */
  due(at: number): readonly WatchTier[] {
    return WATCH_TIERS.filter((tier) => this.isDue(tier, at))
  }

  /** Notes that something was read, when that began, and what it took; the next reading is reckoned from its end. */
  done(read: WatchRead, at: number, costMs: number): void {
    // Half an interval early is still that interval's sample: timers are not exact.
    const rest = Math.max(this.#interval * 0.5, this.#rest(read, costMs))
    this.#next.set(read, at + costMs / 1000 + rest)
  }

  /** Whether a first read that is expected to take so long may be made at once; else it waits until that is earned. */
  affords(read: WatchRead, at: number, expectedMs: number): boolean {
    if (expectedMs <= FREE_MS) return true
    this.#next.set(read, at + this.#rest(read, expectedMs))
    return false
  }

  /** Gives something up: the process does not let it be read, or it would hold it up too long. */
  refuse(read: WatchRead): void {
    this.#refused.add(read)
  }

  /** Whether a predicted hold is allowed. */
  allows(stallMs: number): boolean {
    return stallMs <= this.#limits.maxStallMs
  }

  /** Seconds between two readings at what one last cost. */
  pace(read: WatchRead, costMs: number): number {
    return Math.max(this.#interval, this.#rest(read, costMs))
  }

  #rest(read: WatchRead, costMs: number): number {
    return costMs / 1000 / (this.#limits.share * PARTS[read])
  }
}
