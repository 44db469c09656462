import type { SplitAddress } from '../model/address.ts'
import type { CodeSite, FaultSample, TraceEventBase } from '../model/fault-trace.ts'
import { type EventName, parseEventName } from './perf-event-name.ts'

/** `1 page-faults:u:  …`: how many, of what; a tracepoint's name has a colon of its own. */
const EVENT = /^(?:(\d+)\s+)?(\S+?):(?:\s+|$)/
/** include/trace/events/exceptions.h. Kernel addresses may be printed as symbols. */
const TRACEPOINT = /^address=0x([0-9a-f]{1,16}) ip=(\S+) error_code=0x([0-9a-f]+)\s+/
const ADDRESS = /^([0-9a-f]{1,16})(?= |$)/
/** Between the name of the data's file and the instruction: `(//anon)     5588b6125218 touch_anon`, 17 columns wide. */
const INSTRUCTION = /\)( {1,16}[0-9a-f]{1,16})(?= |$)/g
const INSTRUCTION_WIDTH = 17
const BARE_INSTRUCTION = /^ +([0-9a-f]{1,16})(?: (.*))?$/s
const FRAME = /^\t\s*([0-9a-f]{1,16}) (.*)$/s
const OFFSET = /^(.*)\+0x([0-9a-f]{1,13})$/s
/** Names of files begin so; a symbol (`operator()(int)`) may have parentheses too, but not these. */
const DSO_START = / \((?=[/[])/
/** Behind all else, where page sizes were recorded: ` 4K`, ` 2M`, ` N/A` (get_page_size_name in tools/perf). */
const PAGE_SIZE = /^ (?:(\d+)([KMGT]?)|N\/A)$/
const UNITS = ['', 'K', 'M', 'G', 'T']
const UNKNOWN = '[unknown]'

const NO_STACK: readonly CodeSite[] = []
const NOWHERE: CodeSite = { symbol: null, offset: null, dso: null }
/** Places in code that are remembered, so that a million samples of one loop are one object. */
const MOST_SITES = 1 << 15
const PAGE_DIGITS = 3

/** Parses what stands behind a line's time when it is a sample. */
export class SampleParser {
  readonly #sites = new Map<string, CodeSite>()
  readonly #events = new Map<string, EventName>()

  /** The sample; `null` when the text is none. */
  parse(base: TraceEventBase, text: string): FaultSample | null {
    const match = EVENT.exec(text)
    if (match === null) return null
    const period = match[1] === undefined ? null : Number(match[1])
    const name = this.#event(match[2] ?? '')
    const { rest, pageSize } = withoutPageSize(text.slice(match[0].length))
    const tracepoint = TRACEPOINT.exec(rest)
    if (tracepoint !== null) return this.#tracepoint(base, name, period, tracepoint, rest)
    const address = ADDRESS.exec(rest)?.[1]
    if (address === undefined) return null
    const { ip, place } = codeIn(rest.slice(address.length))
    return sampleOf(base, name, period, split(address), ip, this.#site(place), null, pageSize)
  }

  /** Whether a text begins with the name of an event, as every sample does. */
  namesEvent(text: string): boolean {
    return EVENT.test(text)
  }

  /**
   * A line of a stack: `\t    7f0845724bf9 _IO_cleanup+0xc9 (/usr/lib/libc.so.6)`; `null` when it is none. `nowhere` is
   * the address 0, of which perf prints up to 127 where a stack without frame pointers cannot be followed.
   */
  frame(text: string): CodeSite | 'nowhere' | null {
    const [, ip, place] = FRAME.exec(text) ?? []
    if (ip === undefined || place === undefined) return null
    return ip === '0' ? 'nowhere' : this.#site(place)
  }

  /** Of a sample with a stack the page's size is on a line of its own; `null` when the line is none. */
  pageSize(text: string): { readonly bytes: number | null } | null {
    return PAGE_SIZE.test(text) ? { bytes: sizeIn(text) } : null
  }

  /** Its own address is the kernel's page-fault handler; the fault's is in the payload. */
  #tracepoint(
    base: TraceEventBase,
    name: EventName,
    period: number | null,
    match: RegExpExecArray,
    text: string,
  ): FaultSample {
    const [whole, address = '', ip = '', code = ''] = match
    const { place } = codeIn(text.slice(whole.length).replace(ADDRESS, ''))
    const at = /^0x[0-9a-f]+$/.test(ip) ? ip.slice(2) : null
    const errorCode = Number.parseInt(code, 16)
    return sampleOf(base, name, period, split(address), at, this.#site(place), errorCode, null)
  }

  #site(place: string): CodeSite {
    if (place === '') return NOWHERE
    const known = this.#sites.get(place)
    if (known !== undefined) return known
    const site = siteOf(place)
    if (this.#sites.size >= MOST_SITES) this.#sites.clear()
    this.#sites.set(place, site)
    return site
  }

  #event(name: string): EventName {
    const known = this.#events.get(name)
    if (known !== undefined) return known
    const parsed = parseEventName(name)
    this.#events.set(name, parsed)
    return parsed
  }
}

/** Written out: of a million objects, each copied from another would cost a second. */
function sampleOf(
  { comm, pid, tid, time }: TraceEventBase,
  { event, modifiers }: EventName,
  period: number | null,
  address: SplitAddress,
  ip: string | null,
  site: CodeSite,
  errorCode: number | null,
  pageSize: number | null,
): FaultSample {
  return {
    type: 'sample',
    comm,
    pid,
    tid,
    time,
    event,
    modifiers,
    period,
    address,
    ip,
    site,
    stack: NO_STACK,
    errorCode,
    pageSize,
  }
}

/** Only behind a file's closing parenthesis: a page's size is printed after everything else. */
function withoutPageSize(text: string): { readonly rest: string; readonly pageSize: number | null } {
  const at = text.lastIndexOf(') ')
  const end = at === -1 ? '' : text.slice(at + 1)
  return PAGE_SIZE.test(end) ? { rest: text.slice(0, at + 1), pageSize: sizeIn(end) } : { rest: text, pageSize: null }
}

function sizeIn(text: string): number | null {
  const [, count, unit = ''] = PAGE_SIZE.exec(text) ?? []
  return count === undefined ? null : Number(count) * 1024 ** UNITS.indexOf(unit)
}

/** Where the instruction and its place stand in `[data symbol] (data file) ip symbol (file)`; the first two or the last two may be missing. */
function codeIn(text: string): { readonly ip: string | null; readonly place: string } {
  INSTRUCTION.lastIndex = 0
  for (let match = INSTRUCTION.exec(text); match !== null; match = INSTRUCTION.exec(text)) {
    const padded = match[1] ?? ''
    // Only a name could hold this by chance, and not in these columns.
    if (padded.length === INSTRUCTION_WIDTH)
      return { ip: padded.trimStart(), place: text.slice(INSTRUCTION.lastIndex + 1) }
  }
  const [, ip = null, place = ''] = BARE_INSTRUCTION.exec(text) ?? []
  return { ip, place }
}

/** `touch_anon+0xf (/usr/bin/multi)`. */
function siteOf(place: string): CodeSite {
  const start = DSO_START.exec(place)?.index ?? place.lastIndexOf(' (')
  const text = start === -1 ? place : place.slice(0, start)
  const dso = start === -1 || !place.endsWith(')') ? null : place.slice(start + 2, -1)
  const [, named, offset] = OFFSET.exec(text) ?? []
  const symbol = named ?? text
  return {
    symbol: symbol === UNKNOWN || symbol === '' ? null : symbol,
    offset: offset === undefined ? null : Number.parseInt(offset, 16),
    dso: dso === UNKNOWN ? null : dso,
  }
}

/** The low three hexadecimal digits are the place in a page of 4 KiB; without them the number is exact in a double. */
function split(address: string): SplitAddress {
  const high = address.slice(0, -PAGE_DIGITS)
  return {
    page: high === '' ? 0 : Number(`0x${high}000`),
    low: Number.parseInt(address.slice(-PAGE_DIGITS), 16),
  }
}
