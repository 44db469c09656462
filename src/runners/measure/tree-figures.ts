import type { RawHighs, Weight } from '../../model/raw-measurement.ts'
import { readStatusFigures, type StatusFigures } from './proc-files.ts'
import type { Member } from './snapshot.ts'

/** From so much on, and from such a part of the whole, a second process makes it matter what is shared. */
const SECOND_BYTES = 2 * 1024 * 1024
const SECOND_SHARE = 0.05

const SUMMED = ['pageTables', 'locked', 'swap'] as const

/** What the cheap files say of every process of a tree, and the highest that was ever seen. */
export class TreeFigures {
  readonly #figures = new Map<number, StatusFigures>()
  readonly #peaks = new Map<number, number>()
  #highs: RawHighs = { own: null, pageTables: null, locked: null, swap: null }

  get size(): number {
    return this.#figures.size
  }

  get highs(): RawHighs {
    return this.#highs
  }

  /** What was read last of each process, as it is now. */
  all(): ReadonlyMap<number, StatusFigures> {
    return new Map(this.#figures)
  }

  /** Highest VmHWM of a process since it became the program that it is. */
  peakRssOf(pid: number): number | null {
    return this.#peaks.get(pid) ?? null
  }

  /** Reads one process; `null` when it has no memory any more. */
  read({ pid, task }: Member): StatusFigures | null {
    const figures = readStatusFigures(task)
    if (figures === null) this.#figures.delete(pid)
    else {
      this.#figures.set(pid, figures)
      this.#peaks.set(pid, Math.max(this.#peaks.get(pid) ?? 0, figures.peakRss))
    }
    return figures
  }

  /** Reads all that are given, and knows no others. */
  readAll(members: readonly Member[]): void {
    for (const member of members) this.read(member)
    const present = new Set(members.map(({ pid }) => pid))
    for (const pid of this.#figures.keys()) if (!present.has(pid)) this.#figures.delete(pid)
  }

  forget(pid: number): void {
    this.#figures.delete(pid)
  }

  /** It has become another program, or another process has its PID. */
  startAnew(pid: number): void {
    this.#figures.delete(pid)
    this.#peaks.delete(pid)
  }

  /** What all processes hold, pages that they share counted in each. */
  bound(): Weight {
    let rss = 0
    let own = 0
    for (const figures of this.#figures.values()) {
      rss += figures.rss
      own += figures.own
    }
    return { rss, own }
  }

  /** Whether the bound on what is the tree's own is no bound but the sum: nobody has pages of another process. */
  isExact(members: readonly Member[]): boolean {
    if (this.#figures.size < 2) return true
    for (const figures of this.#figures.values()) if (figures.shmem > 0) return false
    return members.every(({ unrelated }) => unrelated)
  }

  /** Whether what is shared can be more than a trifle. */
  mayShareMuch(): boolean {
    const sizes = Array.from(this.#figures.values(), ({ rss }) => rss).sort((a, b) => b - a)
    const [, second = 0] = sizes
    return second >= SECOND_BYTES && second >= this.bound().rss * SECOND_SHARE
  }

  /** Keeps the sums of what is known now, where they are highs. */
  noteSums(): void {
    if (this.#figures.size === 0) return
    const highs = { ...this.#highs }
    for (const key of SUMMED) {
      let sum = 0
      for (const figures of this.#figures.values()) sum += figures[key] ?? Number.NaN
      if (!Number.isNaN(sum)) highs[key] = Math.max(highs[key] ?? 0, sum)
    }
    this.#highs = highs
  }

  /** Keeps what is the tree's own, shared pages counted once. */
  noteOwn(own: number): void {
    this.#highs = { ...this.#highs, own: Math.max(this.#highs.own ?? 0, own) }
  }
}
