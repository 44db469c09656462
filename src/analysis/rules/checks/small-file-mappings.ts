import { fileKey } from '../../../model/file-key.ts'
import type { MapsReport } from '../../maps-report.ts'
import { countInSentence, isKind, nameInSentence, rowsWhere, sumOver } from '../rows.ts'
import { CLEAR, defineRule, finding } from '../rule.ts'

/** A read of this takes less time than mapping, faulting and unmapping. */
const SMALL = 16 * 1024
/** One fault brings no more (fault_around_bytes of mm/memory.c), so that a window of it spares none. */
const WINDOW = 64 * 1024
const LEAST = 1000

export const rule = defineRule({
  id: 'small-file-mappings',
  title: 'Many small files, or small windows of files, are mapped',
  severity: 'low',
  what: 'More than 1,000 mappings of different data files of 16 KiB or less; or more than 1,000 windows of 64 KiB or less of other files, or of the same ones again. Pieces of one mapping that touch each other are no windows.',
  why: 'A mapping takes a system call, a page fault, some 200 bytes of the kernel and at least a page; read(2) of as little costs less than the fault alone, and each mapping counts against vm.max_map_count.',
  remedy: 'Read small files into memory, or pack them into one file that is mapped once.',
  falseAlarms: 'Files that many processes share and that stay mapped for long are one copy in memory.',
  references: ['mmap(2)', 'Documentation/admin-guide/sysctl/vm.rst: max_map_count'],
  // They are the many.
  toldWith: [{ rule: 'mapping-count', of: 'process' }],
  needs: ['maps', 'files'],
  check: ({ maps, files }) => {
    const { table } = maps
    const seen = new Set<string>()
    const windows: number[] = []
    const rows = rowsWhere(maps, (row) => {
      if (!table.hasInode(row) || !isKind(maps, row, ['file-private', 'file-shared'])) return false
      const key = fileKey(table, row)
      const size = files.get(key)?.facts.size
      if (size === undefined) return false
      if (size <= SMALL && !seen.has(key)) {
        seen.add(key)
        return true
      }
      if (table.size(row) <= WINDOW && !continuesBelow(maps, row)) windows.push(row)
      return false
    })
    if (rows.length > LEAST) {
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
    }
    const [first] = windows
    if (first === undefined || windows.length <= LEAST) return CLEAR
    const of = new Set(windows.map((row) => fileKey(table, row))).size
    const which = of === 1 ? nameInSentence(maps, first) : `${countInSentence(of)} files`
    return finding(
      'low',
      'certain',
      `${countInSentence(windows.length)} small windows of ${which} are mapped one by one`,
      {
        evidence: [
          { what: 'windows of 64 KiB or less', value: windows.length, unit: 'count', source: 'maps: end − start' },
          { what: 'together', value: sumOver(windows, (row) => table.size(row)), unit: 'bytes', source: 'maps' },
          { what: 'of files', value: of, unit: 'count', source: 'maps: device and inode' },
        ],
        rows: windows.slice(0, 3),
        remedy:
          'Map the whole file once and use parts of it, which costs addresses alone; or read the parts with pread(2).',
      },
    )
  },
})

/** Whether a row is a piece of the mapping below it, cut off by mprotect or madvise: the same file, where that one ends. */
function continuesBelow({ table }: MapsReport, row: number): boolean {
  if (row === 0 || table.end[row - 1] !== table.start[row] || fileKey(table, row - 1) !== fileKey(table, row))
    return false
  return table.offset.at(row - 1) + table.size(row - 1) === table.offset.at(row)
}
