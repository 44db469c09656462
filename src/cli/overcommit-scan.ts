import { classify } from '../analysis/classify/classify.ts'
import type { HostView } from '../analysis/overcommit/host-report.ts'
import { isAdmin } from '../analysis/overcommit/limits.ts'
import { ObjectRegister, type SegmentList } from '../analysis/overcommit/object-register.ts'
import { memfdObjects, needsOpenFiles, type OwnershipReadings, reconciled } from '../analysis/overcommit/ownership.ts'
import { commitOfMappings, commitOfStatus, type ProcessCommit } from '../analysis/overcommit/process-commit.ts'
import { borrowersOf } from '../analysis/overcommit/same-memory.ts'
import { mappedObjects, type ObjectMapping, type ObjectSize } from '../analysis/overcommit/shared-objects.ts'
import type { AddressSpace, DepthOptions } from '../collectors/address-space.ts'
import { CgroupKillCounter } from '../collectors/cgroup-kills.ts'
import { cgroupMounts, readersMounts } from '../collectors/cgroup-mounts.ts'
import { readCommitted } from '../collectors/commit-host.ts'
import { COMMIT_FIELDS, type CommitRead, factsOfMapping, readCommit } from '../collectors/commit-process.ts'
import { openMemfds } from '../collectors/open-memfds.ts'
import { type Scanned, scanProcesses } from '../collectors/process-scan.ts'
import { listPids } from '../collectors/processes.ts'
import { readLinkText, readParsed } from '../collectors/reading.ts'
import { TmpfsMounts } from '../collectors/tmpfs-mounts.ts'
import type { ProcStatus } from '../parsers/status.ts'
import { parseSysvShm } from '../parsers/sysvipc-shm.ts'
import type { FileTree } from '../sources/file-tree.ts'
import type { Trees } from '../sources/trees.ts'

/** How deep to look into every process. */
export interface ScanOptions {
  readonly basic: boolean
  readonly maxStallMs: number
  readonly pageSize: number
  /** Told after every process how many have been read. */
  readonly onProgress: (processes: number) => void
}

/** What is kept of a process once it has been read; its mappings are not, there may be very many. */
interface Reduced {
  readonly status: ProcStatus | null
  readonly commit: ProcessCommit
  readonly oomScore: number
  readonly firstUserNamespace: boolean
  /** The stall that kept smaps from being read; `NaN` where it was read, or not wanted. */
  readonly stallMs: number
}

/** Reads every process of the host, and what its memory is shared with. */
export function scanHost(trees: Trees, view: HostView, options: ScanOptions): OwnershipReadings {
  const depth: DepthOptions = { ...options, pages: true, wanted: COMMIT_FIELDS, onProgress: undefined }
  const tmpfs = new TmpfsMounts(trees)
  const kills = new CgroupKillCounter(cgroupMounts(trees, readersMounts(trees)))
  const register = new ObjectRegister(options.pageSize)
  // One figure is the report’s; another look only tells how far it has moved.
  const before = view.policy.committed
  const read = (tree: FileTree, stat: Scanned<object>['stat']) => {
    const commit = readCommit(tree, stat, depth)
    if (typeof commit === 'string') return commit
    tmpfs.add(tree)
    kills.add(tree)
    return reduce(commit, stat.pid, tree, { tmpfs, register, pageSize: options.pageSize })
  }
  const scan = scanProcesses(trees, oursLast(trees, listPids(trees)), read, options.onProgress)
  const after = readCommitted(trees) ?? Number.NaN
  const processes = ownerProcesses(trees, scan.processes)
  const readings: OwnershipReadings = {
    processes,
    objects: register.objects(segmentList(trees, view)),
    tmpfs: tmpfs.mounts,
    before,
    after,
    cgroupKills: kills.kills,
    counts: {
      smaps: processes.filter((each) => each.commit.basis === 'smaps').length,
      pagemap: processes.filter((each) => each.commit.basis === 'pagemap').length,
      maps: processes.filter((each) => each.commit.basis === 'maps').length,
      status: processes.filter((each) => each.commit.basis === 'status').length,
      kernelThreads: scan.kernelThreads,
      vanished: scan.vanished,
    },
    shallow: shallowReads(scan.processes, options.maxStallMs),
  }
  return needsOpenFiles(reconciled(view, readings)) ? withOpenFiles(trees, readings) : readings
}

