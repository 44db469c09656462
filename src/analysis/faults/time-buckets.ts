import type { Hotspot } from '../../model/fault-attribution.ts'
import { type CellKey, CellTable, type Counts } from './cells.ts'
import { type GroupOptions, hotspotOf } from './grouping.ts'

/** Rows that a person reads; the recording's length is not known until its end. */
const MOST_BUCKETS = 24
const FIRST_SPAN_MS = 1

/** Faults by stretches of time, each twice as long whenever there would be too many. */
export class TimeBuckets {
  #origin: number | null = null
  #spanMs = FIRST_SPAN_MS
  #buckets: (CellTable | undefined)[] = []
  readonly #most: number

  /** `limit` is how many a person wants to see: all of the time is in them. */
  constructor(limit: number | null) {
    this.#most = Math.max(1, Math.min(MOST_BUCKETS, limit ?? MOST_BUCKETS))
  }

  /** `time` is in seconds; one before the first is put to the first, since perf sorts nearly everything. */
  add(time: number, key: CellKey, counts: Readonly<Counts>): void {
    this.#origin ??= time
    const ms = Math.max(0, (time - this.#origin) * 1000)
    while (ms >= this.#spanMs * this.#most) this.#double()
    const index = Math.floor(ms / this.#spanMs)
    const bucket = this.#buckets[index] ?? new CellTable()
    this.#buckets[index] = bucket
    bucket.add(key, counts)
  }

  /** One hot spot a stretch, in the order of time; stretches without faults are left out. */
  hotspots(options: GroupOptions): readonly Hotspot[] {
    const spots: Hotspot[] = []
    this.#buckets.forEach((bucket, index) => {
      if (bucket === undefined) return
      const fromMs = index * this.#spanMs
      const toMs = fromMs + this.#spanMs
      const spot = hotspotOf(`${seconds(fromMs)}-${seconds(toMs)} s`, [...bucket.cells], options)
      spots.push({ ...spot, time: { fromMs, toMs } })
    })
    return spots
  }

  #double(): void {
    this.#spanMs *= 2
    const halves = this.#buckets
    this.#buckets = []
    halves.forEach((half, index) => {
      if (half === undefined) return
      const target = Math.floor(index / 2)
      const whole = this.#buckets[target]
      if (whole === undefined) this.#buckets[target] = half
      else whole.merge(half)
    })
  }
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3)
}
