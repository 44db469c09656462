import { fileKey } from '../../../model/file-key.ts'
import { isKind, largestFirst, nameInSentence, objectOf, rowsWhere, sumOver } from '../rows.ts'
import { CLEAR, defineRule, finding } from '../rule.ts'

const LEAST = 16 * 2 ** 20

export const rule = defineRule({
  id: 'shared-memory-in-swap',
  title: 'Shared memory is in swap',
  severity: 'medium',
  what: 'Shared memory (tmpfs, System V, memfd, shared anonymous) with pages in swap, each object counted once. VmSwap of status does not show it.',
  why: 'It is mostly a database’s or cache’s pool: every process that uses it waits for the disk.',
  remedy:
    'Use hugetlb pages, which are never swapped (huge_pages=on), or lock it (SHM_LOCK, mlock); give the host memory.',
  falseAlarms: 'A large pool that is used in part may have its cold part in swap for ever.',
  references: ['proc_pid_smaps(5): Swap', 'shmctl(2): SHM_LOCK'],
  needs: ['smaps'],
  check: ({ smaps }) => {
    const { table } = smaps
    const swap = (row: number): number => table.value('Swap', row)
    const seen = new Set<string>()
    const rows = rowsWhere(smaps, (row) => {
      if (!(isKind(smaps, row, ['shmem', 'sysv', 'memfd', 'anonymous-shared']) && swap(row) > 0)) return false
      const key = fileKey(table, row)
      if (seen.has(key)) return false
      seen.add(key)
      return true
    })
    const bytes = sumOver(rows, swap)
    if (bytes < LEAST) return CLEAR
    const ordered = largestFirst(rows, swap)
    return finding('medium', 'certain', `shared memory is in swap: ${nameInSentence(smaps, ordered[0] ?? 0)}`, {
      evidence: [
        { what: 'in swap', value: bytes, unit: 'bytes', source: 'smaps: Swap of shared memory, once an object' },
        { what: 'objects', value: rows.length, unit: 'count', source: 'smaps: device and inode' },
      ],
      rows: ordered,
      shared: objectOf(smaps, ordered),
    })
  },
})
