import type { MapsReport } from '../maps-report.ts'
import { type Identity, identitiesOf } from './identity.ts'

/** A mapping before and after; `null` where it was not there. Rows of the two tables. */
export interface Pair {
  readonly before: number | null
  readonly after: number | null
}

/**
 * Finds for every mapping of one report the same mapping in the other.
 *
 * Two moments of one process are compared by address first: the mapping that lies where one lay is that one. Two runs
 * are compared by identity alone. Among several of one identity (nameless memory, mostly) those of equal size belong
 * together, the others in address order. The kernel joins and splits neighbours as it likes, so no more is knowable.
 */
export function matchMappings(before: MapsReport, after: MapsReport, sameProcess: boolean): readonly Pair[] {
  const matching = new Matching(before, after)
  if (sameProcess) matching.byAddress()
  const names = new Map<string, number>()
  const [old, fresh] = [identitiesOf(before, names), identitiesOf(after, names)]
  old.forEach((identity, index) => {
    matching.byIdentity(identity, fresh[index] as Identity)
  })
  return matching.pairs()
}

class Matching {
  readonly #before: MapsReport
  readonly #after: MapsReport
  /** Row of the other report, or -1. */
  readonly #afterOf: Int32Array
  readonly #taken: Uint8Array

  constructor(before: MapsReport, after: MapsReport) {
    this.#before = before
    this.#after = after
    this.#afterOf = new Int32Array(before.table.length).fill(-1)
    this.#taken = new Uint8Array(after.table.length)
  }

  /** Pairs what overlaps and is of one kind and name; of several the one that overlaps most. */
  byAddress(): void {
    const { table } = this.#before
    let from = 0
    for (let row = 0; row < table.length; row++) {
      const start = table.start[row] as number
      const end = table.end[row] as number
      while (from < this.#taken.length && (this.#after.table.end[from] as number) <= start) from++
      let best = -1
      let most = 0
      for (let other = from; other < this.#taken.length; other++) {
        const otherStart = this.#after.table.start[other] as number
        if (otherStart >= end) break
        if (this.#taken[other] === 1 || !this.#alike(row, other)) continue
        const overlap = Math.min(end, this.#after.table.end[other] as number) - Math.max(start, otherStart)
        if (overlap > most) {
          most = overlap
          best = other
        }
      }
      if (best >= 0) this.#pair(row, best)
    }
  }

  /** Pairs what has one identity: of equal size, then of any. */
  byIdentity(before: Identity, after: Identity): void {
    this.#byKey(sized(this.#before, before), sized(this.#after, after))
    this.#byKey(before, after)
  }

  /** All pairs: those of the first report in its order, then what is new. */
  pairs(): readonly Pair[] {
    const pairs: Pair[] = []
    this.#afterOf.forEach((after, before) => {
      pairs.push({ before, after: after < 0 ? null : after })
    })
    this.#taken.forEach((taken, after) => {
      if (taken === 0) pairs.push({ before: null, after })
    })
    return pairs
  }

  #alike(before: number, after: number): boolean {
    const a = this.#before
    const b = this.#after
    return a.classes.kind(before) === b.classes.kind(after) && a.table.nameOf(before) === b.table.nameOf(after)
  }

  #pair(before: number, after: number): void {
    this.#afterOf[before] = after
    this.#taken[after] = 1
  }

  /** Pairs rows with equal keys, in address order. */
  #byKey(before: Identity, after: Identity): void {
    const open = new Map<string, number[]>()
    // Backwards, so that the lowest address comes off the end first.
    for (let row = this.#taken.length - 1; row >= 0; row--) {
      const found = this.#taken[row] === 1 ? null : after(row)
      if (found === null) continue
      const rows = open.get(found)
      if (rows === undefined) open.set(found, [row])
      else rows.push(row)
    }
    if (open.size === 0) return
    this.#afterOf.forEach((known, row) => {
      const found = known >= 0 ? null : before(row)
      const partner = found === null ? undefined : open.get(found)?.pop()
      if (partner !== undefined) this.#pair(row, partner)
    })
  }
}

function sized({ table }: MapsReport, identity: Identity): Identity {
  return (row) => {
    const key = identity(row)
    return key === null ? null : `${key}\n${table.size(row)}`
  }
}
