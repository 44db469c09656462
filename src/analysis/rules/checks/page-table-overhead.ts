import { CLEAR, defineRule, finding } from '../rule.ts'

const SHARE = 0.05
const LEAST = 100 * 2 ** 20

export const rule = defineRule({
  id: 'page-table-overhead',
  title: 'Much memory goes into page tables',
  severity: 'medium',
  what: 'Page tables (VmPTE) of more than 100 MiB and more than 5 % of what the process has resident.',
  why: 'Page tables are kernel memory that no swap and no limit of the process touches; each process that maps a segment has its own for it.',
  remedy:
    'Map large shared segments with hugetlb pages (huge_pages=on of PostgreSQL), use fewer processes, unmap what is sparse.',
  falseAlarms: 'Transparent huge pages do not make VmPTE smaller: the kernel keeps the tables to split into.',
  references: ['proc_pid_status(5): VmPTE', 'Documentation/admin-guide/mm/hugetlbpage.rst'],
  needs: ['status'],
  check: ({ status }) => {
    const { vmPte, vmPmd, vmRss, hugetlbPages } = status
    if (vmPte === null || vmRss === null) return { kind: 'unknown', why: 'VmPTE or VmRSS is not printed' }
    const tables = vmPte + (vmPmd ?? 0)
    const resident = vmRss + (hugetlbPages ?? 0)
    if (tables < LEAST || tables < resident * SHARE) return CLEAR
    return finding('medium', 'certain', `page tables take ${shareText(tables / resident)} what is resident`, {
      evidence: [
        { what: 'page tables', value: tables, unit: 'bytes', source: 'status: VmPTE' },
        { what: 'resident', value: resident, unit: 'bytes', source: 'status: VmRSS + HugetlbPages' },
      ],
    })
  },
})

function shareText(share: number): string {
  if (share < 1) return `${Math.round(share * 100)} % of`
  return share > 100 ? 'more than a hundred times' : `${share.toFixed(1)} times`
}
