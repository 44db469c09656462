import type { CommEvent, ExitEvent, ForkEvent, LostEvent, MmapEvent, TraceEventBase } from '../model/fault-trace.ts'

/** A record that is no sample: what became of address spaces and tasks. */
export type SideEvent = MmapEvent | CommEvent | ForkEvent | ExitEvent | LostEvent

/**
 * `PERF_RECORD_MMAP2 10072/10072: [0x7fba49600000(0x3e8000) @ 0 fe:00 2146513 1237903889]: r--s /srv/data.bin`; 7.2
 * prints `<build-id>` for device, inode and generation; the older PERF_RECORD_MMAP has none of them.
 */
const MMAP =
  /^PERF_RECORD_MMAP2? (-?\d+)\/(-?\d+): \[0x([0-9a-f]+)\(0x([0-9a-f]+)\) @ (?:0x)?([0-9a-f]+)(?: (?:([0-9a-f]+:[0-9a-f]+ \d+) \d+|<[0-9a-f]*>))?\]: (\S+) (.*)$/s
const COMM = /^PERF_RECORD_COMM( exec)?: (.*):(-?\d+)\/(-?\d+)$/s
const TASK = /^PERF_RECORD_(FORK|EXIT)\((-?\d+):(-?\d+)\):\((-?\d+):(-?\d+)\)$/
const LOST = /^PERF_RECORD_LOST(?:_SAMPLES)?:? lost (\d+)$/
/** How perf calls anonymous memory in an MMAP record. */
const ANONYMOUS = '//anon'
const NO_FILE = '00:00 0'

/** Whether a record may go on in the next line: a file's name ends with the line, a task's with its numbers. */
export function isOpenEnded(text: string): boolean {
  return text.startsWith('PERF_RECORD_MMAP') || (text.startsWith('PERF_RECORD_COMM') && !COMM.test(text))
}

/** Reads a `PERF_RECORD_…`; those that say nothing of memory are `ignored`. */
export function parseSide(base: TraceEventBase, text: string): SideEvent | 'ignored' | 'unparsed' {
  if (text.startsWith('PERF_RECORD_MMAP')) return mmap(base, text)
  if (text.startsWith('PERF_RECORD_COMM')) return comm(base, text)
  if (text.startsWith('PERF_RECORD_FORK') || text.startsWith('PERF_RECORD_EXIT')) return task(base, text)
  if (text.startsWith('PERF_RECORD_LOST')) return lost(base, text)
  return 'ignored'
}

function mmap(base: TraceEventBase, text: string): MmapEvent | 'ignored' | 'unparsed' {
  const match = MMAP.exec(text)
  if (match === null) return 'unparsed'
  const [, pid, tid, start = '', length = '', pgoff = '', file, perms = '', name = ''] = match
  // The kernel's own text, which perf makes up at the beginning of every recording.
  if (Number(pid) < 0) return 'ignored'
  const from = Number(`0x${start}`)
  return {
    ...base,
    pid: Number(pid),
    tid: Number(tid),
    type: 'mmap',
    start: from,
    end: from + Number(`0x${length}`),
    pgoff,
    file: file === undefined || file === NO_FILE ? null : file,
    perms: perms.length === 4 ? perms : null,
    name: name === ANONYMOUS ? '' : name,
  }
}

function comm(base: TraceEventBase, text: string): CommEvent | 'unparsed' {
  const match = COMM.exec(text)
  if (match === null) return 'unparsed'
  const [, exec, name = '', pid, tid] = match
  return { ...base, pid: Number(pid), tid: Number(tid), type: 'comm', exec: exec !== undefined, name }
}

function task(base: TraceEventBase, text: string): ForkEvent | ExitEvent | 'unparsed' {
  const match = TASK.exec(text)
  if (match === null) return 'unparsed'
  const [, what, pid, tid, parentPid, parentTid] = match
  const ids = { pid: Number(pid), tid: Number(tid) }
  if (what === 'EXIT') return { ...base, ...ids, type: 'exit' }
  return { ...base, ...ids, type: 'fork', parentPid: Number(parentPid), parentTid: Number(parentTid) }
}

function lost(base: TraceEventBase, text: string): LostEvent | 'unparsed' {
  const count = LOST.exec(text)?.[1]
  return count === undefined ? 'unparsed' : { ...base, type: 'lost', lost: Number(count) }
}
