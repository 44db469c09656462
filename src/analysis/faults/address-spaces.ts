import type { Address } from '../../model/address.ts'
import { hexJson } from '../../model/address.ts'
import type { FaultMapping } from '../../model/fault-attribution.ts'
import type { CommEvent, ExitEvent, ForkEvent, MmapEvent, TraceEventBase } from '../../model/fault-trace.ts'
import { newProgram, type Program } from './programs.ts'
import { Space, type TracedMapping } from './space.ts'

/** Who does something: the process, and what its thread is called. */
type Task = Pick<TraceEventBase, 'pid' | 'comm'>

/** The kernel lets a stack grow down to its limit, usually 8 MiB; who raised it seldom goes beyond this. */
const STACK_REACH = 1 << 30
/** Ended processes are kept for a while, because their last samples may come late. */
const MOST_ENDED = 256
const STACK = '[stack]'
const HEAP = '[heap]'

/**
 * Replays what perf recorded of address spaces, in the order of time: which mapping an address belonged to when it
 * faulted. There is no record of munmap(2): the newest mapping wins, and memory once unmapped keeps its last owner.
 */
export class AddressSpaces {
  readonly #spaces = new Map<number, Space>()
  readonly #ended: number[] = []
  #lastActive: number | null = null
  #ids = 0
  #programs = 0
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

  /** A mapping appeared, or grew; `now` is how many faults there were so far. */
  mmap(event: MmapEvent, now: number): void {
    const space = this.#space(event)
    if (event.name === STACK && space.stack !== null && !overlaps(space.stack, event)) this.#clear(space, event)
    const before = space.find(event.start) ?? space.find(event.end - 1)
    const mapping =
      before !== null && isGrowth(before, event)
        ? before
        : this.#create(event, space.program, before !== null && holdsSame(before, event) ? before.since : now)
    mapping.start = event.start
    mapping.end = Math.max(event.end, mapping.name === HEAP ? mapping.end : 0)
    mapping.name = event.name
    if (event.name === STACK) space.stack = mapping
    space.put({ start: event.start, end: event.end, mapping })
  }

  /** A child gets what its parent has; a thread shares it. */
  fork(event: ForkEvent): void {
    if (event.pid === event.parentPid) return
    this.#inherit(event, event.parentPid)
  }

  /** A new program begins with nothing mapped. */
  comm(event: CommEvent): void {
    if (event.exec) this.#spaces.set(event.pid, new Space(this.#program(event.pid, event.name)))
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
  find(task: Task, page: Address): { readonly mapping: TracedMapping | null; readonly program: Program } {
    const space = this.#space(task)
    return { mapping: this.#find(space, task.pid, page), program: space.program }
  }

  #find(space: Space, pid: number, page: Address): TracedMapping | null {
    const found = space.find(page) ?? stackBelow(space, page)
    return found === null || found.pid === pid ? found : this.#own(space, found, pid)
  }

  #create({ pid, start, end, perms, name, file }: MmapEvent, program: Program, since: number): TracedMapping {
    this.#mapped++
    if (isAnonymous(name, file)) program.anonymousMappings++
    return { id: this.#ids++, pid, start, end, perms, name, file, program, since }
  }

  #program(pid: number, comm: string): Program {
    return newProgram(this.#programs++, pid, comm)
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
  meet({ pid, comm }: Task): number | null {
    const parent = this.#spaces.has(pid) ? null : this.#lastActive
    if (parent !== null) this.#inherit({ pid, comm }, parent)
    this.#lastActive = pid
    return parent
  }

  #space(task: Task): Space {
    return this.#spaces.get(task.pid) ?? this.#inherit(task, null)
  }

  #inherit({ pid, comm }: Task, parent: number | null): Space {
    const from = parent === null ? undefined : this.#spaces.get(parent)
    const program = from?.program ?? this.#program(pid, comm)
    const space = new Space(program, [...(from?.ranges ?? [])], from?.stack ?? null)
    this.#spaces.set(pid, space)
    if (parent !== null) {
      this.#forks++
      program.forks++
    }
    return space
  }

  #clear(space: Space, { pid, comm }: Task): void {
    space.program = this.#program(pid, comm)
    space.ranges = []
    space.stack = null
    space.inherited.clear()
  }
}

function overlaps(mapping: TracedMapping, event: MmapEvent): boolean {
  return mapping.start < event.end && event.start < mapping.end
}

/** The kernel merged new anonymous memory with its neighbour, or a stack grew, or a heap grew or shrank. */
function isGrowth(mapping: TracedMapping, event: MmapEvent): boolean {
  const same = mapping.pid === event.pid && isSameName(mapping, event) && mapping.perms === event.perms
  if (!same || !isAnonymous(event.name, event.file) || event.start > mapping.start) return false
  return mapping.end <= event.end || (event.name === HEAP && mapping.start === event.start)
}

/** Whether what is mapped anew is what was there before: anonymous memory, or the same file. */
function holdsSame(before: TracedMapping, { name, file }: MmapEvent): boolean {
  if (isAnonymous(before.name, before.file)) return isAnonymous(name, file)
  return before.name === name && before.file === file
}

/** A heap is not called so when it first appears: mm->brk is set after perf is told (mm/mmap.c do_brk_flags). */
function isSameName(mapping: TracedMapping, event: MmapEvent): boolean {
  return mapping.name === event.name || (mapping.name === '' && event.name === HEAP && mapping.start === event.start)
}

function isAnonymous(name: string, file: string | null): boolean {
  return file === null && (name === '' || name.startsWith('['))
}

function stackBelow(space: Space, page: Address): TracedMapping | null {
  const { stack } = space
  if (stack === null || page >= stack.start || page < stack.start - STACK_REACH) return null
  const next = space.ranges[space.at(page)]
  return next?.mapping.name === STACK ? stack : null
}

/** The mapping as reports show it. */
export function reportedMapping(mapping: TracedMapping): FaultMapping {
  const { pid, start, end, perms, name, program } = mapping
  return { pid, comm: program.comm, start: hexJson(start), end: hexJson(end), size: end - start, perms, name }
}
