import type { EventReport } from '../../thp/events.ts'
import { CLEAR, defineRule, finding } from '../rule.ts'

/** Of the faults that wanted a huge page. */
const SHARE = 0.3
/** Fewer than these during the interval say nothing. */
const LEAST = 20

export const rule = defineRule({
  id: 'thp-allocation-failing',
  title: 'Huge pages are wanted and not to be had',
  severity: 'medium',
  what: 'More than 30 % of the page faults that wanted a transparent huge page during the interval, and at least 20, got small pages (thp_fault_fallback of vmstat). Where thp_fault_fallback_charge rose too, a cgroup at its limit refused some of them, not the host’s memory.',
  why: 'Programs that count on huge pages run on small ones; with defrag set to always each such fault may also have waited for compaction.',
  remedy:
    'Free memory is in pieces: raise vm.compaction_proactiveness, set transparent_hugepage/defrag to defer+madvise, `echo 1 > /proc/sys/vm/compact_memory` once; reserve hugetlb pages at boot for what must have them.',
  falseAlarms:
    'The counters are of the whole host. A moment in which memory is short says little of the others: ask again with a longer --interval.',
  references: [
    'Documentation/admin-guide/mm/transhuge.rst: thp_fault_fallback',
    'Documentation/admin-guide/sysctl/vm.rst: compaction_proactiveness',
  ],
  needs: ['hugePages'],
  check: ({ hugePages: { events, pressure, fragmentation } }) => {
    if (events.intervalMs === 0) return { kind: 'unknown', why: 'counters were read once only: rates need two moments' }
    const refused = deltaOf(events, 'thp_fault_fallback')
    if (Number.isNaN(refused)) return { kind: 'unknown', why: 'this kernel does not count thp_fault_fallback' }
    if (refused < LEAST || !(pressure.fallbackShare > SHARE)) return CLEAR
    const stalls = deltaOf(events, 'compact_stall')
    const summary = `${Math.round(pressure.fallbackShare * 100)} % of the faults that wanted a huge page got none`
    const { chargeRefused } = pressure
    return finding('medium', 'certain', chargeRefused ? `${summary}: a cgroup is at its limit` : summary, {
      evidence: [
        { what: 'without', value: refused, unit: 'count', source: '/proc/vmstat: thp_fault_fallback' },
        {
          what: 'with',
          value: deltaOf(events, 'thp_fault_alloc'),
          unit: 'count',
          source: '/proc/vmstat: thp_fault_alloc',
        },
        ...(chargeRefused
          ? [
              {
                what: 'refused by a cgroup',
                value: deltaOf(events, 'thp_fault_fallback_charge'),
                unit: 'count' as const,
                source: '/proc/vmstat: thp_fault_fallback_charge',
              },
            ]
          : []),
        ...(stalls > 0
          ? [
              {
                what: 'waits for compaction',
                value: stalls,
                unit: 'count' as const,
                source: '/proc/vmstat: compact_stall',
              },
            ]
          : []),
        ...(fragmentation === null || Number.isNaN(fragmentation.freeHuge)
          ? []
          : [
              {
                what: 'free in such blocks',
                value: fragmentation.freeHuge,
                unit: 'bytes' as const,
                source: 'buddyinfo',
              },
            ]),
      ],
      ...(chargeRefused
        ? {
            remedy:
              'Find the cgroup whose memory.events max rises and give it room: huge pages are refused there first.',
          }
        : {}),
    })
  },
})

function deltaOf({ events }: EventReport, name: string): number {
  return events.find((event) => event.name === name)?.delta ?? Number.NaN
}
