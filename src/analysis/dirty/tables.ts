import { hexJson } from '../../model/address.ts'
import { deviceText } from '../../model/mapping-table.ts'
import { permsText } from '../../model/perms.ts'
import type { RecordField, RecordOrder } from '../records.ts'
import type { DirtyFile } from './files.ts'
import type { DirtyMappings } from './process.ts'
import type { DirtyProcess } from './report.ts'

/** What a table can have a row for. */
export const DIRTY_TABLES = ['file', 'process', 'mapping'] as const
export type DirtyTable = (typeof DIRTY_TABLES)[number]

/** How a table is to be shown. */
export interface TableChoice<Row> {
  /** `null` for the usual ones. */
  readonly columns: readonly RecordField<Row>[] | null
  /** `null` for the usual one. */
  readonly order: RecordOrder<Row> | null
  /** Rows at most; `null` for all. */
  readonly limit: number | null
}

/** Which table, and how. */
export type DirtyTableChoice =
  | ({ readonly by: 'file' } & TableChoice<DirtyFile>)
  | ({ readonly by: 'process' } & TableChoice<DirtyProcess>)
  | ({ readonly by: 'mapping' } & TableChoice<DirtyRow>)

/** A mapping of a process. */
export interface DirtyRow {
  readonly process: DirtyMappings
  readonly row: number
}

/** Columns of a table of files. */
export const FILE_FIELDS: readonly RecordField<DirtyFile>[] = [
  bytes(
    'atrisk',
    'what a power failure now would take: dirty + writeback; without cachestat at least mapped',
    (file) => {
      return file.atRisk
    },
  ),
  bytes('dirty', 'written and not yet on its way to the device, the whole file (cachestat)', (file) => file.dirty),
  bytes('writeback', 'on its way to the device, the whole file (cachestat)', (file) => file.writeback),
  bytes(
    'mapped',
    'dirty as the mappings show it, each page once; the least that it may be where mappings overlap',
    (file) => {
      return file.mapped
    },
  ),
  bytes('unmapped', 'dirty that no mapping shows: write(2), or unmapped since', unmappedDirty),
  bytes('cached', 'in the page cache, dirty or not (cachestat)', (file) => file.cached),
  count('mappings', 'mappings of it', (file) => file.mappings),
  count('processes', 'processes that map it or have it open for writing', (file) => file.pids.length),
  text('durability', 'what a store needs to be safe: see the table of words', (file) => file.durability),
  text('source', 'where atrisk is from: cachestat, or smaps (then it is at least so much)', sourceOf),
  text('fs', 'type of the file system', (file) => file.fsType ?? ''),
  text('device', 'device of the file, as in maps', (file) => file.device),
  text('inode', 'inode of the file', (file) => file.inode),
  text('path', 'path of the file', (file) => file.path),
]

/** Columns of a table of processes. */
export const PROCESS_FIELDS: readonly RecordField<DirtyProcess>[] = [
  text('pid', 'process ID', ({ memory }) => String(memory.pid)),
  text('user', 'effective user', ({ memory }) => memory.user ?? ''),
  bytes('atrisk', 'at risk in the files that it maps or has open for writing, whoever stored to them', (process) => {
    return process.atRisk
  }),
  bytes('mapped', 'dirty as its own mappings of files show it, each page once', (process) => process.mapped),
  count('files', 'files with something at risk', (process) => process.files),
  count('msync', 'mappings through which stores need msync', (process) => process.msyncMappings),
  bytes('unlinked', 'dirty pages of files without a name: gone with their last close', (process) => process.unlinked),
  bytes('volatile', 'stored to shared memory that no disk backs: no data at risk', (process) => process.volatile),
  bytes('copies', 'private copies of pages of files: no data at risk', (process) => process.copies),
  bytes('anonymous', 'private memory without a file: no data at risk', (process) => process.anonymous),
  text('command', 'command line, or the name in brackets', commandOf),
]

/** Columns of a table of mappings. */
export const MAPPING_FIELDS: readonly RecordField<DirtyRow>[] = [
  text('pid', 'process ID', ({ process }) => String(process.memory.pid)),
  text('address', 'where the mapping starts', ({ process, row }) => hexJson(process.table.start[row] as number)),
  bytes('size', 'address space', ({ process, row }) => process.table.size(row)),
  bytes(
    'dirty',
    'of a file: dirty pages of it that this mapping shows; of other memory: pages stored to',
    (mapping) => {
      return mapping.process.dirty(mapping.row)
    },
  ),
  bytes('copies', 'private copies of pages of the file: they never reach it', ({ process, row }) =>
    process.copies(row),
  ),
  text('perms', 'permissions as the kernel prints them', ({ process, row }) =>
    permsText(process.table.perms[row] as number),
  ),
  text('durability', 'what a store through it needs to be safe: see the table of words', ({ process, row }) => {
    return process.durability(row)
  }),
  text('kind', 'what the mapping is', ({ process, row }) => process.classes.kind(row)),
  text('device', 'device of the file, as in maps', ({ process, row }) => deviceText(process.table.device.at(row))),
  text('inode', 'inode of the file', ({ process, row }) => process.table.inodeText(row)),
  text('path', 'path or name', ({ process, row }) => process.table.nameOf(row)),
]

/** Dirty that no mapping shows; never below 0, since file and mappings are not read at one moment. */
function unmappedDirty({ dirty, mapped }: DirtyFile): number {
  return Math.max(0, dirty - mapped)
}

/**
 * The mappings to show: those of files that anything is dirty of or that can be stored to, and memory that is shared.
 * What is private and has no file is added up elsewhere.
 */
export function mappingRows(processes: readonly DirtyProcess[]): readonly DirtyRow[] {
  return processes.flatMap(({ mappings: process }) => {
    const rows = Array.from({ length: process.table.length }, (_, row) => ({ process, row }))
    return rows.filter(({ row }) => isShown(process, row))
  })
}

function isShown(process: DirtyMappings, row: number): boolean {
  const durability = process.durability(row)
  if (durability === 'kernel' || durability === 'anonymous') return false
  return durability !== 'private' || process.dirty(row) + process.copies(row) !== 0
}

function sourceOf({ refusal }: DirtyFile): string {
  return refusal === null ? 'cachestat' : 'smaps'
}

function commandOf({ memory }: DirtyProcess): string {
  const { cmdline, stat } = memory
  return cmdline === null || cmdline.length === 0 ? `[${stat.comm}]` : cmdline.join(' ')
}

function bytes<Row>(name: string, meaning: string, value: (row: Row) => number): RecordField<Row> {
  return { name, meaning, unit: 'bytes', value }
}

function count<Row>(name: string, meaning: string, value: (row: Row) => number): RecordField<Row> {
  return { name, meaning, unit: 'count', value }
}

function text<Row>(name: string, meaning: string, value: (row: Row) => string): RecordField<Row> {
  return { name, meaning, unit: 'text', value }
}
