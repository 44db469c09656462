import type { RawProcess } from '../../model/raw-measurement.ts'
import { failed } from '../../native/libc.ts'
import type { Tracing, Waited } from '../../native/tracing.ts'
import { readProc } from './proc-files.ts'
import type { Member } from './snapshot.ts'
import { TracedProcess } from './traced-process.ts'
import type { TreeWatch } from './tree-watch.ts'

/** PTRACE_O_TRACEFORK, -VFORK, -CLONE, -EXEC and -EXIT: linux/ptrace.h. */
export const TRACE_OPTIONS = 0x02 | 0x04 | 0x08 | 0x10 | 0x40

const EVENT = { FORK: 1, VFORK: 2, CLONE: 3, EXEC: 4, EXIT: 6, STOP: 128 } as const
const SIGTRAP = 5

/**
 * Follows every process and thread of a program through its stops (ptrace(2)), and has each looked at where it ends.
 *
 * Nothing is changed on the way: signals are passed on, a stopped program stays stopped, and nobody waits for anything
 * longer than a look takes.
 */
export class TracedTree {
  readonly #tracing: Tracing
  readonly #live = new Map<number, TracedProcess>()
  readonly #processOf = new Map<number, TracedProcess>()
  /** Seen before their makers told of them; some have ended before that, too. */
  readonly #unannounced = new Set<number>()
  readonly #done: RawProcess[] = []
  /** So many of them had ended when the first process last became another program. */
  #ofLauncher = 0
  readonly root: TracedProcess
  readonly watch: TreeWatch
  /** Called when the first process has ended. */
  onRootEnd: (status: Waited['status']) => void = () => undefined

  constructor(
    tracing: Tracing,
    root: number,
    gateImages: number,
    watch: (members: () => readonly Member[]) => TreeWatch,
  ) {
    this.#tracing = tracing
    this.root = this.#add(new TracedProcess(root, process.pid, 'own', gateImages))
    this.watch = watch(() => this.#members())
  }

  get isEmpty(): boolean {
    return this.#live.size === 0
  }

  get pids(): readonly number[] {
    return [...this.#live.keys()]
  }

  /** Follows one thing that a wait has told; `false` when it is about no process of the tree. */
  follow(waited: Waited): boolean {
    const { tid, status } = waited
    if (status.what === 'exited' || status.what === 'killed') return this.#gone(tid, status)
    if (status.what === 'continued') return this.#processOf.has(tid)
    const process = this.#processOf.get(tid) ?? this.#discover(tid)
    if (status.event === EVENT.STOP && status.signal !== SIGTRAP) {
      this.#tracing.listen(tid)
      return true
    }
    const from = performance.now()
    if (status.event === EVENT.EXEC) this.#becameAnother(process, waited)
    else if (status.event === EVENT.EXIT) this.#ending(process, tid)
    else if (status.event > 0 && status.event <= EVENT.CLONE) this.#born(process, tid, status.event)
    this.heldMs += performance.now() - from
    this.#tracing.resume(tid, status.event === 0 ? status.signal : 0)
    return true
  }

  /** Milliseconds that threads were held for what we did. */
  heldMs = 0

  /** All processes, those that go on too. */
  report(): readonly RawProcess[] {
    for (const process of this.#live.values()) process.look(process.task)
    const outliving = Array.from(this.#live.values(), (each) => each.report(this.watch.peakRssOf(each.pid), true))
    return [...this.#done, ...outliving].map((each, index) => ({ ...each, ofLauncher: index < this.#ofLauncher }))
  }

  #add(process: TracedProcess): TracedProcess {
    this.#live.set(process.pid, process)
    this.#processOf.set(process.pid, process)
    return process
  }

  /** Those with memory of their own; the gate is none of the program's. */
  #members(): readonly Member[] {
    const copied = new Set<number>()
    for (const { parent, isCopy } of this.#live.values()) if (isCopy) copied.add(parent)
    const members: Member[] = []
    for (const { pid, task, memory, isGate, isCopy } of this.#live.values()) {
      if (memory === 'own' && !isGate) members.push({ pid, task, unrelated: !isCopy && !copied.has(pid) })
    }
    return members
  }

  /** A thread that stops before its maker has told of it. */
  #discover(tid: number): TracedProcess {
    this.#unannounced.add(tid)
    const { pid, parent } = identityOf(tid)
    const known = this.#live.get(pid)
    if (known === undefined) return this.#add(new TracedProcess(tid, parent, 'unknown'))
    this.#addThread(known, tid)
    return known
  }

  #addThread(process: TracedProcess, tid: number): void {
    process.threads.add(tid)
    this.#processOf.set(tid, process)
  }

  #born(maker: TracedProcess, tid: number, event: number): void {
    const child = this.#tracing.eventMessage(tid)
    if (failed(child)) return
    const memory = event === EVENT.VFORK ? 'shared' : 'own'
    if (this.#unannounced.delete(child)) {
      const known = this.#processOf.get(child)
      if (known?.memory === 'unknown') known.memory = memory
      return
    }
    const { pid, tracer } = identityOf(child)
    // When a thread becomes another program it wakes the others, whose message is then that of their end: 0, mostly.
    if (tracer !== process.pid) return
    if (event === EVENT.CLONE && pid === maker.pid) this.#addThread(maker, child)
    else this.#add(new TracedProcess(child, maker.pid, memory))
  }

  #becameAnother(process: TracedProcess, { maxRss }: Waited): void {
    for (const tid of process.threads) if (tid !== process.pid) this.#processOf.delete(tid)
    process.becameAnother(maxRss)
    if (process === this.root) this.#ofLauncher = this.#done.length
    this.watch.startAnew(process.pid)
  }

  /** Its memory is still there. Its first thread is looked at too: it may be the only one that is held at its end. */
  #ending(process: TracedProcess, tid: number): void {
    const others = process.threads.size - (process.threads.has(tid) ? 1 : 0)
    if (!process.isGate && (others === 0 || tid === process.pid)) {
      if (process.memory === 'unknown') process.memory = 'own'
      if (process.memory === 'own') this.watch.atEnd({ pid: process.pid, task: tid, unrelated: !process.isCopy })
      process.lookAtEnd(tid)
    }
    process.threads.delete(tid)
  }

  #gone(tid: number, status: Waited['status']): boolean {
    const process = this.#processOf.get(tid)
    if (process === undefined) return false
    this.#processOf.delete(tid)
    process.threads.delete(tid)
    if (tid !== process.pid) return true
    this.#live.delete(tid)
    this.watch.ended(tid)
    this.#done.push(process.report(this.watch.peakRssOf(tid), false))
    this.watch.startAnew(tid)
    if (process === this.root) this.onRootEnd(status)
    return true
  }
}

function identityOf(tid: number): { readonly pid: number; readonly parent: number; readonly tracer: number } {
  const text = readProc(`/proc/${tid}/status`) ?? ''
  const field = (key: string, otherwise: number): number =>
    Number(new RegExp(`^${key}:\\t(\\d+)$`, 'm').exec(text)?.[1] ?? otherwise)
  return { pid: field('Tgid', tid), parent: field('PPid', 0), tracer: field('TracerPid', 0) }
}
