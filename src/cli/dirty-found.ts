import type { FileFacts, OpenedFile } from '../analysis/dirty/files.ts'
import { keyOf, type MappedFile, mappedFiles } from '../analysis/dirty/mapped-files.ts'
import { type ClassifiedProcess, classifyProcess, dirtyMappings } from '../analysis/dirty/process.ts'
import { type DirtyReport, type DirtyScan, dirtyReport, type OpenFilesLook } from '../analysis/dirty/report.ts'
import type { CgroupDirty } from '../collectors/cgroup-dirty.ts'
import { readersMounts } from '../collectors/cgroup-mounts.ts'
import { askPageCache, type FileQuestion } from '../collectors/dirty-files.ts'
import type { HostFacts } from '../collectors/host.ts'
import { type OpenFiles, openFilesOf } from '../collectors/open-files.ts'
import type { ProcessMemory } from '../collectors/process.ts'
import { readWritebackState } from '../collectors/writeback.ts'
import { readWritebackDevices } from '../collectors/writeback-devices.ts'
import { kernelRange } from '../model/address.ts'
import type { PageCacheRead, PageCacheRefusal } from '../model/page-cache.ts'
import type { MountEntry } from '../parsers/mountinfo.ts'
import type { Trees } from '../sources/trees.ts'

/** How files are asked about. */
export interface FileLook {
  /** Also files that are open for writing and not mapped. */
  readonly openFiles: boolean
  /** Also files that a server or FUSE answers for, and may not. */
  readonly remote: boolean
  /** As we see them. */
  readonly mounts: readonly MountEntry[]
}

/** More files than these are not asked about in one report: of each the kernel looks through the whole page cache. */
const MOST_FILES = 8192

/** Processes as read, and what they have open. */
export interface Found {
  readonly processes: readonly ClassifiedProcess[]
  readonly opened: readonly OpenedFile[]
  /** Why files that are open could not be asked about. */
  readonly refusal: PageCacheRefusal | null
  /** Of TARGETs, by PID. */
  readonly cgroups: ReadonlyMap<number, CgroupDirty>
  readonly scan: DirtyScan | null
}

/** Asks about the files of processes and makes the report. */
export function reportOn(trees: Trees, host: HostFacts, found: Found, look: FileLook): Omit<DirtyReport, 'provenance'> {
  const { processes, opened } = found
  const files = askAbout(trees, processes, opened, look)
  const linksOf = (process: ClassifiedProcess, row: number): bigint | null => {
    return files.answers.get(keyOf(process, row))?.links ?? null
  }
  return dirtyReport({
    host,
    processes: processes.map((process) => dirtyMappings(process, (row) => linksOf(process, row))),
    files,
    cgroups: found.cgroups,
    scan: found.scan,
    openFiles: lookOf(look, found.refusal ?? generalRefusal(files)),
    // The host last, so that what files have is compared with what the host has by then.
    devices: readWritebackDevices(trees, look.mounts),
    state: readWritebackState(trees),
    provenance: [],
  })
}

/** The report on one process whose mappings have been read, with the files that it has open for writing. */
export function reportOnProcess(trees: Trees, host: HostFacts, memory: ProcessMemory): Omit<DirtyReport, 'provenance'> {
  const mounts = readersMounts(trees)
  const open = openedBy(trees, memory, mounts, new Set())
  const found: Found = {
    processes: [classifyProcess(memory, host, mounts)],
    opened: open.files.map((file) => ({ pid: memory.pid, file })),
    refusal: open.refusal,
    cgroups: new Map(),
    scan: null,
  }
  return reportOn(trees, host, found, { openFiles: true, remote: false, mounts })
}

/** Files that a process has open for writing, but for those that are known already. */
export function openedBy(
  trees: Trees,
  { pid, stat, mounts }: ProcessMemory,
  own: readonly MountEntry[],
  known: ReadonlySet<string>,
): OpenFiles {
  return openFilesOf(trees, { pid, startTime: stat.startTime }, { own, theirs: mounts }, known)
}

/** Asks about the page cache of every mapped file that was not asked about when it was found open. */
function askAbout(
  trees: Trees,
  processes: readonly ClassifiedProcess[],
  opened: readonly OpenedFile[],
  { remote, mounts }: FileLook,
): FileFacts {
  const answers = new Map<string, PageCacheRead>()
  for (const { file } of opened) if (file.answer !== null) answers.set(file.key, file.answer)
  const mapped = mappedFiles(processes)
  const questions = mapped.filter(({ key }) => !answers.has(key)).map(questionOf)
  for (const [key, answer] of askPageCache(trees, questions, { remote, mounts, most: MOST_FILES }))
    answers.set(key, answer)
  return { mapped, answers, opened }
}

function questionOf({ key, device, inode, path, fsType, through }: MappedFile): FileQuestion {
  const { process, row } = through
  const { memory, table } = process
  const range = kernelRange(table.start[row] as number, table.end[row] as number)
  const { pid, stat, mounts } = memory
  return { key, pid, startTime: stat.startTime, range, path, device, inode, fsType, mounts }
}

/** What keeps every file's page cache from being asked about. */
function generalRefusal({ answers }: FileFacts): PageCacheRefusal | null {
  for (const answer of answers.values()) {
    if (!answer.ok && (answer.why.reason === 'no-native' || answer.why.reason === 'no-cachestat')) return answer.why
  }
  return null
}

function lookOf({ openFiles }: FileLook, refusal: PageCacheRefusal | null): OpenFilesLook {
  if (!openFiles) return { looked: false, why: 'not-asked' }
  return refusal === null ? { looked: true } : { looked: false, why: refusal }
}
