import type { OpenedFile } from '../analysis/dirty/files.ts'
import { type ClassifiedProcess, classifyProcess, storesToFiles } from '../analysis/dirty/process.ts'
import type { DirtyReport } from '../analysis/dirty/report.ts'
import { keysOf } from '../analysis/figures.ts'
import { type CgroupDirty, readCgroupDirty } from '../collectors/cgroup-dirty.ts'
import { cgroupMounts, readersMounts } from '../collectors/cgroup-mounts.ts'
import { scanForDirty } from '../collectors/dirty-scan.ts'
import type { HostFacts } from '../collectors/host.ts'
import { collectProcess, type ProcessMemory } from '../collectors/process.ts'
import { FailureError } from '../model/failure.ts'
import type { PageCacheRead, PageCacheRefusal } from '../model/page-cache.ts'
import type { MountEntry } from '../parsers/mountinfo.ts'
import type { Trees } from '../sources/trees.ts'
import { type Found, openedBy, reportOn } from './dirty-found.ts'

/** How far to look, and whom to tell. */
export interface DirtyOptions {
  readonly maxStallMs: number
  readonly openFiles: boolean
  readonly remote: boolean
  readonly onProgress: (done: number) => void
  /** Told of a process that could not be read; may throw to end it all. */
  readonly onFailure: (error: Error) => void
}

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
  return { ...reportOn(trees, host, found, { ...options, mounts }), provenance: trees.ledger.take() }
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
    const open = openedBy(trees, memory, mounts, known)
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
  // Pages do not tell what is dirty, but how long smaps would take.
  const depth = { basic, pages: true, wanted: FIGURES, maxStallMs: options.maxStallMs, pageSize: host.pageSize }
  try {
    return collectProcess(trees, host, pid, depth)
  } catch (error) {
    if (!(error instanceof FailureError)) throw error
    options.onFailure(error)
    return null
  }
}
