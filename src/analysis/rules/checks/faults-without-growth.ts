import { countInSentence } from '../rows.ts'
import { CLEAR, defineRule, type Evidence, finding } from '../rule.ts'

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
    'Find who faults: `mmapctl faults --pid PID --by symbol --duration 5s`. Allocators that give memory back too eagerly are the usual cause (MALLOC_TRIM_THRESHOLD_, dirty_decay_ms of jemalloc, GOGC); then msync of shared mappings, NUMA balancing, and checkpoints by soft-dirty bits.',
  falseAlarms:
    'A process that forks often, or that was just forked, copies pages that stay as many; children are counted apart.',
  references: ['proc_pid_stat(5): minflt', 'Documentation/admin-guide/mm/soft-dirty.rst'],
  toldWith: [
    { rule: 'swapped-working-set', of: 'process' },
    { rule: 'sync-refaults', of: 'process' },
    { rule: 'mapping-churn', of: 'process' },
    { rule: 'numa-hint-faults', of: 'cause' },
  ],
  needs: ['motion', 'host', 'vmstatRates'],
  check: ({ motion, host, vmstatRates }) => {
    const { minorFaults, seconds, resident } = motion
    const grown = Math.max(0, resident[1] - resident[0])
    if (minorFaults < BUSY || grown > minorFaults * seconds * host.pageSize * GROWTH) return CLEAR
    const cause = causeOf(vmstatRates, minorFaults / 2)
    return finding(
      'low',
      cause === null ? 'certain' : 'likely',
      `${countInSentence(minorFaults)} page faults a second bring no memory${cause === null ? '' : `, ${cause.words}`}`,
      {
        evidence: [
          { what: 'minor faults', value: minorFaults, unit: 'per-second', source: 'stat: minflt' },
          { what: 'growth meanwhile', value: grown, unit: 'bytes', source: 'stat: rss' },
          ...(cause === null ? [] : [cause.evidence]),
        ],
        ...(cause?.remedy === undefined ? {} : { remedy: cause.remedy }),
        cause: cause?.name ?? null,
      },
    )
  },
})

/** What of the host alone would explain so many faults a second; `null` where nothing does. */
function causeOf(
  rates: ReadonlyMap<string, number>,
  most: number,
): { readonly name?: string; readonly words: string; readonly evidence: Evidence; readonly remedy?: string } | null {
  const [hints, swapIn] = [rates.get('numa_hint_faults') ?? 0, rates.get('pswpin') ?? 0]
  if (hints > most) {
    const what = 'NUMA hint faults of the host'
    const evidence = { what, value: hints, unit: 'per-second', source: '/proc/vmstat: numa_hint_faults' } as const
    return { name: 'numa balancing', words: 'as NUMA balancing makes them', evidence }
  }
  if (swapIn <= most) return null
  const what = 'pages back from swap, on the host'
  return {
    words: 'as pages come back from swap',
    evidence: { what, value: swapIn, unit: 'per-second', source: '/proc/vmstat: pswpin' },
    // Neighbours are read with the page that faulted, so most of them are minor faults.
    remedy:
      'Give it memory, or its cgroup: `mmapctl overcommit PID` tells what fails first, `mmapctl ps --sort swap` who is in swap.',
  }
}
