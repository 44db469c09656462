import type { FaultSample, TraceEvent } from '../model/fault-trace.ts'
import { LinePieces } from './line-pieces.ts'
import { type Header, hasWholeComm, headerOf, KnownComms, withCommFrom } from './perf-script-header.ts'
import { SampleParser } from './perf-script-sample.ts'
import { isOpenEnded, parseSide } from './perf-script-side.ts'

const TAB = 0x09
/** Line feeds that a name may have: a path has at most so many bytes. */
const MOST_LINES = 4096

/** What stands on one line of perf's, and on the lines after it when a name holds line feeds. */
type Unit =
  | { readonly type: 'record'; readonly header: Header; readonly sample: FaultSample | null }
  | { readonly type: 'frame'; readonly text: string }
  /** A line of perf's that is not understood. */
  | { readonly type: 'unread' }

/**
 * Parses the text of `perf script` as it comes: any pieces in, one event at a time out. Nothing of the text is kept.
 *
 * The recording is that of `perf record -c 1 -d -e minor-faults -e major-faults` (tracepoints, page sizes and stacks
 * optional), printed with `--show-mmap-events --show-task-events --show-lost-events
 * -F comm,pid,tid,time,event,addr,ip,sym,symoff,dso,period`, by perf 5.10 to 7.2; fields may be missing.
 *
 * perf prints names of tasks and files byte by byte, line feeds too. Lines that begin like none of perf's are put to the
 * record whose name they belong to; what is left over is counted in `unparsed`. A program that means to deceive can
 * print a name that is a line of perf's; it then deceives about its own faults alone.
 */
export class PerfScriptParser {
  readonly #emit: (event: TraceEvent) => void
  readonly #samples = new SampleParser()
  readonly #comms = new KnownComms()
  readonly #pieces = new LinePieces((text) => this.#line(text))
  /** The last line that is known to be perf's, and what followed it. */
  #unit: Unit | null = null
  #more: string[] = []
  /** A sample whose stack may follow. */
  #open: FaultSample | null = null
  /** Whether names of tasks are padded; `null` before the first line, which is perf's own. */
  #padded: boolean | null = null
  #unparsed = 0

  constructor(emit: (event: TraceEvent) => void) {
    this.#emit = emit
  }

  /** Lines that were none of perf's, or that could not be read. */
  get unparsed(): number {
    return this.#unparsed
  }

  write(piece: Uint8Array): void {
    this.#pieces.write(piece)
  }

