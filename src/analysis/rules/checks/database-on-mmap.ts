import { fileKey } from '../../../model/file-key.ts'
import { SHARED, WRITE } from '../../../model/perms.ts'
import type { MapsReport } from '../../maps-report.ts'
import { databasesIn } from '../databases.ts'
import { inSentence, objectOf, rowsWhere, sumOver } from '../rows.ts'
import { CLEAR, defineRule, finding } from '../rule.ts'

/** Small databases are in the page cache whole. */
const LEAST = 64 * 2 ** 20

export const rule = defineRule({
  id: 'database-on-mmap',
  title: 'A database that reads or writes its files through mappings',
  severity: 'info',
  what: 'Shared mappings of 64 MiB and more of the data file of LMDB (data.mdb beside lock.mdb, or NAME beside NAME-lock), of libmdbx (mdbx.dat beside mdbx.lck), of SQLite with mmap_size (NAME beside NAME-shm), or of RocksDB and LevelDB (tables *.sst, *.ldb).',
  why: 'Every access to a page that is not in memory stops the thread without a word, the kernel decides what stays in memory, and an error of the disk or a truncated file is a SIGBUS instead of a status. Through a writable mapping a stray pointer writes into the database.',
  remedy:
    'Keep the hot part in memory (memory.min of the cgroup), look at major faults (`mmapctl watch PID`), handle SIGBUS; or let the database read its files itself: PRAGMA mmap_size=0, allow_mmap_reads=false.',
  falseAlarms:
    'LMDB and libmdbx are made for it and have no other way; read-only data that fits in memory is served fastest so.',
  references: ['mmap(2): SIGBUS', 'sqlite.org/mmap.html'],
  needs: ['maps'],
  check: ({ maps }) => {
    const { table } = maps
    const databaseOf = databasesIn(maps)
    const shared = (row: number): boolean => ((table.perms[row] as number) & SHARED) !== 0 && table.hasInode(row)
    const rows = rowsWhere(maps, (row) => shared(row) && databaseOf(row) !== null)
    const size = sumOver(rows, (row) => table.size(row))
    const [first] = largestOf(maps, rows)
    if (first === undefined || size < LEAST) return CLEAR
    const name = table.nameOf(first)
    const writable = rows.some((row) => ((table.perms[row] as number) & WRITE) !== 0)
    const files = new Set(rows.map((row) => fileKey(table, row))).size
    return finding(
      'info',
      'likely',
      `${databaseOf(first)} ${writable ? 'reads and writes' : 'reads'} ${inSentence(name)} through a mapping`,
      {
        evidence: [
          { what: 'mapped', value: size, unit: 'bytes', source: 'maps: end − start' },
          { what: 'files', value: files, unit: 'count', source: 'maps: names beside each other' },
        ],
        rows: largestOf(maps, rows),
        shared: objectOf(maps, rows),
      },
    )
  },
})

function largestOf({ table }: MapsReport, rows: readonly number[]): readonly number[] {
  return [...rows].sort((a, b) => table.size(b) - table.size(a))
}
