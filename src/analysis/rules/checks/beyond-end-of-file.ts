import { fileKey } from '../../../model/file-key.ts'
import { WRITE } from '../../../model/perms.ts'
import { databasesIn, MAPPED_AHEAD } from '../databases.ts'
import { isKind, largestFirst, nameInSentence, objectOf, rowsWhere, sumOver } from '../rows.ts'
import { CLEAR, defineRule, finding } from '../rule.ts'

/** Databases map far more than there is, to grow into: then the file ends in the first part of the mapping. */
const SPARSE = 0.5
/** Nobody sets less aside to grow into: a smaller file was more likely truncated. */
const WINDOW = 64 * 1024 * 1024

export const rule = defineRule({
  id: 'beyond-end-of-file',
  title: 'A mapping that reaches beyond the end of its file',
  severity: 'high',
  what: 'Mappings of files where offset + length is more than the file’s size rounded up to a page.',
  why: 'The first access to a page that lies wholly behind the end of the file kills the process with SIGBUS. mmap itself does not refuse it, and a truncation later makes it so without a word.',
  remedy:
    'Grow the file before the memory is used (ftruncate, fallocate), never truncate a file that is mapped: write a new one and rename it; or handle SIGBUS.',
  falseAlarms:
    'Databases that map a large window once and grow the file into it never touch what is not there yet: low for those that are known (LMDB, libmdbx), and for windows of 64 MiB or more that lie mostly behind the end; programs and libraries whose last segment is padded by the loader are left out.',
  references: ['mmap(2): SIGBUS', 'ftruncate(2)'],
  needs: ['maps', 'files'],
  check: ({ maps, files }) => {
    const { table, host } = { table: maps.table, host: maps.host }
    const beyond = (row: number): number => {
      const file = files.get(fileKey(table, row))
      if (file === undefined) return 0
      const end = Math.ceil(Number(file.facts.size) / host.pageSize) * host.pageSize
      return Math.min(table.size(row), Math.max(0, table.offset.at(row) + table.size(row) - end))
    }
    const rows = rowsWhere(
      maps,
      (row) => isKind(maps, row, ['file-private', 'file-shared', 'shmem', 'memfd']) && beyond(row) > 0,
    )
    const ordered = largestFirst(rows, beyond)
    const [first] = ordered
    if (first === undefined) return CLEAR
    const bytes = sumOver(rows, beyond)
    const evidence = [
      { what: 'behind the end', value: bytes, unit: 'bytes' as const, source: 'maps: offset + length; stat: st_size' },
      { what: 'mappings', value: rows.length, unit: 'count' as const, source: 'maps' },
    ]
    const databaseOf = databasesIn(maps)
    const window = rows.every((row) => MAPPED_AHEAD.has(databaseOf(row)) || isWindow(table.size(row), beyond(row)))
    const writable = rows.some((row) => ((table.perms[row] as number) & WRITE) !== 0)
    const severity = window ? 'low' : writable ? 'high' : 'medium'
    const name = nameInSentence(maps, first)
    return finding(severity, window ? 'possible' : 'certain', `${name} ends before its mapping does: SIGBUS beyond`, {
      evidence,
      rows: ordered,
      shared: objectOf(maps, ordered),
    })
  },
})

function isWindow(size: number, beyond: number): boolean {
  return size >= WINDOW && beyond / size > SPARSE && beyond < size
}
