import { THP_REASONS } from '../../../model/thp-reasons.ts'
import { unheededAdvice } from '../../thp/process-findings.ts'
import { withoutSmaps } from '../rows.ts'
import { CLEAR, defineRule, finding } from '../rule.ts'

export const rule = defineRule({
  id: 'thp-advice-without-effect',
  title: 'Memory asked for huge pages and cannot have any',
  severity: 'low',
  what: 'Mappings at least as large as a huge page that madvise(MADV_HUGEPAGE) was called for (VmFlags hg), that are not eligible (THPeligible 0) and have none.',
  why: 'Whoever wrote the call counts on huge pages and measures without them.',
  remedy:
    'Mend the reason: switch transparent_hugepage/enabled (or shmem_enabled) to madvise (advise) or always; align the memory to a huge page; find who calls prctl(PR_SET_THP_DISABLE). `mmapctl thp PID` has the reason of each mapping.',
  falseAlarms:
    'Persistent memory (DAX) carries the flag without advice and is left out. The mode may have been switched off on purpose, for the whole host.',
  references: ['madvise(2): MADV_HUGEPAGE', 'Documentation/admin-guide/mm/transhuge.rst'],
  needs: ['thp'],
  check: ({ thp }) => {
    const unread = withoutSmaps(thp.memory)
    if (unread !== null) return unread
    const idle = unheededAdvice(thp).filter(({ facts }) => facts.shape.capable + facts.shape.gain > 0)
    const [first] = [...idle].sort((a, b) => b.facts.size - a.facts.size)
    if (first === undefined) return CLEAR
    const bytes = idle.reduce((sum, { facts }) => sum + facts.size, 0)
    const whose = idle.length === 1 ? 'one mapping' : `${idle.length} mappings`
    // What is not resident has no reason of its own: then the advice alone is what is known.
    const why = THP_REASONS.find(([code]) => code === first.reason && code !== 'not-resident')?.[1]
    return finding('low', 'certain', `MADV_HUGEPAGE has no effect on ${whose}`, {
      evidence: [
        { what: 'advised', value: bytes, unit: 'bytes', source: 'smaps: VmFlags hg, THPeligible 0' },
        ...(why === undefined ? [] : [{ what: 'why', value: why, unit: 'text' as const, source: 'smaps; sysfs' }]),
      ],
      rows: idle.map(({ facts }) => facts.row),
    })
  },
})
