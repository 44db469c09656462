import { fileKey } from '../../../model/file-key.ts'
import { countInSentence, isKind, rowsWhere, sumOver } from '../rows.ts'
import { CLEAR, defineRule, finding } from '../rule.ts'

/** A read of this takes less time than mapping, faulting and unmapping. */
const SMALL = 16 * 1024
const LEAST = 1000

export const rule = defineRule({
  id: 'small-file-mappings',
  title: 'Many small files are mapped',
  severity: 'low',
  what: 'More than 1,000 mappings of different data files of 16 KiB or less.',
  why: 'A mapping takes a system call, a page fault, some 200 bytes of the kernel and at least a page; read(2) of a small file costs less than the fault alone, and each mapping counts against vm.max_map_count.',
  remedy: 'Read small files into memory, or pack them into one file that is mapped once.',
  falseAlarms: 'Files that many processes share and that stay mapped for long are one copy in memory.',
  references: ['mmap(2)', 'Documentation/admin-guide/sysctl/vm.rst: max_map_count'],
  needs: ['maps', 'files'],
  check: ({ maps, files }) => {
    const { table } = maps
    const seen = new Set<string>()
    const rows = rowsWhere(maps, (row) => {
      if (!table.hasInode(row) || !isKind(maps, row, ['file-private', 'file-shared'])) return false
      const key = fileKey(table, row)
      const size = files.get(key)?.facts.size
      if (size === undefined || size > SMALL || seen.has(key)) return false
      seen.add(key)
      return true
    })
    if (rows.length <= LEAST) return CLEAR
    return finding('low', 'certain', `${countInSentence(rows.length)} small files are mapped one by one`, {
      evidence: [
        { what: 'files of 16 KiB or less', value: rows.length, unit: 'count', source: 'stat: st_size' },
        {
          what: 'their size together',
          value: sumOver(rows, (row) => Number(files.get(fileKey(table, row))?.facts.size ?? 0n)),
          unit: 'bytes',
          source: 'stat: st_size',
        },
      ],
      rows: rows.slice(0, 3),
    })
  },
})
