/** Counters of /proc/vmstat that tell what faults were about, and their names in reports (mm/vmstat.c vmstat_text). */
export const HOST_EVENTS = {
  thp_fault_alloc: 'thpFaultAlloc',
  thp_fault_fallback: 'thpFaultFallback',
  pswpin: 'pswpin',
  pswpout: 'pswpout',
  swpin_zero: 'swpinZero',
  swpout_zero: 'swpoutZero',
  zswpin: 'zswpin',
  zswpout: 'zswpout',
  swap_ra_hit: 'swapRaHit',
  numa_hint_faults: 'numaHintFaults',
} as const

export type HostEventName = (typeof HOST_EVENTS)[keyof typeof HOST_EVENTS]

/**
 * What the whole host counted while a program ran, whoever caused it: at most so much was the program's, and what is 0
 * was not. A counter that this kernel lacks is absent.
 */
export type HostEvents = Readonly<Partial<Record<HostEventName, number>>>

/** Pages that the host brought back from swap, from a device, from zswap, or as zeroes; `null` if no counter is known. */
export function swappedIn(events: HostEvents | null): number | null {
  return sum(events, ['pswpin', 'swpinZero', 'zswpin'])
}

/** Pages that it swapped out. */
export function swappedOut(events: HostEvents | null): number | null {
  return sum(events, ['pswpout', 'swpoutZero', 'zswpout'])
}

function sum(events: HostEvents | null, names: readonly HostEventName[]): number | null {
  const known = names.map((name) => events?.[name]).filter((count) => count !== undefined)
  return known.length === 0 ? null : known.reduce((total, count) => total + count, 0)
}
