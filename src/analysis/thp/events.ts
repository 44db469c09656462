import type { EventSnapshot } from '../../collectors/thp-host.ts'
import type { Pressure } from './rules.ts'

/** A counter of /proc/vmstat over the interval. `NaN` is unknown. */
export interface EventRate {
  readonly name: string
  /** Since boot, or since the counter was made. */
  readonly total: number
  /** How many there were during the interval. */
  readonly delta: number
  readonly perSecond: number
}

/** What happened on the host meanwhile. */
export interface EventReport {
  /** Between the two readings; 0 when there was only one. */
  readonly intervalMs: number
  /** Counters that this kernel has, in the order of `THP_EVENTS`, then those that we do not know. */
  readonly events: readonly EventRate[]
}

/** Counters of vmstat and what one more means: mm/vmstat.c vmstat_text, Documentation/admin-guide/mm/transhuge.rst. */
export const THP_EVENTS = [
  ['thp_fault_alloc', 'a page fault got a huge page for anonymous memory'],
  ['thp_fault_fallback', 'a page fault wanted one and got small pages'],
  ['thp_fault_fallback_charge', 'of these: refused by a memory cgroup at its limit'],
  ['thp_collapse_alloc', 'khugepaged or MADV_COLLAPSE made a huge page of small ones'],
  ['thp_collapse_alloc_failed', 'khugepaged or MADV_COLLAPSE found no huge page free'],
  ['thp_file_alloc', 'a huge page for shared memory (tmpfs; the name is old)'],
  ['thp_file_fallback', 'shared memory wanted a huge page and got small ones'],
  ['thp_file_fallback_charge', 'of these: refused by a memory cgroup at its limit'],
  ['thp_file_mapped', 'a huge page of a file or of shared memory was mapped whole'],
  ['thp_split_page', 'a huge page was split into small ones'],
  ['thp_split_page_failed', 'one could not be split: it was pinned'],
  ['thp_deferred_split_page', 'a huge page lost a part of its mapping: its unused rest is not free until it is split'],
  ['thp_underused_split_page', 'a huge page of mostly zeros was split to get memory back'],
  ['thp_split_pmd', 'a huge mapping was taken apart (munmap, mprotect, copy-on-write); the page may stay huge'],
  ['thp_split_pud', 'the same of a mapping one level up'],
  ['thp_scan_exceed_none_pte', 'khugepaged left a block alone: max_ptes_none'],
  ['thp_scan_exceed_swap_pte', 'khugepaged left a block alone: max_ptes_swap'],
  ['thp_scan_exceed_share_pte', 'khugepaged left a block alone: max_ptes_shared'],
  ['thp_zero_page_alloc', 'the shared huge page of zeros was made'],
  ['thp_zero_page_alloc_failed', 'it could not be made'],
  ['thp_swpout', 'a huge page was swapped out whole'],
  ['thp_swpout_fallback', 'one had to be split for swapping'],
  ['thp_migration_success', 'a huge page was moved whole'],
  ['thp_migration_fail', 'a huge page could not be moved'],
  ['thp_migration_split', 'a huge page was split to be moved'],
  ['compact_stall', 'a process waited for compaction'],
  ['compact_fail', 'compaction made no room'],
  ['compact_success', 'compaction made room'],
  ['compact_daemon_wake', 'kcompactd was woken'],
  ['htlb_buddy_alloc_success', 'the hugetlb pool got a page'],
  ['htlb_buddy_alloc_fail', 'the hugetlb pool found no page'],
] as const satisfies readonly (readonly [name: string, meaning: string])[]

const KNOWN: readonly string[] = THP_EVENTS.map(([name]) => name)

/** The rates between two readings of vmstat; with one reading they are unknown, and the totals alone are told. */
export function eventReport(before: EventSnapshot, after: EventSnapshot | null): EventReport {
  const last = (after ?? before).counters ?? new Map<string, number>()
  const intervalMs = after === null ? 0 : after.at - before.at
  const others = [...last.keys()].filter((name) => name.startsWith('thp_') && !KNOWN.includes(name))
  const names = [...KNOWN.filter((name) => last.has(name)), ...others]
  const events = names.map((name) => {
    const total = last.get(name) ?? Number.NaN
    const delta = after === null ? Number.NaN : total - (before.counters?.get(name) ?? Number.NaN)
    return { name, total, delta, perSecond: (delta * 1000) / intervalMs }
  })
  return { intervalMs, events }
}

/** What one more of a counter means; `null` for one that is not known here. */
export function eventMeaning(name: string): string | null {
  return THP_EVENTS.find(([known]) => known === name)?.[1] ?? null
}

/** What kept the kernel from giving huge pages during the interval. */
export function pressureOf(report: EventReport, freeHuge: number): Pressure {
  const delta = (name: string): number => report.events.find((event) => event.name === name)?.delta ?? Number.NaN
  const given = delta('thp_fault_alloc')
  const refused = delta('thp_fault_fallback')
  return { fallbackShare: refused / (given + refused), chargeRefused: delta('thp_fault_fallback_charge') > 0, freeHuge }
}
