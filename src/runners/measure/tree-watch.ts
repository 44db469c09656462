import type { RawSnapshot, RawTree, Weight } from '../../model/raw-measurement.ts'
import { countedTwice } from './counted-twice.ts'
import { PeakPolicy } from './peak-policy.ts'
import { type Member, type Rollups, readMemories, readRollups } from './snapshot.ts'
import { TreeFigures } from './tree-figures.ts'

/** Looks at the processes of a program, and keeps what was highest. */
export class TreeWatch {
  readonly #members: () => readonly Member[]
  readonly #figures = new TreeFigures()
  readonly #policy: PeakPolicy
  #from = performance.now()
  #peak: RawSnapshot | null = null
  #ownPeak: RawSnapshot | null = null
  #lookingMs = 0
  #looks = 0

  /**
   * `members` tells which processes there are, each with memory of its own; `expected` how high another run came.
   */
  constructor(members: () => readonly Member[], expected: Weight | null) {
    this.#members = members
    this.#policy = new PeakPolicy(expected)
  }

  /** Whether it is about as high as it is expected to come. */
  get isNear(): boolean {
    return this.#policy.isNear(this.#figures.bound())
  }

  /** The clock starts now. */
  start(): void {
    this.#from = performance.now()
  }

  get elapsedMs(): number {
    return performance.now() - this.#from
  }

  /** What was seen of the tree as a whole. */
  report(): Pick<RawTree, 'highs' | 'peak' | 'ownPeak' | 'lookingMs' | 'looks'> {
    const ownPeak = this.#ownPeak === this.#peak ? null : this.#ownPeak
    const { highs } = this.#figures
    return { highs, peak: this.#peak, ownPeak, lookingMs: this.#lookingMs, looks: this.#looks }
  }

  peakRssOf(pid: number): number | null {
    return this.#figures.peakRssOf(pid)
  }

  /** Looks at every process, and takes a snapshot when there is reason to. What the look alone took, in milliseconds. */
  look(): number {
    const from = performance.now()
    const members = this.#members()
    this.#figures.readAll(members)
    this.#figures.noteSums()
    const tookMs = performance.now() - from
    this.#consider(members, 'new-high')
    this.#lookingMs += performance.now() - from
    this.#looks++
    return tookMs
  }

  /** Looks at one process that is held at its end. */
  atEnd(member: Member): void {
    this.#figures.read(member)
    this.#figures.noteSums()
    this.#consider(this.#members(), 'exit')
  }

  /** A process has become another program: what was known of its memory is of the one before. */
  startAnew(pid: number): void {
    this.#figures.startAnew(pid)
  }

  ended(pid: number): void {
    this.#figures.forget(pid)
  }

  weigh(): Weight {
    this.#figures.readAll(this.#members())
    this.#figures.noteSums()
    return this.#figures.bound()
  }

  /** A snapshot because somebody asked for one. */
  checkpoint(): RawSnapshot {
    const members = this.#members()
    this.#figures.readAll(members)
    this.#figures.noteSums()
    const snapshot = this.#read(members, 'checkpoint')
    this.#keep(snapshot)
    return snapshot
  }

  /** From the cheapest figures on, as far as there may be something new. */
  #consider(members: readonly Member[], why: 'new-high' | 'exit'): void {
    const atEnd = why === 'exit'
    const bound = this.#figures.bound()
    const exact = this.#figures.isExact(members)
    if (exact && this.#figures.size > 0) this.#figures.noteOwn(bound.own)
    if (!this.#policy.couldBeNew(bound, atEnd)) return
    if (!atEnd && !this.#policy.mayLook(bound, this.elapsedMs)) return
    const from = process.cpuUsage()
    const weight = exact || !this.#figures.mayShareMuch() ? bound : (readRollups(members)?.weight ?? bound)
    if (this.#policy.wants(weight, atEnd)) {
      const wanted = this.#figures.size
      const snapshot = this.#read(members, why)
      // Who has ended while it was read takes with it what made the moment worth it.
      if (snapshot.processes.length + snapshot.refused >= wanted) this.#keep(snapshot)
    }
    if (!atEnd) this.#policy.spent(cpuMs(from))
  }

  #read(members: readonly Member[], why: RawSnapshot['why']): RawSnapshot {
    const at = this.elapsedMs
    const rollups = this.#figures.isExact(members) ? null : this.#readRelatives(members)
    if (rollups !== null) this.#figures.noteOwn(rollups.weight.own)
    const before = rollups?.weight ?? this.#figures.bound()
    const { processes, refused, after } = readMemories(members, rollups, (member) => this.#figures.read(member))
    // A program does not stand still while it is read: what it held before and after is what was seen of it.
    const weight = { rss: Math.min(before.rss, after.rss), own: Math.min(before.own, after.own) }
    return { at, why, weight, processes, refused }
  }

  /** What processes that share pages hold at least: they go on while they are read one after the other. */
  #readRelatives(members: readonly Member[]): Rollups | null {
    this.#figures.readAll(members)
    const before = this.#figures.all()
    const rollups = readRollups(members)
    if (rollups === null) return null
    this.#figures.readAll(members)
    const { rss, own } = rollups.weight
    const certain = Math.max(0, own - countedTwice(before, this.#figures.all()))
    return { ...rollups, weight: { rss, own: certain } }
  }

  #keep(snapshot: RawSnapshot): void {
    const { weight } = snapshot
    this.#policy.taken(weight)
    if (weight.rss > (this.#peak?.weight.rss ?? 0)) this.#peak = snapshot
    if (weight.own > (this.#ownPeak?.weight.own ?? 0)) this.#ownPeak = snapshot
  }
}

function cpuMs(from: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(from)
  return (user + system) / 1000
}
