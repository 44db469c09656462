import type { MapsReport } from '../maps-report.ts'

/** The databases that are known by the names of files that a process maps beside each other. */
export type Database = 'LMDB' | 'libmdbx' | 'SQLite' | 'RocksDB or LevelDB'

/** Databases that map as much as they may ever grow to: their file ends before the mapping does. */
export const MAPPED_AHEAD: ReadonlySet<Database | null> = new Set<Database>(['LMDB', 'libmdbx'])

/** Tells of each mapping whose data file it is; `null` where it is of no database that is known. */
export function databasesIn({ table }: MapsReport): (row: number) => Database | null {
  const known = new Set<string>()
  for (let row = 0; row < table.length; row++) known.add(table.nameOf(row))
  return (row) => databaseOf(table.nameOf(row), known)
}

function databaseOf(name: string, known: ReadonlySet<string>): Database | null {
  const beside = (file: string, other: string): boolean =>
    name.endsWith(`/${file}`) && known.has(`${name.slice(0, -file.length)}${other}`)
  // Without a directory of its own (MDB_NOSUBDIR) LMDB puts its lock beside the file.
  if (beside('data.mdb', 'lock.mdb') || known.has(`${name}-lock`)) return 'LMDB'
  if (beside('mdbx.dat', 'mdbx.lck')) return 'libmdbx'
  if (known.has(`${name}-shm`)) return 'SQLite'
  return /\/\d{6,}\.(?:sst|ldb)$/.test(name) ? 'RocksDB or LevelDB' : null
}
