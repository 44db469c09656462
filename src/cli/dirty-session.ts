import type { FileFacts, OpenedFile } from '../analysis/dirty/files.ts'
import { keyOf, type MappedFile, mappedFiles } from '../analysis/dirty/mapped-files.ts'
import { type ClassifiedProcess, classifyProcess, dirtyMappings, storesToFiles } from '../analysis/dirty/process.ts'
import { type DirtyReport, type DirtyScan, dirtyReport, type OpenFilesLook } from '../analysis/dirty/report.ts'
import { keysOf } from '../analysis/figures.ts'
import { type CgroupDirty, readCgroupDirty } from '../collectors/cgroup-dirty.ts'
import { cgroupMounts, readersMounts } from '../collectors/cgroup-mounts.ts'
import { askPageCache, type FileQuestion } from '../collectors/dirty-files.ts'
import { scanForDirty } from '../collectors/dirty-scan.ts'
import type { HostFacts } from '../collectors/host.ts'
import { type OpenFiles, openFilesOf } from '../collectors/open-files.ts'
import { collectProcess, type ProcessMemory } from '../collectors/process.ts'
import { readWritebackState } from '../collectors/writeback.ts'
import { readWritebackDevices } from '../collectors/writeback-devices.ts'
import { kernelRange } from '../model/address.ts'
import { FailureError } from '../model/failure.ts'
import type { PageCacheRead, PageCacheRefusal } from '../model/page-cache.ts'
import type { MountEntry } from '../parsers/mountinfo.ts'
import type { Trees } from '../sources/trees.ts'

/** How far to look, and whom to tell. */
export interface DirtyOptions {
  readonly maxStallMs: number
  readonly openFiles: boolean
  readonly remote: boolean
  readonly onProgress: (done: number) => void
  /** Told of a process that could not be read; may throw to end it all. */
  readonly onFailure: (error: Error) => void
}

/** More files than these are not asked about in one report: of each the kernel looks through the whole page cache. */
const MOST_FILES = 8192
/** Figures of smaps that the report is made of. */
const FIGURES = keysOf(['rss', 'dirty', 'anonymous'])

/** Reads processes, their files and the host, and makes the report; without processes those that matter on the host. */
export function measureDirty(
  trees: Trees,
  host: HostFacts,
  pids: readonly number[] | null,
  options: DirtyOptions,
): DirtyReport {
  const mounts = readersMounts(trees)
  const found = pids === null ? scanHost(trees, host, mounts, options) : readTargets(trees, host, pids, mounts, options)
  const { processes, opened } = found
  const files = askAbout(trees, processes, opened, mounts, options)
  const linksOf = (process: ClassifiedProcess, row: number): bigint | null => {
    return files.answers.get(keyOf(process, row))?.links ?? null
  }
  return dirtyReport({
    host,
    processes: processes.map((process) => dirtyMappings(process, (row) => linksOf(process, row))),
    files,
    cgroups: found.cgroups,
    scan: found.scan,
    openFiles: lookOf(options, found.refusal ?? generalRefusal(files)),
    // The host last, so that what files have is compared with what the host has by then.
    devices: readWritebackDevices(trees, mounts),
    state: readWritebackState(trees),
    provenance: trees.ledger.take(),
  })
}

/** Processes as read, and what they have open. */
interface Found {
  readonly processes: readonly ClassifiedProcess[]
  readonly opened: readonly OpenedFile[]
  /** Why files that are open could not be asked about. */
  readonly refusal: PageCacheRefusal | null
  /** Of TARGETs, by PID. */
  readonly cgroups: ReadonlyMap<number, CgroupDirty>
  readonly scan: DirtyScan | null
}

function readTargets(
  trees: Trees,
  host: HostFacts,
  pids: readonly number[],
  mounts: readonly MountEntry[],
  options: DirtyOptions,
): Found {
  const processes: ClassifiedProcess[] = []
  const opened: OpenedFile[] = []
  const known = new Set<string>()
  const cgroups = new Map<number, CgroupDirty>()
  const hierarchies = cgroupMounts(trees, mounts)
  let refusal: PageCacheRefusal | null = null
  for (const pid of pids) {
    const memory = readProcess(trees, host, pid, false, options)
    if (memory === null) continue
    processes.push(classifyProcess(memory, host, mounts))
    const cgroup = readCgroupDirty(trees, pid, hierarchies)
    if (cgroup !== null) cgroups.set(pid, cgroup)
    if (memory.space === null || !options.openFiles || refusal !== null) continue
    const open: OpenFiles = openFilesOf(
      trees,
      { pid, startTime: memory.stat.startTime },
      { own: mounts, theirs: memory.mounts },
      known,
    )
    refusal = open.refusal
    for (const file of open.files) {
      known.add(file.key)
      opened.push({ pid, file })
    }
  }
  return { processes, opened, refusal, cgroups, scan: null }
}

function scanHost(trees: Trees, host: HostFacts, mounts: readonly MountEntry[], options: DirtyOptions): Found {
  const scan = scanForDirty(trees, {
    filter: storesToFiles,
    openFiles: options.openFiles,
    mounts,
    onProgress: options.onProgress,
  })
  const opened = scan.processes.flatMap(({ pid, facts }) => facts.open.files.map((file) => ({ pid, file })))
  const dirty = new Set(opened.filter(({ file }) => holdsDirt(file.answer)).map(({ file }) => file.key))
  const processes: ClassifiedProcess[] = []
  for (const { pid, facts } of scan.processes) {
    if (!facts.passed && !facts.open.files.some(({ key }) => dirty.has(key))) continue
    const memory = readProcess(trees, host, pid, !facts.passed, { ...options, onFailure: () => {} })
    if (memory !== null) processes.push(classifyProcess(memory, host, mounts, facts.passed))
  }
  return {
    processes,
    opened,
    refusal: scan.processes.map(({ facts }) => facts.open.refusal).find((refusal) => refusal !== null) ?? null,
    cgroups: new Map(),
    scan: { looked: scan.processes.length, denied: scan.denied.length },
  }
}

function holdsDirt(answer: PageCacheRead | null): boolean {
  return answer?.ok === true && answer.value.dirty + answer.value.writeback > 0
}

/** Reads a process; `null` when it could not be, which `onFailure` has been told. */
function readProcess(
  trees: Trees,
  host: HostFacts,
  pid: number,
  basic: boolean,
  options: DirtyOptions,
): ProcessMemory | null {
  const depth = { basic, wanted: FIGURES, maxStallMs: options.maxStallMs, pageSize: host.pageSize }
  try {
    return collectProcess(trees, host, pid, depth)
  } catch (error) {
    if (!(error instanceof FailureError)) throw error
    options.onFailure(error)
    return null
  }
}

/** Asks about the page cache of every mapped file that was not asked about when it was found open. */
function askAbout(
  trees: Trees,
  processes: readonly ClassifiedProcess[],
  opened: readonly OpenedFile[],
  mounts: readonly MountEntry[],
  options: DirtyOptions,
): FileFacts {
  const answers = new Map<string, PageCacheRead>()
  for (const { file } of opened) if (file.answer !== null) answers.set(file.key, file.answer)
  const mapped = mappedFiles(processes)
  const questions = mapped.filter(({ key }) => !answers.has(key)).map(questionOf)
  const { remote } = options
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

function lookOf({ openFiles }: DirtyOptions, refusal: PageCacheRefusal | null): OpenFilesLook {
  if (!openFiles) return { looked: false, why: 'not-asked' }
  return refusal === null ? { looked: true } : { looked: false, why: refusal }
}
