import { memoryCgroup, parseCgroup } from '../parsers/cgroup.ts'
import { parseFlatKeyed } from '../parsers/cgroup-memory.ts'
import type { FileTree } from '../sources/file-tree.ts'
import { type CgroupMount, cgroupFile, cgroupPath, stepsBelow } from './cgroup-mounts.ts'
import { readParsed } from './reading.ts'

/** A cgroup in which the OOM killer has ended processes. */
export interface CgroupKills {
  /** A binary string. */
  readonly path: string
  /** Kills in this cgroup itself, or in one below it that is gone. */
  readonly kills: number
}

/** Counts the OOM kills of the cgroups that processes are in, and of those above them. */
export class CgroupKillCounter {
  readonly #mounts: readonly CgroupMount[]
  readonly #counts = new Map<string, { readonly mount: CgroupMount; readonly kills: number }>()

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
      this.#counts.set(below, { mount, kills: killsOf(mount, below) })
    }
  }

  /** Those with kills, most first. v2 counts a kill again in every cgroup above: that is taken off. */
  get kills(): readonly CgroupKills[] {
    return [...this.#counts]
      .map(([below, { mount, kills }]) => ({
        path: cgroupPath(mount, below),
        kills: mount.version === 1 ? kills : kills - this.#below(below),
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

function killsOf(mount: CgroupMount, below: string): number {
  const file = mount.version === 1 ? 'memory.oom_control' : 'memory.events'
  return (
    readParsed(mount.tree, cgroupFile(mount, below, file), (bytes) => parseFlatKeyed(bytes, file))?.get('oom_kill') ?? 0
  )
}
