import { isSample } from '../../thp/process-report.ts'
import { missingReason } from '../../totals.ts'
import { pagesFrom, withoutSmaps } from '../rows.ts'
import { CLEAR, defineRule, finding } from '../rule.ts'

const LEAST = 64 * 2 ** 20
/** So many zeros are no accident. */
const MUCH_ZERO = 0.5

export const rule = defineRule({
  id: 'thp-bloat',
  title: 'Huge pages hold memory that was never written',
  severity: 'medium',
  what: 'With --zeros: at least 64 MiB of anonymous huge pages of which more than half are zeros, by a sample of their contents.',
  why: 'A huge page is counted, and taken, whole when one byte of it is touched; a program that writes here and there is then several times as large as what it uses, and the rest of the host has less.',
  remedy:
    'Lower khugepaged/max_ptes_none (to 64 or so), set transparent_hugepage/enabled to madvise, call madvise(MADV_NOHUGEPAGE) on sparse heaps; Linux 6.12 and later split such pages under pressure (shrink_underused).',
  falseAlarms:
    'Pages that were cleared on purpose, such as a fresh heap that is about to be filled, look the same. The figure is of a sample.',
  references: ['Documentation/admin-guide/mm/transhuge.rst: max_ptes_none, shrink_underused'],
  needs: ['thp'],
  check: ({ thp: { memory, totals, zeros, mappings } }) => {
    if (Number.isNaN(totals.anonHuge)) return withoutSmaps(memory) ?? { kind: 'unknown', why: missingReason(memory) }
    if (totals.anonHuge < LEAST) return CLEAR
    if (zeros === 'not-asked') return { kind: 'unknown', why: 'contents are looked at with --zeros alone' }
    if (!isSample(zeros) || zeros.pages === 0) return { kind: 'unknown', why: 'its memory could not be sampled' }
    const share = zeros.zeroPages / zeros.pages
    if (share < MUCH_ZERO) return CLEAR
    const ordered = [...mappings].filter(({ facts }) => facts.anonHuge > 0)
    return finding('medium', 'likely', `${Math.round(share * 100)} % of its huge pages is zeros`, {
      evidence: [
        {
          what: 'in huge pages',
          value: totals.anonHuge,
          unit: 'bytes',
          source: pagesFrom({ memory }, 'AnonHugePages'),
        },
        {
          what: 'zeros',
          value: Math.round(totals.anonHuge * share),
          unit: 'bytes',
          source: 'a sample of /proc/PID/mem',
        },
        { what: 'huge pages sampled', value: zeros.blocks, unit: 'count', source: '/proc/PID/mem' },
      ],
      rows: ordered.sort((a, b) => b.facts.anonHuge - a.facts.anonHuge).map(({ facts }) => facts.row),
    })
  },
})
