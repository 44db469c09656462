import { onlyLine, safeCount } from './lines.ts'
import { ParseError } from './parse-error.ts'

/**
 * `/proc/PID/statm` in pages of the base page size: fs/proc/array.c proc_pid_statm, proc_pid_statm(5).
 *
 * All zero for a process without an address space (kernel thread, zombie, a group whose leader has exited).
 */
export interface StatmPages {
  /** Address space; VmSize of `status`. */
  readonly size: number
  /** VmRSS. */
  readonly resident: number
  /** RssFile + RssShmem. */
  readonly shared: number
  /** Code of the main program; VmExe. */
  readonly text: number
  /** VmData + VmStk. */
  readonly data: number
}

type Seven = readonly [number, number, number, number, number, number, number]

/** Parses `/proc/PID/statm`. The fields lib and dt are 0 since Linux 2.6 and are dropped. */
export function parseStatm(bytes: Uint8Array): StatmPages {
  const line = onlyLine('statm', bytes)
  const counts = line.split(' ').map(safeCount)
  if (!isSeven(counts)) throw new ParseError('statm', 1, 'seven page counts', line)
  const [size, resident, shared, text, , data] = counts
  return { size, resident, shared, text, data }
}

function isSeven(counts: readonly (number | null)[]): counts is Seven {
  return counts.length === 7 && !counts.includes(null)
}
