import { readFileSync } from 'node:fs'
import { type ProcStat, parseStat } from '../parsers/stat.ts'

/** Faults and CPU time by the kernel's accounting, which nobody needs a right for. */
export interface KernelCounters {
  readonly minor: number
  readonly major: number
  /** Ticks, AT_CLKTCK a second. */
  readonly userTicks: number
  readonly systemTicks: number
}

/** `/proc/PID/stat`; `null` when there is no such process. */
export function readStat(pid: number | 'self'): ProcStat | null {
  try {
    return parseStat(readFileSync(`/proc/${pid}/stat`))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).syscall !== undefined) return null
    throw error
  }
}

/**
 * Counts one child from when it is let go to when it is reaped.
 *
 * When the kernel reaps a child it adds the child's faults, and those of all descendants that were waited for, to its
 * parent (kernel/exit.c wait_task_zombie): fields 11 and 13 of our own stat. What the child, and what it had waited for,
 * took before the program began is taken off; nothing else may be reaped in between.
 */
export class ReapedCounter {
  readonly #before: ProcStat | null
  readonly #prelude: ProcStat | null

  constructor(pid: number) {
    this.#before = readStat('self')
    this.#prelude = readStat(pid)
  }

  /** To be called when the child was just reaped; `null` where /proc cannot be read. */
  read(): KernelCounters | null {
    const after = readStat('self')
    const before = this.#before
    const prelude = this.#prelude
    if (after === null || before === null || prelude === null) return null
    const since = (all: number, then: number, own: number): number => Math.max(0, all - then - own)
    return {
      minor: since(after.cminflt, before.cminflt, prelude.minflt + prelude.cminflt),
      major: since(after.cmajflt, before.cmajflt, prelude.majflt + prelude.cmajflt),
      userTicks: since(after.cutime, before.cutime, prelude.utime + prelude.cutime),
      systemTicks: since(after.cstime, before.cstime, prelude.stime + prelude.cstime),
    }
  }
}
