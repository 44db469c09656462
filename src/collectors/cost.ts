/** How fast this kernel walks, for predicting what a read will cost before it is made. */
export interface WalkRates {
  /** Microseconds that smaps takes per mapping, besides its pages. */
  readonly perMappingUs: number
  /** Nanoseconds that a page walk takes per resident base page. */
  readonly perPageNs: number
  /** Nanoseconds for a slot of a page table that holds no page. */
  readonly perSlotNs: number
}

/**
 * Measured on Linux 6.18 on a 2.5 GHz Xeon: 1.8 µs a mapping, 24–40 ns a resident 4 KiB page when idle, up to 100 ns
 * when the target is busy, and 1.7 ns a slot; docs/cost.md has the figures. `calibrated` replaces the rates of pages and
 * slots by what this machine shows.
 */
export const TYPICAL_RATES: WalkRates = { perMappingUs: 1.8, perPageNs: 31, perSlotNs: 1.7 }

const SLOWEST_PAGE_NS = 200
const FASTEST_PAGE_NS = 10
/** Below this a timing says more about the machine's mood than about its speed. */
const LEAST_PAGES = 2000

/** What a read of smaps is expected to cost. */
export interface Prediction {
  /** How long the whole read takes, in milliseconds. */
  readonly readMs: number
  /**
   * How long the target's mmap, munmap, mprotect and brk may wait, in milliseconds: the longest the kernel holds the
   * mmap lock at a time. Page faults do not wait.
   */
  readonly stallMs: number
}

/** Pages and page tables that are walked while the lock is held once, at most. */
export interface Hold {
  readonly mappings: number
  /** Base pages that may be resident. */
  readonly pages: number
  readonly slots: number
}

/** What is known of a process before its pages are walked. */
export interface WalkSize {
  /** `null` when the mappings have not been counted. */
  readonly mappings: number | null
  /** Resident base pages. */
  readonly residentPages: number
  /** Slots of all page tables, those of pages included; `null` when they are not known. */
  readonly slots: number | null
  /** The most that is walked at a time; `null` when the mappings have not been read. */
  readonly held: Hold | null
}

/**
 * Predicts the cost of a page walk. Huge pages walk faster, so for them this is an upper bound; pages that are not
 * counted as resident (the shared zero page, what swap holds) are taken for empty slots and cost more.
 */
export function predict(size: WalkSize, rates: WalkRates): Prediction {
  const { residentPages, held } = size
  const slots = size.slots ?? residentPages
  const all = walkMs(size.mappings ?? 0, residentPages, slots, rates)
  if (held === null) return { readMs: all, stallMs: all }
  const pages = Math.min(residentPages, held.pages)
  return { readMs: all, stallMs: walkMs(held.mappings, pages, Math.min(slots, held.slots), rates) }
}

function walkMs(mappings: number, pages: number, slots: number, rates: WalkRates): number {
  const empty = Math.max(0, slots - pages)
  return (mappings * rates.perMappingUs) / 1e3 + (pages * rates.perPageNs + empty * rates.perSlotNs) / 1e6
}

/** Corrects the rates by a walk that was timed on this machine; small walks change nothing. */
export function calibrated(rates: WalkRates, timed: { ms: number; mappings: number; pages: number }): WalkRates {
  if (timed.pages < LEAST_PAGES) return rates
  const timedMs = timed.ms - (timed.mappings * rates.perMappingUs) / 1000
  const shown = (timedMs * 1e6) / timed.pages
  const perPageNs = Math.min(SLOWEST_PAGE_NS, Math.max(FASTEST_PAGE_NS, shown))
  return { ...rates, perPageNs, perSlotNs: rates.perSlotNs * (perPageNs / rates.perPageNs) }
}