/** Our own memory grows while we read, so it is read last. */
function oursLast(trees: Trees, pids: readonly number[]): readonly number[] {
  if (!trees.own) return pids
  return [...pids.filter((pid) => pid !== process.pid), process.pid]
}

/** Sums a process up, and enters what it shares. */
function reduce(
  read: CommitRead,
  pid: number,
  tree: FileTree,
  host: { readonly tmpfs: TmpfsMounts; readonly register: ObjectRegister; readonly pageSize: number },
): Reduced {
  const { status, space } = read
  const common = {
    status,
    oomScore: read.oomScore ?? Number.NaN,
    firstUserNamespace: read.firstUserNamespace,
    stallMs: space?.shallow?.why === 'too-costly' ? (space.prediction?.stallMs ?? Number.NaN) : Number.NaN,
  }
  if (space === null) return { ...common, commit: commitOfStatus(status) }
  const { fsTypes, devices } = host.tmpfs
  const context = { exe: read.exe, fsTypes, daxDevices: new Set<number>(), pageSize: host.pageSize }
  const classes = classify(space.table, context)
  const objects = mappedObjects(space.table, classes, devices, read.ipcNamespace)
  host.register.add(pid, objects, (mapping) => sizeOf(tree, space, mapping))
  return {
    ...common,
    commit: commitOfMappings(space.table, classes, space.depth, status),
  }
}

/** Asks the file behind a mapping for its size. */
export function sizeOf(tree: FileTree, space: AddressSpace, mapping: ObjectMapping): ObjectSize | null {
  const facts = factsOfMapping(tree, space.table, mapping.row)
  return facts === null ? null : { size: Number(facts.size), allocated: Number(facts.allocated) }
}

/** System V segments are those of the reader's IPC namespace, also below another host's /proc. */
export function segmentList(trees: Trees, view: HostView): SegmentList {
  return {
    segments: readParsed(trees.proc, 'sysvipc/shm', parseSysvShm) ?? [],
    namespace: readLinkText(trees.proc, 'self/ns/ipc') ?? '',
    hugePages: view.readings.sample.pools.filter((pool) => pool.total > 0).map((pool) => pool.size),
  }
}

function ownerProcesses(trees: Trees, scanned: readonly Scanned<Reduced>[]): OwnershipReadings['processes'] {
  const owners = scanned.map(({ pid, stat, facts }) => ({ pid, ppid: stat.ppid, status: facts.status }))
  const borrowers = borrowersOf(owners)
  return scanned.map(({ pid, stat, facts }) => ({
    pid,
    comm: trees.own && pid === process.pid ? `${stat.comm} (this report)` : stat.comm,
    commit: facts.commit,
    borrowed: borrowers.has(pid),
    oomScore: facts.oomScore,
    size: facts.status?.vmSize ?? Number.NaN,
    admin: isAdmin(facts),
  }))
}

function shallowReads(scanned: readonly Scanned<Reduced>[], maxStallMs: number): OwnershipReadings['shallow'] {
  const stalls = scanned.map(({ facts }) => facts.stallMs).filter((stall) => !Number.isNaN(stall))
  return { tooCostly: stalls.length, longestMs: Math.max(0, ...stalls), maxStallMs }
}

/** Adds the memfds that are open but not mapped. */
function withOpenFiles(trees: Trees, readings: OwnershipReadings): OwnershipReadings {
  const pids = readings.processes.filter((each) => each.commit.basis !== 'status').map((each) => each.pid)
  const memfds = memfdObjects(openMemfds(trees, pids), readings.objects)
  return { ...readings, objects: [...readings.objects, ...memfds] }
}
