/** How fast this kernel walks, for predicting what a read will cost before it is made. */
export interface WalkRates {
  /** Microseconds that smaps takes per mapping, besides its pages. */
  readonly perMappingUs: number
  /** Nanoseconds that a page walk takes per resident base page. */
  readonly perPageNs: number
}

/**
 * Measured on Linux 6.18 on a 2.5 GHz Xeon: 1.8 µs a mapping and 24–40 ns a resident 4 KiB page when idle, up to
 * 100 ns when the target is busy. `calibrated` replaces the page rate by what this machine shows.
 */
export const TYPICAL_RATES: WalkRates = { perMappingUs: 1.8, perPageNs: 31 }

const SLOWEST_PAGE_NS = 200
const FASTEST_PAGE_NS = 10
/** Below this a timing says more about the machine's mood than about its speed. */
const LEAST_PAGES = 2000

/** What a read of smaps is expected to cost. */
export interface Prediction {
  /** How long the whole read takes, in milliseconds. */
  readonly readMs: number
  /**
   * How long the target's mmap, munmap, mprotect and brk may wait, in milliseconds: the kernel holds the mmap lock for
   * the walk of one mapping, so the largest one decides. Page faults do not wait.
   */
  readonly stallMs: number
}

/** What is known of a process before its pages are walked. */
export interface WalkSize {
  /** `null` when the mappings have not been counted. */
  readonly mappings: number | null
  /** Resident base pages. */
  readonly residentPages: number
  /** Base pages of the largest mapping; `null` when the mappings have not been read. */
  readonly largestPages: number | null
}

/** Predicts the cost of reading smaps. Huge pages walk faster, so for them this is an upper bound. */
export function predict(size: WalkSize, rates: WalkRates): Prediction {
  const pageMs = rates.perPageNs / 1e6
  const walked = size.residentPages * pageMs
  const held = Math.min(size.residentPages, size.largestPages ?? size.residentPages) * pageMs
  const perMapping = ((size.mappings ?? 0) * rates.perMappingUs) / 1000
  return { readMs: perMapping + walked, stallMs: held }
}

/** Corrects the page rate by a walk that was timed on this machine; small walks change nothing. */
export function calibrated(rates: WalkRates, timed: { ms: number; mappings: number; pages: number }): WalkRates {
  if (timed.pages < LEAST_PAGES) return rates
  const walkMs = timed.ms - (timed.mappings * rates.perMappingUs) / 1000
  const perPageNs = (walkMs * 1e6) / timed.pages
  return { ...rates, perPageNs: Math.min(SLOWEST_PAGE_NS, Math.max(FASTEST_PAGE_NS, perPageNs)) }
}