  /** To be called when perf has ended. A line without its end was cut, and is left out. */
  end(): void {
    if (this.#pieces.isCut) this.#unparsed++
    this.#finish(this.#more)
    this.#close()
  }

  #line(text: string): void {
    const first = text.charCodeAt(0)
    if (first === TAB && this.#mayHaveFrames() && this.#samples.frame(text) !== null) {
      this.#begin({ type: 'frame', text }, this.#more)
      return
    }
    const header = first === TAB ? null : headerOf(text)
    if (header !== null && this.#record(header)) return
    if (!this.#endsStack(text)) this.#add(text)
  }

  /** Begins a record; not when the line is but part of a name that looks like one. */
  #record(header: Header): boolean {
    const sample = isSide(header) ? null : this.#samples.parse(header.base, header.rest)
    const isRead = isSide(header) || sample !== null
    if (!isRead && !this.#isPerfs(header)) return false
    this.#padded ??= header.text.startsWith(' ')
    const own = this.#commLines(header)
    const from = this.#more.length - own
    const { base } = own === 0 ? header : (withCommFrom(this.#more.slice(from), header, this.#padded) ?? header)
    const unit: Unit = {
      type: 'record',
      header: own === 0 ? header : { ...header, base },
      sample: sample === null || own === 0 ? sample : { ...sample, comm: base.comm },
    }
    this.#begin(unit, this.#more.slice(0, from))
    this.#close()
    return true
  }

  /** Whether perf printed a line that cannot be read: the padding tells, or that it names an event. */
  #isPerfs(header: Header): boolean {
    return this.#padded === true ? hasWholeComm(header) : this.#samples.namesEvent(header.rest)
  }

  /** How many of the lines before a header begin its task's name. */
  #commLines(header: Header): number {
    const padded = this.#padded === true
    if (padded && hasWholeComm(header)) return 0
    for (let own = 1; own <= this.#more.length; own++) {
      const from = this.#more.length - own
      const whole = withCommFrom(this.#more.slice(from), header, padded)
      if (whole === null) continue
      if (padded || this.#comms.confirms(whole) || !this.#wants(this.#more.slice(0, from))) return own
    }
    return 0
  }

  /** Whether what came last may still go on, after those lines. */
  #wants(lines: readonly string[]): boolean {
    const unit = this.#unit
    if (unit === null || unit.type === 'unread') return false
    if (unit.type === 'frame') return !isWhole(textOf(unit.text, lines))
    const rest = textOf(unit.header.rest, lines)
    return rest.startsWith('PERF_RECORD_') ? isOpenEnded(rest) : !isWhole(rest)
  }

  /** A line that ends a sample: an empty one below its stack, or the size of its page there. */
  #endsStack(text: string): boolean {
    if (this.#padded === true || !this.#mayHaveFrames() || this.#wants(this.#more)) return false
    const size = this.#samples.pageSize(text)
    if (text !== '' && size === null) return false
    this.#finish(this.#more)
    if (this.#open !== null && size !== null) this.#open = { ...this.#open, pageSize: size.bytes }
    this.#close()
    return true
  }

  #mayHaveFrames(): boolean {
    return this.#unit?.type === 'frame' || (this.#unit?.type === 'record' && !isSide(this.#unit.header))
  }

  #add(text: string): void {
    this.#more.push(text)
    if (this.#more.length > MOST_LINES) this.#begin({ type: 'unread' }, this.#more)
  }

  #begin(unit: Unit, lines: readonly string[]): void {
    this.#finish(lines)
    this.#unit = unit
  }

  /** Reads the last unit with the lines that belong to it, or without them where they make no sense. */
  #finish(lines: readonly string[]): void {
    const unit = this.#unit
    this.#unit = null
    this.#more = []
    if (unit === null || unit.type === 'unread') this.#unparsed += lines.length
    else if (lines.length > 0 && this.#read(unit, lines)) return
    else {
      this.#unparsed += lines.length
      if (!this.#read(unit, [])) this.#unparsed++
    }
  }

  #read(unit: Exclude<Unit, { type: 'unread' }>, lines: readonly string[]): boolean {
    const text = textOf(unit.type === 'frame' ? unit.text : unit.header.rest, lines)
    if (unit.type === 'frame') return (lines.length === 0 || isWhole(text)) && this.#frame(text)
    const { header, sample } = unit
    if (isSide(header)) return this.#side(header, text)
    this.#open = lines.length === 0 ? sample : isWhole(text) ? this.#samples.parse(header.base, text) : null
    return this.#open !== null
  }

  #side({ base }: Header, text: string): boolean {
    const event = parseSide(base, text)
    if (event === 'unparsed') return false
    if (event === 'ignored') return true
    this.#comms.learn(event)
    this.#emit(event)
    return true
  }

  #frame(text: string): boolean {
    const site = this.#samples.frame(text)
    const open = this.#open
    if (site === null || open === null) return false
    // An address of 0 is where perf could not go on.
    if (site === 'nowhere') return true
    this.#open = { ...open, site: open.stack.length === 0 ? site : open.site, stack: [...open.stack, site] }
    return true
  }

  #close(): void {
    if (this.#open === null) return
    this.#emit(this.#open)
    this.#open = null
  }
}

function isSide({ rest }: Header): boolean {
  return rest.startsWith('PERF_RECORD_')
}

/** Samples and frames end with a file in parentheses, and the size of the page behind it, or have no file at all. */
function isWhole(text: string): boolean {
  return /\)(?: \S+)?$/.test(text) || !text.includes('(')
}

function textOf(text: string, lines: readonly string[]): string {
  return lines.length === 0 ? text : [text, ...lines].join('\n')
}
