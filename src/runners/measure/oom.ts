import { cgroupDirectories, memoryCgroup, parseCgroup } from '../../parsers/cgroup.ts'
import { parseMountinfo } from '../../parsers/mountinfo.ts'
import { readProc } from './proc-files.ts'

/** Counts the processes that the kernel kills for want of memory (Linux 4.13) while a program runs. */
export class OomCounter {
  /** `/proc/PID/cgroup` of the program before it runs. */
  readonly #cgroups: string | null
  readonly #machine: number | null
  readonly #cgroup: number | null

  constructor(pid: number) {
    this.#cgroups = readProc(`/proc/${pid}/cgroup`)
    this.#machine = killsOnMachine()
    this.#cgroup = killsIn(this.#cgroups)
  }

  /**
   * Kills so far, in the program's own cgroup and below where that can be told apart, else on the machine; `null` where
   * the kernel does not count. `cgroups` is `/proc/PID/cgroup` at its end: a program may move.
   */
  kills(cgroups: string | null): number | null {
    const machine = difference(killsOnMachine(), this.#machine)
    const moved = cgroups !== null && cgroups !== this.#cgroups
    const now = killsIn(moved ? cgroups : this.#cgroups)
    if (now === null) return machine
    if (!moved) return difference(now, this.#cgroup)
    // What its last cgroup had counted before it came is not known, but not more than has happened anywhere.
    return machine === null ? null : Math.min(now, machine)
  }
}

function killsOnMachine(): number | null {
  return countIn(readProc('/proc/vmstat'))
}

/** Of `memory.events` (v2) or `memory.oom_control` (v1). */
function killsIn(cgroups: string | null): number | null {
  const mounts = readProc('/proc/self/mountinfo')
  if (cgroups === null || mounts === null) return null
  const cgroup = memoryCgroup(parseCgroup(Buffer.from(cgroups, 'latin1')))
  if (cgroup === null) return null
  const [directory] = cgroupDirectories(cgroup, parseMountinfo(Buffer.from(mounts, 'latin1')))
  if (directory === undefined) return null
  return countIn(readProc(`${directory}/${cgroup.version === 2 ? 'memory.events' : 'memory.oom_control'}`))
}

function countIn(text: string | null): number | null {
  const digits = text === null ? undefined : /^oom_kill (\d+)$/m.exec(text)?.[1]
  return digits === undefined ? null : Number(digits)
}

function difference(now: number | null, before: number | null): number | null {
  return now === null || before === null ? null : Math.max(0, now - before)
}
