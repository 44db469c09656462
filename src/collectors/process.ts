import { FailureError } from '../model/failure.ts'
import type { Refusal } from '../model/provenance.ts'
import { parseCmdline } from '../parsers/cmdline.ts'
import { type MountEntry, parseMountinfo } from '../parsers/mountinfo.ts'
import { parsePasswd } from '../parsers/passwd.ts'
import { type ProcStat, parseStat } from '../parsers/stat.ts'
import { parseStatm, type StatmPages } from '../parsers/statm.ts'
import { type ProcStatus, parseStatus } from '../parsers/status.ts'
import type { FileTree } from '../sources/file-tree.ts'
import type { Trees } from '../sources/trees.ts'
import { type AddressSpace, type DepthOptions, readAddressSpace } from './address-space.ts'
import { resolveDeleted } from './deleted.ts'
import type { HostFacts } from './host.ts'
import { liveThread } from './live-thread.ts'
import { readLinkText, readParsed } from './reading.ts'

/** A process as read: who it is, what the cheap files say, and its mappings where they may be read. */
export interface ProcessMemory {
  readonly pid: number
  readonly stat: ProcStat
  readonly status: ProcStatus | null
  readonly statm: StatmPages | null
  /** Arguments, binary strings; `null` when they could not be read. */
  readonly cmdline: readonly string[] | null
  /** Target of `exe` as printed, a binary string; `null` without permission. */
  readonly exe: string | null
  /** Name of the effective user, or its number as text; `null` when unknown. */
  readonly user: string | null
  /** Seconds since the process started; `null` when the host's uptime is unknown. */
  readonly ageSeconds: number | null
  /** Set when the leading thread has exited, so that another thread's files were read. */
  readonly threadRead: number | null
  /** Mounts as the process sees them; empty when they could not be read. */
  readonly mounts: readonly MountEntry[]
  /** Names that end in ` (deleted)`, by id, and whether the file is really unlinked; unsettled ones are not here. */
  readonly deleted: ReadonlyMap<number, boolean>
  /** The mappings, or why they may not be read. */
  readonly space: AddressSpace | null
  readonly spaceRefusal: Refusal | null
}

/**
 * Reads one process. Throws a failure that says what it is when it has no mappings to show: gone, a kernel thread, a
 * zombie. A process that forbids its mappings is still described by the files that everybody may read.
 */
export function collectProcess(trees: Trees, host: HostFacts, pid: number, depth: DepthOptions): ProcessMemory {
  const pinned = trees.proc.pin(String(pid))
  if (!pinned.ok) throw new FailureError(pinFailure(pid, pinned.refusal, trees.own && isHidden(pid)))
  using tree = pinned.value
  const stat = readStat(tree, pid)
  const name = { pid, comm: stat.comm }
  if (stat.kernelThread) throw new FailureError({ code: 'kernel-thread', process: name })
  const thread = stat.state === 'Z' ? liveThread(tree, pid) : null
  if (stat.state === 'Z' && thread === null) {
    throw new FailureError({ code: 'zombie', process: name, parent: stat.ppid })
  }
  const memory = readMemory(tree, thread, depth)
  const status = memory.status
  confirmAlive(tree, stat, memory)
  return {
    pid,
    stat,
    ...memory,
    cmdline: readParsed(tree, 'cmdline', parseCmdline),
    exe: readLinkText(tree, 'exe'),
    mounts: memory.space === null ? [] : (readParsed(tree, 'mountinfo', parseMountinfo) ?? []),
    deleted: memory.space === null ? new Map() : resolveDeleted(tree, memory.space.table),
    user: status?.uid == null ? null : userName(trees, status.uid.effective),
    ageSeconds: host.upSeconds === null ? null : host.upSeconds - stat.startTime / host.clockTicks,
  }
}

type MemoryParts = Pick<ProcessMemory, 'status' | 'statm' | 'threadRead' | 'space' | 'spaceRefusal'>

/** Reads the files that tell of memory: the process's own, or a thread's when the leader has gone before the others. */
function readMemory(tree: FileTree, thread: number | null, depth: DepthOptions): MemoryParts {
  const pinned = thread === null ? null : tree.pin(`task/${thread}`)
  const source = pinned?.ok ? pinned.value : tree
  try {
    const read = readAddressSpace(source, depth)
    return {
      status: readParsed(source, 'status', parseStatus),
      statm: readParsed(source, 'statm', parseStatm),
      threadRead: thread,
      space: read.ok ? read.space : null,
      spaceRefusal: read.ok ? null : read.refusal,
    }
  } finally {
    if (pinned?.ok) pinned.value[Symbol.dispose]()
  }
}

function readStat(tree: FileTree, pid: number): ProcStat {
  const read = tree.read('stat')
  if (!read.ok) throw new FailureError(pinFailure(pid, read.refusal, false))
  return parseStat(read.value)
}

/**
 * A process that exits meanwhile gives empty answers, not errors: an address space without mappings is one that has
 * been given up, some time before the process shows as a zombie. The directory is held open, so nothing read here can
 * be of another process that got the same PID.
 */
function confirmAlive(tree: FileTree, before: ProcStat, memory: MemoryParts): void {
  const after = readParsed(tree, 'stat', parseStat)
  const ended = after === null || (after.state === 'Z' && before.state !== 'Z')
  if (ended || memory.space?.table.length === 0) throw new FailureError({ code: 'vanished', pid: before.pid })
}

/** With hidepid=2 a foreign process is not in /proc; that it exists shows only in that we may not signal it. */
export function isHidden(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return false
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

function userName(trees: Trees, uid: number): string {
  return readParsed(trees.root, 'etc/passwd', parsePasswd)?.get(uid) ?? String(uid)
}

function pinFailure(pid: number, refusal: Refusal, hidden: boolean): FailureError['failure'] {
  if (refusal.reason === 'denied' || hidden) return { code: 'hidden-process', pid }
  if (refusal.reason === 'gone') return { code: 'no-such-process', pid }
  return { code: 'unreadable', refusal }
}
