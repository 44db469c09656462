import { CLEAR, defineRule, finding } from '../rule.ts'

const BUSY = 5000
/** Part of the faults that may have made memory resident. */
const GROWTH = 0.25

export const rule = defineRule({
  id: 'faults-without-growth',
  title: 'Many page faults, and no more memory',
  severity: 'low',
  what: 'More than 5,000 minor faults a second of the process, while what it has resident grew by less than a quarter of what they could have brought.',
  why: 'Each fault costs about a microsecond of the kernel, and the lock of the address space. Without growth, the same memory is faulted again: given back and taken again, made read-only and written again, or watched.',
  remedy:
    'Find who faults: `mmapctl faults --pid PID`. Allocators that give memory back too eagerly are the usual cause (MALLOC_TRIM_THRESHOLD_, dirty_decay_ms of jemalloc, GOGC); then msync of shared mappings, NUMA balancing, and checkpoints by soft-dirty bits.',
  falseAlarms:
    'A process that forks often, or that was just forked, copies pages that stay as many; children are counted apart.',
  references: ['proc_pid_stat(5): minflt', 'Documentation/admin-guide/mm/soft-dirty.rst'],
  needs: ['motion', 'host', 'vmstatRates'],
  check: ({ motion, host, vmstatRates }) => {
    const { minorFaults, seconds, resident } = motion
    const grown = Math.max(0, resident[1] - resident[0])
    if (minorFaults < BUSY || grown > minorFaults * seconds * host.pageSize * GROWTH) return CLEAR
    const hints = vmstatRates.get('numa_hint_faults') ?? 0
    const byHints = hints > minorFaults / 2
    const cause = byHints ? ', as NUMA balancing makes them' : ''
    return finding(
      'low',
      byHints ? 'likely' : 'certain',
      `${Math.round(minorFaults)} page faults a second bring no memory${cause}`,
      {
        evidence: [
          { what: 'minor faults', value: minorFaults, unit: 'per-second', source: 'stat: minflt' },
          { what: 'growth meanwhile', value: grown, unit: 'bytes', source: 'stat: rss' },
          ...(byHints
            ? [
                {
                  what: 'NUMA hint faults of the host',
                  value: hints,
                  unit: 'per-second' as const,
                  source: '/proc/vmstat: numa_hint_faults',
                },
              ]
            : []),
        ],
      },
    )
  },
})
