import { memoryCgroup, parseCgroup } from '../parsers/cgroup.ts'
import { parseCgroupLimit, parseFlatKeyed } from '../parsers/cgroup-memory.ts'
import type { FileTree } from '../sources/file-tree.ts'
import type { Trees } from '../sources/trees.ts'
import { type CgroupMount, cgroupFile, cgroupPath, stepsBelow } from './cgroup-mounts.ts'
import { listPids } from './processes.ts'
import { readParsed } from './reading.ts'

/** A cgroup in which the OOM killer has ended processes. */
export interface CgroupKills {
  /** A binary string. */
  readonly path: string
  /** Kills in this cgroup itself, or in one below it that is gone. */
  readonly kills: number
  /**
   * It has a limit of its own, or one above it has: that is why they were killed, as far as can be told. The kernel
   * counts a kill for want of memory on the host in the cgroup of the process too (mm/oom_kill.c).
   */
  readonly limited: boolean
}

interface Count {
  readonly mount: CgroupMount
  readonly kills: number
  readonly limited: boolean
}

/** Counts the OOM kills of the cgroups that processes are in, and of those above them. */
export class CgroupKillCounter {
  readonly #mounts: readonly CgroupMount[]
  readonly #counts = new Map<string, Count>()

  constructor(mounts: readonly CgroupMount[]) {
    this.#mounts = mounts
  }

  /** Enters the cgroup of a process. */
  add(tree: FileTree): void {
    const cgroup = memoryCgroup(readParsed(tree, 'cgroup', parseCgroup) ?? [])
    const mount = this.#mounts.find((each) => each.version === cgroup?.version)
    if (cgroup === null || mount === undefined) return
    const steps = stepsBelow(mount.root, cgroup.path)
    for (let depth = steps?.length ?? -1; depth >= 0; depth--) {
      const below = steps?.slice(0, depth).join('/') ?? ''
      if (this.#counts.has(below)) return
      this.#counts.set(below, countOf(mount, below))
    }
  }

  /** Counts again: cgroups that are known, which may have lost their last process since, and those of all processes. */
  recount(trees: Trees): void {
    for (const [below, { mount, kills, limited }] of this.#counts) {
      const now = countOf(mount, below)
      // One that has been removed does not tell any more.
      this.#counts.set(below, now.kills < kills ? { mount, kills, limited } : now)
    }
    for (const pid of listPids(trees)) {
      const pinned = trees.proc.pin(String(pid))
      if (!pinned.ok) continue
      using tree = pinned.value
      this.add(tree)
    }
  }

  /** Those with kills, most first. v2 counts a kill again in every cgroup above: that is taken off. */
  get kills(): readonly CgroupKills[] {
    return [...this.#counts]
      .map(([below, { mount, kills, limited }]) => ({
        path: cgroupPath(mount, below),
        kills: mount.version === 1 ? kills : kills - this.#below(below),
        limited,
      }))
      .filter((each) => each.kills > 0)
      .sort((a, b) => b.kills - a.kills)
  }

  #below(path: string): number {
    let sum = 0
    for (const [other, { kills }] of this.#counts) {
      const rest = path === '' ? other : other.startsWith(`${path}/`) ? other.slice(path.length + 1) : ''
      if (rest !== '' && !rest.includes('/')) sum += kills
    }
    return sum
  }
}

function countOf(mount: CgroupMount, below: string): Count {
  const file = mount.version === 1 ? 'memory.oom_control' : 'memory.events'
  const events = readParsed(mount.tree, cgroupFile(mount, below, file), (bytes) => parseFlatKeyed(bytes, file))
  const kills = events?.get('oom_kill') ?? 0
  // v2 counts how often a limit was reached (`oom`), which holds also when it has been raised since.
  const limited = kills > 0 && ((mount.version === 2 && (events?.get('oom') ?? 0) > 0) || hasLimit(mount, below))
  return { mount, kills, limited }
}

/** Whether a cgroup or one above it has a limit. */
function hasLimit(mount: CgroupMount, below: string): boolean {
  const files = mount.version === 1 ? ['memory.limit_in_bytes', 'memory.memsw.limit_in_bytes'] : ['memory.max']
  const steps = below === '' ? [] : below.split('/')
  for (let depth = steps.length; depth >= 0; depth--) {
    const path = steps.slice(0, depth).join('/')
    for (const file of files) {
      const limit = readParsed(mount.tree, cgroupFile(mount, path, file), (bytes) => parseCgroupLimit(bytes, file))
      if (limit !== null && Number.isFinite(limit)) return true
    }
  }
  return false
}
