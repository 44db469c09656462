import { onlyLine } from './lines.ts'
import { ParseError } from './parse-error.ts'

const FILE = 'syscall'

/**
 * The stack pointer of a thread that waits, from `/proc/PID/task/TID/syscall` (fs/proc/base.c proc_pid_syscall,
 * proc_pid_syscall(5)); `null` of one that runs.
 */
export function parseStackPointer(bytes: Uint8Array): number | null {
  const line = onlyLine(FILE, bytes)
  if (line === 'running') return null
  const parts = line.split(' ')
  const pointer = parts.at(-2) ?? ''
  // −1 and no arguments outside of a system call; else its number and six.
  if (!(parts.length === 3 || parts.length === 9) || !/^0x[0-9a-f]{1,16}$/.test(pointer)) {
    throw new ParseError(FILE, 1, 'a call, its stack pointer and its place', line)
  }
  return Number.parseInt(pointer, 16)
}
