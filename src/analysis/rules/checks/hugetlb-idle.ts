import { idlePools, matters } from '../idle-pools.ts'
import { CLEAR, defineRule, finding } from '../rule.ts'

/** Of a pool's pages. */
const SHARE = 0.1

export const rule = defineRule({
  id: 'hugetlb-idle',
  title: 'A hugetlb pool is larger than what uses it',
  severity: 'medium',
  what: 'More than 10 % of the pages of a pool free and promised to nobody, of 1 GiB or a tenth of the host’s memory together.',
  why: 'Nothing else can use them: they are neither page cache nor swappable, and in no RSS, so that they look like memory that has vanished.',
  remedy:
    'Lower the pool to what is used: `sysctl vm.nr_hugepages=N`, or nr_hugepages of its size in /sys/kernel/mm/hugepages; let it grow when needed with nr_overcommit_hugepages.',
  falseAlarms:
    'What they are for may be about to start, or is being restarted. A pool of 1 GiB pages can hardly be made again later.',
  references: ['Documentation/admin-guide/mm/hugetlbpage.rst'],
  toldWith: [{ rule: 'hugetlb-expected', of: 'cause' }],
  needs: ['hugePages', 'meminfo'],
  check: ({ hugePages: { pools }, meminfo }) => {
    if (pools.some(({ reserved }) => reserved === null)) {
      return { kind: 'unknown', why: 'how many pages of the hugetlb pools are reserved cannot be read' }
    }
    const idle = pools
      .map((pool) => ({ ...pool, pages: pool.free - (pool.reserved ?? 0) }))
      .filter(({ pages, total, surplus }) => pages > SHARE * (total - (surplus ?? 0)))
    const bytes = idle.reduce((sum, { pages, size }) => sum + pages * size, 0)
    const ram = meminfo.memTotal ?? Number.POSITIVE_INFINITY
    if (!matters(bytes, meminfo)) return CLEAR
    const percent = Math.round((bytes / ram) * 100)
    return finding('medium', 'likely', `${percent} % of the host’s memory lies idle in hugetlb pools`, {
      cause: idlePools(idle),
      evidence: [
        { what: 'idle', value: bytes, unit: 'bytes', source: 'hugepages: free_hugepages − resv_hugepages' },
        ...idle.flatMap(({ pages, total, size }) => [
          { what: `idle pages of ${size / 1024} kB`, value: pages, unit: 'count' as const, source: 'the same' },
          { what: 'of', value: total, unit: 'count' as const, source: 'hugepages: nr_hugepages' },
        ]),
      ],
    })
  },
})
