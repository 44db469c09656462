import type { DerivedCaveat } from '../../model/fault-figures.ts'

/** Whose counters. */
export type Vendor = 'intel' | 'amd' | 'arm'

/** One way to count page walks: events that are added up, with what keeps them from being the whole truth. */
export interface WalkEvents {
  readonly events: readonly string[]
  /** Added where they were counted. */
  readonly and?: readonly string[]
  readonly caveat?: DerivedCaveat
}

/**
 * What counts page walks, by vendor, best first.
 *
 * Never a ratio to dTLB-loads: those are all loads on Intel, L1 misses on AMD, and loads and stores on ARM, whose
 * dTLB-load-misses moreover may hit the second level and walk nothing (arch/x86/events, drivers/perf/arm_pmuv3.c).
 */
export const DATA_WALKS: Readonly<Record<Vendor, readonly WalkEvents[]>> = {
  intel: [
    { events: ['dtlb_load_misses.walk_completed', 'dtlb_store_misses.walk_completed'] },
    { events: ['dTLB-load-misses'], and: ['dTLB-store-misses'] },
  ],
  amd: [
    { events: ['ls_l1_d_tlb_miss.all_l2_miss'], caveat: 'loads-and-stores' },
    { events: ['l2_dtlb_misses'], caveat: 'loads-and-stores' },
    { events: ['dTLB-load-misses'], caveat: 'loads-and-stores' },
  ],
  arm: [{ events: ['dtlb_walk'], caveat: 'loads-and-stores' }],
}

export const CODE_WALKS: Readonly<Record<Vendor, readonly WalkEvents[]>> = {
  intel: [{ events: ['itlb_misses.walk_completed'] }, { events: ['iTLB-load-misses'] }],
  amd: [{ events: ['iTLB-load-misses'] }],
  arm: [{ events: ['itlb_walk'] }],
}

/** Only Intel counts the cycles during which a walk is under way. */
export const WALK_CYCLES: Readonly<Record<Vendor, readonly WalkEvents[]>> = {
  intel: [
    { events: ['dtlb_load_misses.walk_active', 'dtlb_store_misses.walk_active'], caveat: 'walks-overlap' },
    { events: ['dtlb_load_misses.walk_duration', 'dtlb_store_misses.walk_duration'], caveat: 'walks-overlap' },
  ],
  amd: [],
  arm: [],
}

/** Whose counters a CPU has; `null` for one that is not known. */
export function vendorOf(cpuVendor: string | null): Vendor | null {
  if (cpuVendor === 'GenuineIntel') return 'intel'
  // Hygon's are Zen cores.
  if (cpuVendor === 'AuthenticAMD' || cpuVendor === 'HygonGenuine') return 'amd'
  return cpuVendor !== null && /^arm/i.test(cpuVendor) ? 'arm' : null
}
