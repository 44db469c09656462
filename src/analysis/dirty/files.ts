import type { OpenFile } from '../../collectors/open-files.ts'
import type { Durability } from '../../model/durability.ts'
import { deviceText } from '../../model/mapping-table.ts'
import type { PageCacheRead, PageCacheRefusal } from '../../model/page-cache.ts'
import { endsDeleted, withoutDeleted } from '../classify/names.ts'
import { keyOf, type MappedFile } from './mapped-files.ts'
import { type DirtyMappings, isFileRow } from './process.ts'
import { type DirtyRange, visibleDirty } from './ranges.ts'

/** A file that a process has open for writing. */
export interface OpenedFile {
  readonly pid: number
  readonly file: OpenFile
}

/** What is known of files besides the mappings. */
export interface FileFacts {
  readonly mapped: readonly MappedFile[]
  /** What the page cache of the mapped ones holds, by key. */
  readonly answers: ReadonlyMap<string, PageCacheRead>
  readonly opened: readonly OpenedFile[]
}

/** A file and what a power failure would take of it. Bytes; `NaN` is unknown. */
export interface DirtyFile {
  /** As maps prints it: `fe:00`. */
  readonly device: string
  readonly inode: string
  /** Without ` (deleted)` when it is; a binary string. */
  readonly path: string
  readonly fsType: string | null
  /** Names it has; `null` when unknown. */
  readonly links: bigint | null
  readonly unlinked: boolean
  /**
   * What stores to it need: `msync` when a mapping stores to it, else `fsync` when it is open for writing, else what the
   * strongest of its mappings says.
   */
  readonly durability: Durability
  /** Processes that map it or have it open for writing. */
  readonly pids: readonly number[]
  readonly mappings: number
  /** Dirty as its mappings show it, each page once; the least that it may be unless `mappedExact`. */
  readonly mapped: number
  readonly mappedExact: boolean
  /** Of the whole file, from cachestat; unknown without. */
  readonly dirty: number
  readonly writeback: number
  readonly cached: number
  /** Why they are unknown; `null` when they are not. */
  readonly refusal: PageCacheRefusal | null
  /**
   * What a power failure now would take: dirty and being written; without cachestat what the mappings show. Nothing of
   * a file without a name, which is gone anyway; unknown where it is not known whether it has another name.
   */
  readonly atRisk: number
  /** Whether `atRisk` is the least that it may be. */
  readonly atLeast: boolean
}

/** What a power failure would take of each file that the processes map or have open for writing. */
export function dirtyFiles(
  processes: readonly DirtyMappings[],
  { mapped, answers, opened }: FileFacts,
  pageSize: number,
): readonly DirtyFile[] {
  const uses = usesByFile(processes)
  for (const { pid, file } of opened) {
    const use = uses.get(file.key)
    use?.pids.add(pid)
    use?.durabilities.add('fsync')
  }
  const files = mapped.flatMap(({ key, ...file }) => {
    const use = uses.get(key)
    const answer = answers.get(key)
    return use === undefined || answer === undefined ? [] : [dirtyFile({ ...file, ...use, answer }, pageSize)]
  })
  return [...files, ...onlyOpen(processes, opened, new Set(mapped.map(({ key }) => key)), pageSize)]
}

interface FileUse {
  readonly pids: Set<number>
  readonly ranges: DirtyRange[]
  readonly durabilities: Set<Durability>
}

function usesByFile(processes: readonly DirtyMappings[]): Map<string, FileUse> {
  const uses = new Map<string, FileUse>()
  for (const process of processes) {
    for (let row = 0; row < process.table.length; row++) {
      if (!isFileRow(process, row)) continue
      const key = keyOf(process, row)
      const use = uses.get(key) ?? { pids: new Set(), ranges: [], durabilities: new Set() }
      uses.set(key, use)
      use.pids.add(process.memory.pid)
      use.durabilities.add(process.durability(row))
      use.ranges.push(rangeOf(process, row))
    }
  }
  return uses
}

