import { Buffer } from 'node:buffer'
import type { FaultSample, TraceEvent, TraceEventBase } from '../model/fault-trace.ts'
import { SampleParser } from './perf-script-sample.ts'
import { parseSide } from './perf-script-side.ts'

const LINE_FEED = 0x0a
const TAB = 0x09
/** No line that perf prints is longer: a path has at most 4096 bytes, and a symbol is cut at some ten thousand. */
const LONGEST_LINE = 1 << 16
/** A task's name has at most 15 bytes (TASK_COMM_LEN). */
const LONGEST_COMM = 15
/** `pid/tid  time: `, or `tid  time: `. */
const HEADER = /(?:^|\s)(-?\d+)(?:\/(-?\d+))?\s+(\d+\.\d+): /g
/** Where a header can end at the latest: the name, two numbers, a time, and their padding. */
const HEADER_WITHIN = 120

/**
 * Parses the text of `perf script` as it comes: any pieces in, one event at a time out. Nothing of the text is kept.
 *
 * The recording is that of `perf record -c 1 -d -e minor-faults -e major-faults` (tracepoints and stacks optional),
 * printed with `--show-mmap-events --show-task-events --show-lost-events
 * -F comm,pid,tid,time,event,addr,ip,sym,symoff,dso,period`, by perf 5.10 to 7.2; fields may be missing.
 *
 * perf prints names of tasks and files as they are. A line feed in one cuts its line in two, so a line that is none of
 * perf's is not an error: it is left out and counted in `unparsed`. A program that means to deceive can print such
 * names; it then deceives about its own faults alone.
 */
export class PerfScriptParser {
  readonly #emit: (event: TraceEvent) => void
  readonly #samples = new SampleParser()
  /** Begin of a line whose end has not come yet. */
  #rest: Buffer = Buffer.alloc(0)
  /** A sample whose stack may follow. */
  #open: FaultSample | null = null
  #unparsed = 0

  constructor(emit: (event: TraceEvent) => void) {
    this.#emit = emit
  }

  /** Lines that were none of perf's. */
  get unparsed(): number {
    return this.#unparsed
  }

  write(piece: Uint8Array): void {
    const bytes = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength)
    let from = 0
    for (let end = bytes.indexOf(LINE_FEED); end !== -1; end = bytes.indexOf(LINE_FEED, from)) {
      // Cut from the bytes line by line: a slice of one large string would keep all of it alive in every name.
      const line = bytes.toString('latin1', from, end)
      this.#line(this.#rest.length === 0 ? line : this.#takeRest() + line)
      from = end + 1
    }
    if (from < bytes.length) this.#keep(bytes.subarray(from))
  }

  /** To be called when perf has ended. A line without its end was cut, and is left out. */
  end(): void {
    if (this.#rest.length > 0) this.#unparsed++
    this.#rest = Buffer.alloc(0)
    this.#close()
  }

  #keep(bytes: Buffer): void {
    if (this.#rest.length < LONGEST_LINE) this.#rest = Buffer.concat([this.#rest, bytes])
  }

  #takeRest(): string {
    const text = this.#rest.toString('latin1')
    this.#rest = Buffer.alloc(0)
    return text
  }

  #line(text: string): void {
    if (this.#open !== null && text.charCodeAt(0) === TAB) {
      this.#frame(text)
      return
    }
    this.#close()
    const header = text === '' ? null : headerOf(text)
    if (header === null) this.#unparsed += text === '' ? 0 : 1
    else if (header.rest.startsWith('PERF_RECORD_')) this.#side(header.base, header.rest)
    else this.#sample(header.base, header.rest)
  }

  #side(base: TraceEventBase, rest: string): void {
    const event = parseSide(base, rest)
    if (event === 'unparsed') this.#unparsed++
    else if (event !== 'ignored') this.#emit(event)
  }

  #sample(base: TraceEventBase, rest: string): void {
    const sample = this.#samples.parse(base, rest)
    if (sample === null) this.#unparsed++
    else this.#open = sample
  }

  #frame(text: string): void {
    const site = this.#samples.frame(text)
    const open = this.#open
    if (site === null || open === null) this.#unparsed++
    else this.#open = { ...open, site: open.stack.length === 0 ? site : open.site, stack: [...open.stack, site] }
  }

  #close(): void {
    if (this.#open === null) return
    this.#emit(this.#open)
    this.#open = null
  }
}

interface Header {
  readonly base: TraceEventBase
  readonly rest: string
}

/**
 * Splits a line behind its time.
 *
 * A task may be called `a 1/2 3.4:`, which looks like the end of a header. No name is longer than 15 bytes, and a
 * header with its name is: so the last place that leaves a possible name in front is the right one.
 */
function headerOf(text: string): Header | null {
  let found: Header | null = null
  HEADER.lastIndex = 0
  for (let match = HEADER.exec(text); match !== null; match = HEADER.exec(text)) {
    const comm = text.slice(0, match.index).trim()
    if (comm.length > LONGEST_COMM || match.index > HEADER_WITHIN) break
    const [whole, first = '', second, time = ''] = match
    const tid = Number(second ?? first)
    const base = { comm, pid: Number(first), tid, time: Number(time) }
    found = { base, rest: text.slice(match.index + whole.length).trimStart() }
    // The next header may begin with the very space that ended this one.
    HEADER.lastIndex = match.index + whole.length - 1
  }
  return found
}
