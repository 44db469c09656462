import { unbackedHugetlb, uncopiableHugetlb } from '../../thp/process-findings.ts'
import { withoutSmaps } from '../rows.ts'
import { CLEAR, defineRule, finding } from '../rule.ts'

export const rule = defineRule({
  id: 'hugetlb-exhausted',
  title: 'hugetlb memory without pages to back it: SIGBUS ahead',
  severity: 'high',
  what: 'hugetlb mappings made with MAP_NORESERVE (VmFlags nr) that are not wholly touched, or private ones shared after a fork, while the pool of their page size has no page that is not promised, and may not grow.',
  why: 'mmap has promised what is not there: the first touch of a missing page, or the first write after the fork, kills the process with SIGBUS.',
  remedy:
    'Grow the pool (`sysctl vm.nr_hugepages=N`, or nr_overcommit_hugepages); map without MAP_NORESERVE, so that mmap itself fails; use MAP_SHARED in programs that fork.',
  falseAlarms:
    'A pool that is reserved to the last page is usual with databases; their own mappings have reservations and are not meant here. What is missing may never be touched.',
  references: ['Documentation/admin-guide/mm/hugetlbpage.rst', 'mmap(2): MAP_NORESERVE, MAP_HUGETLB'],
  needs: ['thp', 'hugePages'],
  check: ({ thp, hugePages: { pools } }) => {
    const mapped = thp.mappings.some(({ facts }) => facts.backing.of === 'hugetlb')
    if (mapped && pools.length === 0) return { kind: 'unknown', why: 'the hugetlb pools cannot be read' }
    const unread = mapped ? withoutSmaps(thp.memory) : null
    if (unread !== null) return unread
    const unbacked = unbackedHugetlb(thp, pools)
    const uncopiable = uncopiableHugetlb(thp, pools)
    const rows = [...unbacked, ...uncopiable].map(({ facts }) => facts.row)
    if (rows.length === 0) return CLEAR
    const missing = unbacked.reduce((sum, { facts }) => sum + facts.size - facts.hugetlb, 0)
    const shared = uncopiable.reduce((sum, { facts }) => sum + thp.table.value('Shared_Hugetlb', facts.row), 0)
    const summary =
      missing > 0
        ? 'hugetlb memory is mapped without a reservation, and the pool is empty'
        : 'private hugetlb memory is shared after a fork, and the pool has no page for a copy'
    return finding('high', missing > 0 ? 'certain' : 'likely', summary, {
      evidence: [
        ...(missing > 0
          ? [
              {
                what: 'not there',
                value: missing,
                unit: 'bytes' as const,
                source: 'smaps: Size − Private_Hugetlb − Shared_Hugetlb',
              },
            ]
          : []),
        ...(shared > 0
          ? [{ what: 'shared after a fork', value: shared, unit: 'bytes' as const, source: 'smaps: Shared_Hugetlb' }]
          : []),
        { what: 'pages to have', value: 0, unit: 'count', source: 'hugepages: free − resv + nr_overcommit − surplus' },
      ],
      rows,
    })
  },
})
