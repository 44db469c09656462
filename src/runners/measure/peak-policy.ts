import type { Weight } from '../../model/raw-measurement.ts'

/** A new high is worth a snapshot when it is so much higher, and when so much and no longer rising. */
const STEP = 1.05
const FINE_STEP = 1.005
/** Where it is known how high it will come: a new high from which part of that on is worth a snapshot. */
const APPROACH = [
  { from: 0.98, step: FINE_STEP },
  { from: 0.9, step: 1.03 },
  { from: 0, step: 1.25 },
] as const
/** Snapshots between the stops may take this long, */
const ALLOWANCE_MS = 20
/** and, the more there is to gain, this much of the time. */
const LEAST_SHARE = 0.02
const LARGEST_SHARE = 0.15
/** Where it is as high as it will come they may take this long, and this much of the time. */
const TOP_ALLOWANCE_MS = 40
const TOP_SHARE = 0.25

/**
 * Decides when a snapshot is worth its cost.
 *
 * A program that grows would be looked at again and again: between its stops only every twentieth more counts, or a
 * high that has come to rest, and only as long as the looks stay cheap. What is held at its end is looked at for any
 * byte more. Who knows from another run how high it will come spends nearly all of it there: without that the last
 * snapshot of a program that grows to its peak and gives all back may be a twentieth below it.
 */
export class PeakPolicy {
  readonly #expected: Weight | null
  #best: Weight = { rss: 0, own: 0 }
  #last: Weight = { rss: 0, own: 0 }
  #spentMs = 0

  /** `expected`: how high another run of the program came. */
  constructor(expected: Weight | null) {
    this.#expected = expected
  }

  /** Whether a closer look could lead to a snapshot, by a bound that counts what is shared in every process. */
  couldBeNew(bound: Weight, atEnd: boolean): boolean {
    return this.#gain(bound) > (atEnd ? 1 : FINE_STEP)
  }

  /** Whether looks between the stops may take time now. */
  mayLook(bound: Weight, elapsedMs: number): boolean {
    if (this.#nearness(bound) > APPROACH[0].from) return this.#spentMs < TOP_ALLOWANCE_MS + elapsedMs * TOP_SHARE
    const share = Math.min(LARGEST_SHARE, Math.max(LEAST_SHARE, (this.#gain(bound) - 1) / 2))
    return this.#spentMs < ALLOWANCE_MS + elapsedMs * share
  }

  /** Whether a snapshot is wanted; to be asked at every look, for it remembers. */
  wants(weight: Weight, atEnd: boolean): boolean {
    const last = this.#last
    this.#last = weight
    const gain = this.#gain(weight)
    if (atEnd) return gain > 1
    if (this.#expected !== null) {
      const nearness = this.#nearness(weight)
      return gain > (APPROACH.find(({ from }) => nearness > from)?.step ?? STEP)
    }
    return gain > STEP || (gain > FINE_STEP && isSteady(weight, last))
  }

  /** Whether it is about as high as it is expected to come. */
  isNear(weight: Weight): boolean {
    return this.#nearness(weight) > APPROACH[1].from
  }

  /** Which part of what is expected it is, in what it is more; 0 where nothing is. */
  #nearness({ rss, own }: Weight): number {
    if (this.#expected === null) return 0
    return Math.max(ratio(rss, this.#expected.rss), ratio(own, this.#expected.own))
  }

  /** A snapshot was taken; what it really holds. */
  taken(weight: Weight): void {
    this.#best = { rss: Math.max(this.#best.rss, weight.rss), own: Math.max(this.#best.own, weight.own) }
  }

  /** Processor time: on a busy machine a look that has to wait is not dearer. */
  spent(ms: number): void {
    this.#spentMs += ms
  }

  /** How many times the best so far it is, in what it is more. */
  #gain(weight: Weight): number {
    return Math.max(ratio(weight.rss, this.#best.rss), ratio(weight.own, this.#best.own))
  }
}

function ratio(now: number, best: number): number {
  if (now === 0) return 0
  return best === 0 ? Number.POSITIVE_INFINITY : now / best
}

function isSteady(now: Weight, before: Weight): boolean {
  const change = Math.max(ratio(now.rss, before.rss), ratio(before.rss, now.rss))
  const ownChange = Math.max(ratio(now.own, before.own), ratio(before.own, now.own))
  return change <= FINE_STEP && ownChange <= FINE_STEP
}
