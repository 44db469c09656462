import { idlePools, matters } from '../idle-pools.ts'
import { isKind, largestFirst, nameInSentence, objectOf, rowsWhere } from '../rows.ts'
import { CLEAR, defineRule, finding } from '../rule.ts'

/** A smaller pool, or segment, is not what a database was given. */
const LEAST = 64 * 2 ** 20

export const rule = defineRule({
  id: 'hugetlb-expected',
  title: 'A hugetlb pool lies unused beside a large shared segment in small pages',
  severity: 'low',
  what: 'A hugetlb pool of at least 64 MiB of which nobody uses a page, and a process without hugetlb memory that has a shared anonymous or System V segment of at least 64 MiB in ordinary pages.',
  why: 'It is what a database looks like that was to use huge pages (huge_pages=try) and did not get them when it started: the pool is lost to everybody, and the segment is in small pages with page tables in each process.',
  remedy:
    'Compare the pool with the segment: it must be larger than the whole of it when the program starts. Allow it: LimitMEMLOCK, vm.hugetlb_shm_group for System V. PostgreSQL says why with huge_pages=on (`postgres -C shared_memory_size_in_huge_pages` tells how many it needs). If the pool is for nobody, lower it: `sysctl vm.nr_hugepages=0`.',
  falseAlarms:
    'Nothing shows for whom the pool is meant; it may be for a program that is not running, such as a virtual machine.',
  references: ['Documentation/admin-guide/mm/hugetlbpage.rst', 'shmget(2): SHM_HUGETLB'],
  needs: ['thp', 'hugePages', 'maps', 'meminfo'],
  check: ({ thp, hugePages: { pools }, maps, meminfo }) => {
    const unused = pools.filter(({ total, free, reserved, size }) => {
      return free === total && (reserved ?? 0) === 0 && total * size >= LEAST
    })
    const [pool] = unused
    if (pool === undefined || thp.mappings.some(({ facts }) => facts.backing.of === 'hugetlb')) return CLEAR
    const size = (row: number): number => maps.table.size(row)
    const rows = rowsWhere(maps, (row) => isKind(maps, row, ['anonymous-shared', 'sysv']) && size(row) >= LEAST)
    const ordered = largestFirst(rows, size)
    const [first] = ordered
    if (first === undefined) return CLEAR
    const pages = Math.ceil(size(first) / pool.size)
    const tooSmall = pages > pool.total
    const summary = tooSmall
      ? `the hugetlb pool is unused, and too small for ${nameInSentence(maps, first)}`
      : `the hugetlb pool is unused, and would hold ${nameInSentence(maps, first)}`
    // What hugetlb-idle would say of the pool must not matter more than what tells the same and more.
    const severity = tooSmall || matters(pool.total * pool.size, meminfo) ? 'medium' : 'low'
    return finding(severity, 'possible', summary, {
      cause: idlePools([pool]),
      evidence: [
        { what: 'pages in the pool', value: pool.total, unit: 'count', source: 'hugepages: nr_hugepages, all free' },
        { what: 'pages for the segment', value: pages, unit: 'count', source: 'maps: end − start' },
        { what: 'segment', value: size(first), unit: 'bytes', source: 'maps' },
      ],
      rows: ordered,
      shared: objectOf(maps, ordered),
    })
  },
})
