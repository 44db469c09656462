import { lines, safeCount } from './lines.ts'
import { ParseError } from './parse-error.ts'

const FILE = 'io'

/** `/proc/PID/io` (fs/proc/base.c do_io_accounting, proc_pid_io(5)); bytes, of live and dead threads. `null` is not printed. */
export interface ProcIo {
  /** Given to write(2) and its like, whatever became of it. */
  readonly wchar: number | null
  /** Made dirty in the page cache, and written past it: mm/page-writeback.c folio_account_dirtied. */
  readonly writeBytes: number | null
}

/** Parses `/proc/PID/io`; without task accounting (CONFIG_TASK_IO_ACCOUNTING) the kernel prints fewer lines. */
export function parseIo(bytes: Uint8Array): ProcIo {
  const counters = new Map<string, number>()
  for (const { number, text } of lines(FILE, bytes)) {
    const [, name, digits] = /^([a-z_]+): ([0-9]+)$/.exec(text) ?? []
    const value = safeCount(digits ?? '')
    if (name === undefined || value === null) throw new ParseError(FILE, number, 'a name and a count', text)
    counters.set(name, value)
  }
  if (counters.size === 0) throw new ParseError(FILE, 0, 'at least one counter')
  return { wchar: counters.get('wchar') ?? null, writeBytes: counters.get('write_bytes') ?? null }
}
