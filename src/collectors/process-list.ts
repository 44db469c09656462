import { memoryCgroup, parseCgroup } from '../parsers/cgroup.ts'
import { parseCmdline } from '../parsers/cmdline.ts'
import { containerId } from '../parsers/container-id.ts'
import { parseQuickStatus, type QuickStatus } from '../parsers/quick-status.ts'
import { parseStat } from '../parsers/stat.ts'
import { parseInteger } from '../parsers/sysfs.ts'
import type { FileTree } from '../sources/file-tree.ts'
import type { Trees } from '../sources/trees.ts'
import type { HostFacts } from './host.ts'
import { liveThread } from './live-thread.ts'
import { PageWalker } from './page-walk.ts'
import type { FactSource, NoFacts, ProcessFacts } from './process-facts.ts'
import { readParsed } from './reading.ts'
import { userNames } from './users.ts'

/** What is asked of many processes. */
export interface ListTerms {
  /** The files to read of each besides status: no other is opened. */
  readonly wanted: ReadonlySet<FactSource>
  /** Longest that a walk may be expected to stall a process, in milliseconds. */
  readonly maxStallMs: number
  /** Only processes of this effective user; `null` for all. */
  readonly uid: number | null
  /** Told after every process how many are done. */
  readonly onProgress?: ((done: number) => void) | undefined
}

/** Many processes, read one after the other; those that are none, or have ended, are counted. */
export interface ProcessList {
  /** In the order asked for. */
  readonly processes: readonly ProcessFacts[]
  readonly none: Readonly<Record<NoFacts, number>>
  /** PIDs that gave no facts, with the reason. */
  readonly missing: ReadonlyMap<number, NoFacts>
}

/**
 * Reads processes one after the other, of each only the files that the question needs. Each is held by its directory,
 * so that no file read of it can be another's that got its PID.
 */
export function collectList(trees: Trees, host: HostFacts, pids: readonly number[], terms: ListTerms): ProcessList {
  const reader = new ListReader(trees, host, terms)
  const processes: ProcessFacts[] = []
  const missing = new Map<number, NoFacts>()
  const none = { vanished: 0, 'kernel-thread': 0, zombie: 0, hidden: 0, 'other-user': 0 }
  pids.forEach((pid, index) => {
    const facts = reader.read(pid)
    if (typeof facts === 'object') processes.push(facts)
    else {
      none[facts]++
      missing.set(pid, facts)
    }
    terms.onProgress?.(index + 1)
  })
  return { processes, none, missing }
}

class ListReader {
  readonly #trees: Trees
  readonly #host: HostFacts
  readonly #terms: ListTerms
  readonly #walker: PageWalker
  readonly #users: ReadonlyMap<number, string>

  constructor(trees: Trees, host: HostFacts, terms: ListTerms) {
    this.#trees = trees
    this.#host = host
    this.#terms = terms
    this.#walker = new PageWalker(host, terms.wanted, terms.maxStallMs)
    this.#users = userNames(trees)
  }

  read(pid: number): ProcessFacts | NoFacts {
    const pinned = this.#trees.proc.pin(String(pid))
    // With hidepid=1 a foreign process shows, and lets nothing of it be read.
    if (!pinned.ok) return pinned.refusal.reason === 'denied' ? 'hidden' : 'vanished'
    using tree = pinned.value
    const status = readParsed(tree, 'status', parseQuickStatus)
    if (status === null) return 'vanished'
    if (this.#terms.uid !== null && status.uid !== this.#terms.uid) return 'other-user'
    if (!Number.isNaN(status.sizes.vmSize)) return this.#facts(tree, tree, pid, status, null)
    return this.#withoutSpace(tree, pid, status)
  }

  /** What prints no sizes: a kernel thread, what has ended, or a group whose leader ended before its other threads. */
  #withoutSpace(tree: FileTree, pid: number, status: QuickStatus): ProcessFacts | NoFacts {
    if (status.state !== 'Z') return isKernelThread(tree, status) ? 'kernel-thread' : 'vanished'
    const thread = status.threads > 1 ? liveThread(tree, pid) : null
    if (thread === null) return 'zombie'
    const pinned = tree.pin(`task/${thread}`)
    if (!pinned.ok) return 'vanished'
    using source = pinned.value
    const own = readParsed(source, 'status', parseQuickStatus)
    if (own === null || Number.isNaN(own.sizes.vmSize)) return 'vanished'
    return this.#facts(tree, source, pid, { ...own, name: status.name }, thread)
  }

  /** @param source Where the memory is told of: the process's own directory, or that of one of its threads. */
  #facts(
    tree: FileTree,
    source: FileTree,
    pid: number,
    status: QuickStatus,
    threadRead: number | null,
  ): ProcessFacts | NoFacts {
    const { wanted } = this.#terms
    const space = this.#walker.read(source, { resident: status.sizes.vmRss, pageTables: status.sizes.vmPte })
    if (space === 'vanished') return space
    const stat = wanted.has('stat') ? readParsed(tree, 'stat', parseStat) : null
    const score = (file: FactSource): number =>
      wanted.has(file) ? (readParsed(tree, file, parseInteger) ?? Number.NaN) : Number.NaN
    const cgroups = wanted.has('cgroup') ? readParsed(tree, 'cgroup', parseCgroup) : null
    const { upSeconds, clockTicks } = this.#host
    return {
      pid,
      status,
      user: this.#users.get(status.uid) ?? String(status.uid),
      minflt: stat?.minflt ?? Number.NaN,
      majflt: stat?.majflt ?? Number.NaN,
      ageSeconds:
        stat === null || upSeconds === null ? Number.NaN : hundredths(upSeconds - stat.startTime / clockTicks),
      walk: space.walk,
      space: space.space,
      oomScore: score('oom_score'),
      oomScoreAdj: score('oom_score_adj'),
      cmdline: wanted.has('cmdline') ? readParsed(source, 'cmdline', parseCmdline) : null,
      cgroup: cgroups === null ? null : (memoryCgroup(cgroups)?.path ?? null),
      container: cgroups === null ? null : containerId(cgroups),
      threadRead,
    }
  }
}

/** Newer kernels say so in status; of others only the flags of stat tell it from a process that is just exiting. */
function isKernelThread(tree: FileTree, status: QuickStatus): boolean {
  return status.kthread ?? readParsed(tree, 'stat', parseStat)?.kernelThread === true
}

/** Both are told in hundredths; their difference in binary is not. */
function hundredths(seconds: number): number {
  return Math.round(seconds * 100) / 100
}
