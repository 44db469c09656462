import type { Address } from '../../model/address.ts'
import { hexJson } from '../../model/address.ts'
import type { CommEvent, ExitEvent, ForkEvent, MmapEvent } from '../../model/fault-trace.ts'
import type { FaultMapping } from '../../model/faults-report.ts'

/** A mapping as perf saw it appear; anonymous ones and stacks grow while they keep their identity. */
export interface TracedMapping {
  readonly id: number
  readonly pid: number
  start: Address
  end: Address
  readonly perms: string | null
  readonly name: string
  /** `fe:00 2146508`; `null` where the name alone is known. */
  readonly file: string | null
}

/** A stretch of addresses; what is left of a mapping when newer ones were put over it. */
interface Range {
  readonly start: Address
  readonly end: Address
  readonly mapping: TracedMapping
}

/** The kernel lets a stack grow down to its limit, usually 8 MiB; who raised it seldom goes beyond this. */
const STACK_REACH = 1 << 30
/** Ended processes are kept for a while, because their last samples may come late. */
const MOST_ENDED = 256
const STACK = '[stack]'

/** What one process has mapped, by address. */
class Space {
  ranges: Range[]
  stack: TracedMapping | null
  /** This process's own copies of mappings that it inherited. */
  readonly inherited = new Map<TracedMapping, TracedMapping>()

  constructor(ranges: Range[] = [], stack: TracedMapping | null = null) {
    this.ranges = ranges
    this.stack = stack
  }

  /** Index of the first range that ends above the address. */
  at(address: Address): number {
    let low = 0
    let high = this.ranges.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.ranges[middle] as Range).end <= address) low = middle + 1
      else high = middle
    }
    return low
  }

  find(address: Address): TracedMapping | null {
    const range = this.ranges[this.at(address)]
    return range !== undefined && range.start <= address ? range.mapping : null
  }

  /** Puts a range over whatever was there, as mmap(2) does. */
  put(range: Range): void {
    const from = this.at(range.start)
    let to = from
    const left: Range[] = []
    const right: Range[] = []
    for (; to < this.ranges.length; to++) {
      const old = this.ranges[to] as Range
      if (old.start >= range.end) break
      if (old.start < range.start) left.push({ ...old, end: range.start })
      if (old.end > range.end) right.push({ ...old, start: range.end })
    }
    this.ranges.splice(from, to - from, ...left, range, ...right)
  }
}

/**
 * Replays what perf recorded of address spaces, in the order of time: which mapping an address belonged to when it
 * faulted. There is no record of munmap(2): the newest mapping wins, and memory once unmapped keeps its last owner.
 */
export class AddressSpaces {
  readonly #spaces = new Map<number, Space>()
  readonly #ended: number[] = []
  #lastActive: number | null = null
  #ids = 0
  #mapped = 0
  #forks = 0

  /** Mappings that appeared; those that grew are not counted again. */
  get mapped(): number {
    return this.#mapped
  }

  /** Processes that were forked; threads are not counted. */
  get forks(): number {
    return this.#forks
  }

  get processes(): number {
    return this.#spaces.size
  }

  mmap(event: MmapEvent): void {
    const space = this.#space(event.pid)
    if (event.name === STACK && space.stack !== null && !overlaps(space.stack, event)) this.#clear(space)
    const before = space.find(event.start) ?? space.find(event.end - 1)
    const mapping = before !== null && isGrowth(before, event) ? before : this.#create(event)
    mapping.start = event.start
    mapping.end = event.end
    if (event.name === STACK) space.stack = mapping
    space.put({ start: event.start, end: event.end, mapping })
  }

  /** A child gets what its parent has; a thread shares it. */
  fork(event: ForkEvent): void {
    if (event.pid === event.parentPid) return
    this.#forks++
    this.#inherit(event.pid, event.parentPid)
  }

  /** A new program begins with nothing mapped. */
  comm(event: CommEvent): void {
    if (event.exec) this.#spaces.set(event.pid, new Space())
  }

  exit(event: ExitEvent): void {
    if (event.pid !== event.tid) return
    this.#ended.push(event.pid)
    const oldest = this.#ended.length > MOST_ENDED ? this.#ended.shift() : undefined
    if (oldest !== undefined && !this.#ended.includes(oldest)) this.#spaces.delete(oldest)
  }

  /**
   * The mapping of a page. The kernel takes a stack's fault before it tells of the stack's growth, so an address that
   * nothing holds, below a stack and within its reach, is the stack's.
   */
  find(pid: number, page: Address): TracedMapping | null {
    const space = this.#space(pid)
    const found = space.find(page) ?? stackBelow(space, page)
    return found === null || found.pid === pid ? found : this.#own(space, found, pid)
  }

  #create(event: MmapEvent): TracedMapping {
    this.#mapped++
    const { pid, start, end, perms, name, file } = event
    return { id: this.#ids++, pid, start, end, perms, name, file }
  }

  #own(space: Space, found: TracedMapping, pid: number): TracedMapping {
    const known = space.inherited.get(found)
    if (known !== undefined) return known
    const own = { ...found, id: this.#ids++, pid }
    space.inherited.set(found, own)
    return own
  }

  /**
   * perf 6.8 prints no FORK: a process nobody has heard of is taken for a child of the one that was last active, which
   * is returned; `null` for a process that is known, or the first.
   */
  meet(pid: number): number | null {
    const parent = this.#spaces.has(pid) ? null : this.#lastActive
    if (parent !== null) {
      this.#forks++
      this.#inherit(pid, parent)
    }
    this.#lastActive = pid
    return parent
  }

  #space(pid: number): Space {
    return this.#spaces.get(pid) ?? this.#inherit(pid, null)
  }

  #inherit(pid: number, parent: number | null): Space {
    const from = parent === null ? undefined : this.#spaces.get(parent)
    const space = new Space([...(from?.ranges ?? [])], from?.stack ?? null)
    this.#spaces.set(pid, space)
    return space
  }

  #clear(space: Space): void {
    space.ranges = []
    space.stack = null
    space.inherited.clear()
  }
}

function overlaps(mapping: TracedMapping, event: MmapEvent): boolean {
  return mapping.start < event.end && event.start < mapping.end
}

/** The kernel merged new anonymous memory with its neighbour, or a stack grew. */
function isGrowth(mapping: TracedMapping, event: MmapEvent): boolean {
  const same = mapping.pid === event.pid && mapping.name === event.name && mapping.perms === event.perms
  const anonymous = event.file === null && (event.name === '' || event.name.startsWith('['))
  return same && anonymous && event.start <= mapping.start && mapping.end <= event.end
}

function stackBelow(space: Space, page: Address): TracedMapping | null {
  const { stack } = space
  if (stack === null || page >= stack.start || page < stack.start - STACK_REACH) return null
  const next = space.ranges[space.at(page)]
  return next?.mapping.name === STACK ? stack : null
}

/** The mapping as reports show it. */
export function reportedMapping(mapping: TracedMapping): FaultMapping {
  const { pid, start, end, perms, name } = mapping
  return { pid, start: hexJson(start), end: hexJson(end), size: end - start, perms, name }
}
