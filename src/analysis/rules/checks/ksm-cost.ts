import { CLEAR, defineRule, finding } from '../rule.ts'

/** Saved pages for each page that stands for several. */
const WORTHWHILE = 2
/** Scans of everything, before which nothing has been found yet. */
const SCANS = 2

export const rule = defineRule({
  id: 'ksm-cost',
  title: 'Merging equal pages costs more than it saves',
  severity: 'info',
  what: 'KSM runs, has looked at everything twice, and either its general_profit is negative or fewer than two pages are saved for each that is kept.',
  why: 'ksmd compares pages all the time, and keeps some 64 bytes of kernel memory for each page that it looks at; every write to a merged page is a fault and a copy. Merged pages also let one guest find out what another has in memory.',
  remedy:
    'Stop it and take the pages apart: `echo 2 > /sys/kernel/mm/ksm/run`; or let it look less: pages_to_scan, sleep_millisecs, smart_scan.',
  falseAlarms:
    'Hosts of like virtual machines gain when more of them start; pages that are zero are saved apart (ksm_zero_pages).',
  references: ['Documentation/admin-guide/mm/ksm.rst'],
  needs: ['ksm'],
  check: ({ ksm }) => {
    const { run, shared, sharing, unshared, fullScans, profit } = ksm
    if (run !== 1) return CLEAR
    if (shared === null || sharing === null || fullScans === null) {
      return { kind: 'unknown', why: 'the counters of KSM cannot be read' }
    }
    if (fullScans < SCANS) return CLEAR
    const poor = shared + (unshared ?? 0) > 0 && sharing < shared * WORTHWHILE
    const loses = profit !== null && profit < 0
    if (!poor && !loses) return CLEAR
    const source = '/sys/kernel/mm/ksm'
    return finding(
      'info',
      loses ? 'certain' : 'likely',
      loses ? 'KSM takes more memory than it saves' : 'KSM saves little for what it keeps',
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
