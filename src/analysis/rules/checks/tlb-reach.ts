import { missingReason } from '../../totals.ts'
import { pagesFrom, withoutSmaps } from '../rows.ts'
import { CLEAR, defineRule, finding } from '../rule.ts'

const LEAST = 2 ** 30
/** Of the resident memory. */
const FAR_BELOW = 0.05

export const rule = defineRule({
  id: 'tlb-reach',
  title: 'The TLB covers little of what is resident (an estimate)',
  severity: 'info',
  what: 'At least 1 GiB resident, of which the second-level TLB of one core covers less than 5 % at best, by the sizes of the pages and the maker’s figures.',
  why: 'An access that the TLB does not cover needs a page walk of up to four memory accesses. Whether that is felt depends on how the program uses its memory, which no file of /proc tells.',
  remedy:
    'Measure before mending: `mmapctl thp PID --counters`, or `perf stat -e dTLB-load-misses -p PID`. Then huge pages for what is used all over (see thp-unused), or data that is used together beside each other.',
  falseAlarms:
    'It is an estimate from sizes alone. Streaming over memory, or using a small part of it, misses little; inside a virtual machine the processor may not be what it says.',
  references: ['Documentation/admin-guide/mm/concepts.rst: Huge Pages', 'perf-stat(1)'],
  // Small pages are why: what would be huge says what to do.
  toldWith: [{ rule: 'thp-unused', of: 'process' }],
  needs: ['thp'],
  check: ({ thp: { memory, tlb } }) => {
    if (tlb === null) return withoutSmaps(memory) ?? { kind: 'unknown', why: missingReason(memory) }
    if (tlb.resident < LEAST) return CLEAR
    if (Number.isNaN(tlb.reach)) return { kind: 'unknown', why: 'the TLB of this processor is not known' }
    const share = tlb.reach / tlb.resident
    if (share >= FAR_BELOW) return CLEAR
    return finding('info', 'possible', `the TLB covers about ${(share * 100).toFixed(1)} % of what is resident`, {
      evidence: [
        { what: 'resident', value: tlb.resident, unit: 'bytes', source: pagesFrom({ memory }, 'Rss and hugetlb') },
        { what: 'covered at best', value: tlb.reach, unit: 'bytes', source: 'estimated: entries × page sizes' },
        { what: 'entries', value: tlb.entries, unit: 'count', source: 'the maker’s manual, or CPUID' },
        { what: 'entries needed', value: tlb.needed, unit: 'count', source: 'estimated: Rss by page size' },
      ],
    })
  },
})