function rangeOf(process: DirtyMappings, row: number): DirtyRange {
  const from = process.table.offset.at(row)
  // Copies may hide that a page of the file itself is dirty too.
  const exact = process.copies(row) === 0
  return { from, to: from + process.table.size(row), dirty: process.dirty(row), exact }
}

/** Files that none of these processes maps, each once. */
function onlyOpen(
  processes: readonly DirtyMappings[],
  opened: readonly OpenedFile[],
  mapped: ReadonlySet<string>,
  pageSize: number,
): readonly DirtyFile[] {
  const ours = new Set(processes.map(({ memory }) => memory.pid))
  const found = new Map<string, FileUse & Pick<MappedFile, 'device' | 'inode' | 'path' | 'fsType'>>()
  const answers = new Map<string, PageCacheRead>()
  for (const { pid, file } of opened) {
    if (file.answer !== null) answers.set(file.key, file.answer)
    if (mapped.has(file.key) || !ours.has(pid)) continue
    const use = found.get(file.key) ?? { ...file, pids: new Set(), ranges: [], durabilities: new Set(['fsync']) }
    found.set(file.key, use)
    use.pids.add(pid)
  }
  return [...found].flatMap(([key, file]) => {
    const answer = answers.get(key)
    return answer === undefined ? [] : [dirtyFile({ ...file, answer }, pageSize)]
  })
}

/** Weightiest first: what a store through one mapping needs is not lessened by another. */
const STRONGEST: readonly Durability[] = ['unlinked', 'msync', 'fsync', 'read-only', 'private']

function dirtyFile(
  file: FileUse & Pick<MappedFile, 'device' | 'inode' | 'path' | 'fsType'> & { readonly answer: PageCacheRead },
  pageSize: number,
): DirtyFile {
  const { durabilities, path } = file
  const visible = visibleDirty(file.ranges)
  const answer = believed(file.answer, visible.bytes)
  const cache = answer.ok ? answer.value : { cached: Number.NaN, dirty: Number.NaN, writeback: Number.NaN }
  const unlinked = answer.links === null ? durabilities.has('unlinked') : answer.links === 0n
  const found = STRONGEST.find((each) => durabilities.has(each)) ?? 'fsync'
  return {
    device: deviceText(file.device),
    inode: file.inode,
    path: unlinked && endsDeleted(path) ? withoutDeleted(path) : path,
    fsType: file.fsType,
    links: answer.links,
    unlinked,
    durability: unlinked ? 'unlinked' : found,
    pids: [...file.pids],
    mappings: file.ranges.length,
    mapped: visible.bytes,
    mappedExact: visible.exact,
    dirty: cache.dirty * pageSize,
    writeback: cache.writeback * pageSize,
    cached: cache.cached * pageSize,
    refusal: answer.ok ? null : answer.why,
    // Of a file that nobody maps, and nobody could ask about, nothing is known.
    ...riskOf(unlinked, answer, file.ranges.length === 0 ? Number.NaN : visible.bytes, pageSize),
  }
}

/** A file of which mappings show pages, and whose own inode has none, is not where its pages are. */
function believed(answer: PageCacheRead, visible: number): PageCacheRead {
  if (!answer.ok || answer.value.cached > 0 || !(visible > 0)) return answer
  return { ok: false, why: { reason: 'stacked' }, links: answer.links }
}

/** A name that is gone leaves open whether there is another, unless the file itself could be looked at. */
function riskOf(
  unlinked: boolean,
  answer: PageCacheRead,
  visible: number,
  pageSize: number,
): Pick<DirtyFile, 'atRisk' | 'atLeast'> {
  if (unlinked && answer.links === 0n) return { atRisk: 0, atLeast: false }
  if (unlinked) return { atRisk: Number.NaN, atLeast: true }
  if (!answer.ok) return { atRisk: visible, atLeast: true }
  const { cached, dirty, writeback } = answer.value
  // A page that is stored to while it is being written is both.
  return { atRisk: Math.min(dirty + writeback, cached) * pageSize, atLeast: false }
}
