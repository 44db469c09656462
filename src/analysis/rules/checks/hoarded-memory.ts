import { EXEC, READ, WRITE } from '../../../model/perms.ts'
import { largestFirst, pagesFrom, rowsWhere, sumOver } from '../rows.ts'
import { CLEAR, defineRule, finding } from '../rule.ts'

const LEAST = 10 * 2 ** 20

export const rule = defineRule({
  id: 'hoarded-memory',
  title: 'Memory that nobody can reach is kept',
  severity: 'low',
  what: 'Pages that are resident in mappings without any access (---p).',
  why: 'The memory was used once and then protected instead of given back; it stays until the process ends or swap takes it.',
  remedy: 'Call madvise(MADV_DONTNEED) before mprotect(PROT_NONE).',
  falseAlarms: 'A garbage collector may park pages so for a moment.',
  references: ['madvise(2)', 'mprotect(2)'],
  needs: ['pages'],
  check: ({ pages }) => {
    const { table } = pages
    const anonymous = (row: number): number => table.value('Anonymous', row)
    const rows = rowsWhere(
      pages,
      (row) => ((table.perms[row] as number) & (READ | WRITE | EXEC)) === 0 && anonymous(row) > 0,
    )
    const bytes = sumOver(rows, anonymous)
    if (bytes < LEAST) return CLEAR
    return finding('low', 'certain', 'memory without any access is resident', {
      evidence: [
        { what: 'resident', value: bytes, unit: 'bytes', source: `${pagesFrom(pages, 'Anonymous')} of ---p mappings` },
      ],
      rows: largestFirst(rows, anonymous),
    })
  },
})
