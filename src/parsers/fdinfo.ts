import { fieldsOf, lines, safeCount } from './lines.ts'
import { ParseError } from './parse-error.ts'

/** What every kind of open file tells in `/proc/PID/fdinfo/FD`. */
export interface FdInfo {
  /** Flags of open(2), as numbers of this architecture. */
  readonly flags: number
  /** The mount that it was opened on, as in mountinfo; `null` before Linux 3.15. */
  readonly mountId: number | null
}

const FILE = 'fdinfo'
/** The two low bits of the flags, on every architecture: O_RDONLY is 0. */
const ACCESS_MODE = 3

/** Parses `/proc/PID/fdinfo/FD`: fs/proc/fd.c seq_show, proc_pid_fdinfo(5). What follows differs by kind of file. */
export function parseFdInfo(bytes: Uint8Array): FdInfo {
  // Kinds of file repeat lines of their own ("tfd:" of epoll), so the common ones are taken from the head alone.
  const head = lines(FILE, bytes)
  const fields = fieldsOf(FILE, takeUntil(head, 3))
  const flags = /^\t(0[0-7]{1,11})$/.exec(fields.get('flags')?.value ?? '')?.[1]
  if (flags === undefined) throw new ParseError(FILE, 2, 'flags in octal', fields.get('flags')?.value)
  const mount = fields.get('mnt_id')?.value.trim()
  return { flags: Number.parseInt(flags, 8), mountId: mount === undefined ? null : safeCount(mount) }
}

/** Whether the file was opened for writing. */
export function opensForWriting(info: FdInfo): boolean {
  return (info.flags & ACCESS_MODE) !== 0
}

function* takeUntil<Value>(values: Iterable<Value>, count: number): Generator<Value, void, undefined> {
  let taken = 0
  for (const value of values) {
    if (taken++ === count) return
    yield value
  }
}
