import { exactInteger, lines } from './lines.ts'
import { ParseError } from './parse-error.ts'

/** How long tasks waited for a resource; shares are per cent of wall time. */
export interface Stall {
  readonly avg10: number
  readonly avg60: number
  readonly avg300: number
  /** Microseconds in all, since boot or since the cgroup was made. */
  readonly total: number
}

/** Pressure stall information (Linux 4.20, psi(7)). */
export interface Pressure {
  /** At least one task waited; `null` where the kernel has no such line (`irq`). */
  readonly some: Stall | null
  /** All tasks that could run waited: no work was done. `null` for `cpu` before Linux 5.13. */
  readonly full: Stall | null
}

const LINE =
  /^(some|full) avg10=([0-9]+\.[0-9]{2}) avg60=([0-9]+\.[0-9]{2}) avg300=([0-9]+\.[0-9]{2}) total=([0-9]{1,20})$/

/**
 * Parses `/proc/pressure/*` or a cgroup's `*.pressure`: kernel/sched/psi.c psi_show.
 *
 * @param file Names the file in errors.
 */
export function parsePressure(bytes: Uint8Array, file = 'pressure'): Pressure {
  const stalls = new Map<string, Stall>()
  for (const { number, text } of lines(file, bytes)) {
    const [, kind, avg10, avg60, avg300, total] = LINE.exec(text) ?? []
    const microseconds = exactInteger(total ?? '')
    if (kind === undefined || microseconds === null || stalls.has(kind)) {
      throw new ParseError(file, number, 'some or full, three averages and a total', text)
    }
    stalls.set(kind, { avg10: Number(avg10), avg60: Number(avg60), avg300: Number(avg300), total: microseconds })
  }
  if (stalls.size === 0) throw new ParseError(file, 0, 'a line "some" or "full"')
  return { some: stalls.get('some') ?? null, full: stalls.get('full') ?? null }
}
