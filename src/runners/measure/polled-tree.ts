import type { RawProcess, Weight } from '../../model/raw-measurement.ts'
import { readStat } from '../proc-counters.ts'
import { childrenOf } from './descendants.ts'
import { countMaps, readProc, readProcLink } from './proc-files.ts'
import type { Member } from './snapshot.ts'
import { TreeWatch } from './tree-watch.ts'

/** A stop of ptrace(2): where strace holds a process at its end. */
const TRACING_STOP = 't'

interface Seen {
  readonly pid: number
  readonly parent: number
  /** In ticks; who has the same PID and another start is another process. */
  readonly startTime: number
  state: string
  comm: string
  exe: string | null
  mappings: number | null
  /** Held for longer than a stop in passing. */
  heldAtEnd: boolean
  readonly images: string[]
}

/** Follows the processes of a program by looking at /proc again and again; what comes and goes between is not seen. */
export class PolledTree {
  readonly #live = new Map<number, Seen>()
  readonly #done: RawProcess[] = []
  readonly #root: number
  readonly watch: TreeWatch
  /** Of the first process, as printed when it was last seen. */
  cgroups: string | null = null
  /** Whether a stop can be an end. */
  readonly #held: boolean

  /** `held`: its processes are stopped for a while where they end. */
  constructor(root: number, held: boolean, expected: Weight | null) {
    this.#root = root
    this.watch = new TreeWatch(() => this.#members(), expected)
    this.#held = held
  }

  get pids(): readonly number[] {
    return [...this.#live.keys()]
  }

  get isEmpty(): boolean {
    return this.#live.size === 0
  }

  look(): number {
    const from = performance.now()
    this.#meet(this.#root, process.pid)
    if (this.#live.has(this.#root)) this.cgroups = readProc(`/proc/${this.#root}/cgroup`) ?? this.cgroups
    for (const { pid } of [...this.#live.values()]) this.#follow(pid)
    const followed = performance.now() - from
    return followed + this.watch.look()
  }

  report(): readonly RawProcess[] {
    const outliving = Array.from(this.#live.values(), (seen) => this.#describe(seen, true))
    return [...this.#done, ...outliving]
  }

  #members(): readonly Member[] {
    return Array.from(this.#live.values())
      .filter((seen) => !this.#isShared(seen))
      .map(({ pid }) => ({ pid, task: pid, unrelated: false }))
  }

  /** After vfork(2) a child has its parent's memory, and the parent sleeps until that is over. */
  #isShared({ parent, exe }: Seen): boolean {
    const maker = this.#live.get(parent)
    return maker !== undefined && maker.state === 'D' && maker.exe === exe
  }

  #meet(pid: number, parent: number): void {
    if (this.#live.has(pid)) return
    const stat = readStat(pid)
    if (stat === null || stat.state === 'Z' || stat.state === 'X') return
    const { startTime, state, comm } = stat
    const exe = readProcLink(`/proc/${pid}/exe`)
    this.#live.set(pid, { pid, parent, startTime, state, comm, exe, mappings: null, heldAtEnd: false, images: [comm] })
  }

  #follow(pid: number): void {
    const seen = this.#live.get(pid) as Seen
    const stat = readStat(pid)
    if (stat === null || stat.startTime !== seen.startTime || stat.state === 'Z' || stat.state === 'X') {
      this.#live.delete(pid)
      this.#done.push(this.#describe(seen, false))
      this.watch.ended(pid)
      return
    }
    if (stat.comm !== seen.comm) {
      seen.comm = stat.comm
      seen.exe = readProcLink(`/proc/${pid}/exe`)
      seen.images.push(stat.comm)
    }
    if (this.#held && stat.state === TRACING_STOP && seen.state === TRACING_STOP && !seen.heldAtEnd) {
      seen.heldAtEnd = true
      seen.mappings = countMaps(pid)
      this.watch.atEnd({ pid, task: pid, unrelated: false })
    }
    seen.state = stat.state
    for (const child of childrenOf(pid)) {
      if (this.#live.has(child)) continue
      this.#meet(child, pid)
      if (this.#live.has(child)) this.#follow(child)
    }
  }

  #describe({ pid, parent, comm, exe, heldAtEnd, mappings, images }: Seen, outlived: boolean): RawProcess {
    return {
      pid,
      parent,
      root: pid === this.#root,
      ofLauncher: false,
      comm,
      exe,
      peakRss: this.watch.peakRssOf(pid),
      earlierPeakRss: 0,
      seenAtEnd: heldAtEnd,
      outlived,
      mappings,
      minorFaults: null,
      majorFaults: null,
      earlierMinorFaults: null,
      images,
      setId: false,
    }
  }
}
