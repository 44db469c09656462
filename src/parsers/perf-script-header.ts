import type { TraceEvent, TraceEventBase } from '../model/fault-trace.ts'

/** A line of perf's, split behind its time. */
export interface Header {
  readonly base: TraceEventBase
  /** What stands behind the time. */
  readonly rest: string
  /** The whole line. */
  readonly text: string
  /** Where the process's number begins. */
  readonly column: number
}

/** A task's name has at most 15 bytes (TASK_COMM_LEN). */
const LONGEST_COMM = 15
/** perf pads the name to this width, unless the lines have stacks (print_sample_start in tools/perf/builtin-script.c). */
const COMM_WIDTH = 16
/** Between the name and the process: one blank, and what a number of 7 digits leaves of its own width. */
const GAP = /^ {1,7}$/
/** `pid/tid  time: `, or `tid  time: `. */
const HEADER = /(?:^|\s)(-?\d+)(?:\/(-?\d+))?\s+(\d+\.\d+): /g
/** Where a header can end at the latest: the name, two numbers, a time, and their padding. */
const HEADER_WITHIN = 120

/**
 * Splits a line behind its time; `null` when no line of perf's begins so.
 *
 * A task may be called `a 1/2 3.4:`, which looks like the end of a header. No name is longer than 15 bytes, and a
 * header with its name is: so the last place that leaves a possible name in front is the right one.
 */
export function headerOf(text: string): Header | null {
  let found: Header | null = null
  HEADER.lastIndex = 0
  for (let match = HEADER.exec(text); match !== null; match = HEADER.exec(text)) {
    const comm = text.slice(0, match.index).trim()
    if (comm.length > LONGEST_COMM || match.index > HEADER_WITHIN) break
    const [whole, first = '', second, time = ''] = match
    const tid = Number(second ?? first)
    const base = { comm, pid: Number(first), tid, time: Number(time) }
    const rest = text.slice(match.index + whole.length).trimStart()
    found = { base, rest, text, column: text.indexOf(first, match.index) }
    // The next header may begin with the very space that ended this one.
    HEADER.lastIndex = match.index + whole.length - 1
  }
  return found
}

/** Whether a padded line has all of its task's name: one with a line feed begins on the line before. */
export function hasWholeComm({ column }: Header): boolean {
  return column > COMM_WIDTH
}

/**
 * The header of a line whose task's name began on the lines before; `null` when they cannot be the rest of that name.
 * `padded` tells whether perf pads names here, which then settles it.
 */
export function withCommFrom(before: readonly string[], header: Header, padded: boolean): Header | null {
  const head = before.join('\n')
  if (!padded) return joined(head, header, header.text.slice(0, header.column).trimEnd())
  const length = COMM_WIDTH - 1 - head.length
  const fits = length >= 0 && GAP.test(header.text.slice(length, header.column))
  return fits ? joined(head, header, header.text.slice(0, length)) : null
}

function joined(head: string, header: Header, tail: string): Header | null {
  const comm = `${head}\n${tail}`.trim()
  return comm.length > LONGEST_COMM ? null : { ...header, base: { ...header.base, comm } }
}

const NEW_COMM = /^PERF_RECORD_COMM(?: exec)?: (.*)$/s

/** What tasks are called, as far as perf has said; it tells where a name with a line feed begins. */
export class KnownComms {
  readonly #names = new Map<number, string>()

  learn(event: TraceEvent): void {
    if (event.type === 'comm') this.#names.set(event.tid, event.name)
    else if (event.type === 'exit') this.#names.delete(event.tid)
    else if (event.type === 'fork') {
      const inherited = this.#names.get(event.parentTid)
      if (inherited !== undefined) this.#names.set(event.tid, inherited)
    }
  }

  /** Whether a header's name is the one its task is known to have; a record of a new name has it in itself. */
  confirms({ base, rest }: Header): boolean {
    const first = NEW_COMM.exec(rest)?.[1]
    return first === undefined ? this.#names.get(base.tid) === base.comm : base.comm.startsWith(`${first}\n`)
  }
}
