import { CLEAR, defineRule, finding } from '../rule.ts'

/** Pages compared in vain for each that was saved: the kernel's guide calls a high ratio of the two wasted effort. */
const WASTED = 10
/** Bytes that KSM keeps for each page that it looks at: struct ksm_rmap_item of a 64-bit kernel. */
const ITEM = 64
/** Scans of everything, before which nothing has been found yet. */
const SCANS = 2

export const rule = defineRule({
  id: 'ksm-cost',
  title: 'Merging equal pages costs more than it saves',
  severity: 'info',
  what: 'KSM runs, has looked at everything twice, and what it keeps for each page that it looks at is more than it saves (general_profit is negative), or it compares ten pages in vain for each that it saves.',
  why: 'ksmd compares pages all the time, and keeps some 64 bytes of kernel memory for each page that it looks at; every write to a merged page is a fault and a copy. Merged pages also let one guest find out what another has in memory.',
  remedy:
    'Stop it and take the pages apart: `echo 2 > /sys/kernel/mm/ksm/run`; or let it look less: pages_to_scan, sleep_millisecs, smart_scan.',
  falseAlarms:
    'Hosts of like virtual machines gain when more of them start, and pages that have just been offered have not been merged yet. Pages of zeros are saved apart (use_zero_pages): general_profit has them, the count of saved pages has not.',
  references: ['Documentation/admin-guide/mm/ksm.rst'],
  needs: ['ksm', 'host'],
  check: ({ ksm, host }) => {
    const { run, shared, sharing, unshared, fullScans, profit } = ksm
    if (run !== 1) return CLEAR
    if (shared === null || sharing === null || fullScans === null) {
      return { kind: 'unknown', why: 'the counters of KSM cannot be read' }
    }
    if (fullScans < SCANS) return CLEAR
    // Before Linux 6.4 it is reckoned here as the kernel does since.
    const gain = profit ?? sharing * host.pageSize - (shared + sharing + (unshared ?? 0)) * ITEM
    const loses = gain < 0
    const vain = unshared !== null && unshared > sharing * WASTED
    if (!loses && !vain) return CLEAR
    const source = '/sys/kernel/mm/ksm'
    return finding(
      'info',
      loses && profit !== null ? 'certain' : 'likely',
      loses ? 'KSM takes more memory than it saves' : 'KSM compares most pages in vain',
      {
        evidence: [
          { what: 'pages that stand for several', value: shared, unit: 'count', source: `${source}/pages_shared` },
          { what: 'pages saved', value: sharing, unit: 'count', source: `${source}/pages_sharing` },
          ...(unshared === null
            ? []
            : [
                {
                  what: 'pages compared in vain',
                  value: unshared,
                  unit: 'count' as const,
                  source: `${source}/pages_unshared`,
                },
              ]),
          ...(profit === null
            ? []
            : [{ what: 'general_profit', value: profit, unit: 'bytes' as const, source: `${source}/general_profit` }]),
        ],
      },
    )
  },
})
