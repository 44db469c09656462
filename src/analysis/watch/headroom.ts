import type { Limit } from '../../model/limit.ts'
import { type Growth, type GrowthShape, judgeGrowth, type LeastGain } from './growth.ts'
import { readingsSince } from './history.ts'
import type { Reading } from './trend.ts'

/** A limit that is set and known, how far it is, and how fast it comes nearer. */
export interface Headroom extends Limit {
  /** limit − used; never below 0. */
  readonly left: number
  /** used ÷ limit, per cent. */
  readonly percent: number
  /** What counts against it, as it went: of `max-map-count` mappings a second. */
  readonly growth: Growth
  /** Seconds until it is reached at that rate; `Infinity` when it does not come nearer, `NaN` when that is not known yet. */
  readonly secondsLeft: number
}

/** What may stop a process, nearest first. */
export interface HeadroomView {
  readonly limits: readonly Headroom[]
  /** Limits that are not set, and such that are not known. */
  readonly unlimited: number
  readonly unknown: number
}

/** Shapes of what goes on, so that a time follows from its rate; the others come to rest or fall back. */
const GOES_ON: ReadonlySet<GrowthShape> = new Set(['growing', 'rising', 'warming-up'])
const LEAST_MAPPINGS: LeastGain = { amount: 16, share: 0.01 }
/** Readings kept of each limit: an hour at one a second. */
const MOST = 3600
/** Within a day time says which limit is nearest; what is further off may as well never come. */
const SOON = 86_400

/** Remembers what limits a process, reading after reading. */
export class LimitHistory {
  readonly #readings = new Map<string, Reading[]>()
  #last: readonly Limit[] = []

  add(at: number, limits: readonly Limit[]): void {
    this.#last = limits
    for (const limit of limits) {
      if (Number.isNaN(limit.used)) continue
      const key = keyOf(limit)
      const readings = this.#readings.get(key) ?? []
      readings.push({ at, value: limit.used })
      if (readings.length > MOST * 1.5) readings.splice(0, readings.length - MOST)
      this.#readings.set(key, readings)
    }
  }

  clear(): void {
    this.#readings.clear()
    this.#last = []
  }

  /** How far the limits are; growth is looked at since a moment. `null` before the first reading. */
  headroom(since: number): HeadroomView | null {
    if (this.#last.length === 0) return null
    const known = this.#last.filter(isKnown)
    const unlimited = this.#last.filter(({ limit }) => limit === Number.POSITIVE_INFINITY).length
    return {
      limits: known
        .map((limit) => headroomOf(limit, readingsSince(this.#readings.get(keyOf(limit)) ?? [], since)))
        .sort(byNearness),
      unlimited,
      unknown: this.#last.length - known.length - unlimited,
    }
  }
}

function keyOf({ id, where }: Limit): string {
  return `${id} ${where}`
}

/** A limit of 0 allows nothing from the start: nobody runs into it. */
function isKnown({ limit, used }: Limit): boolean {
  return Number.isFinite(limit) && limit > 0 && !Number.isNaN(used)
}

function headroomOf(limit: Limit, readings: readonly Reading[]): Headroom {
  const growth = limit.id === 'max-map-count' ? judgeGrowth(readings, LEAST_MAPPINGS) : judgeGrowth(readings)
  const left = Math.max(0, limit.limit - limit.used)
  const goesOn = GOES_ON.has(growth.shape) && growth.bytesPerSecond > 0
  const never = growth.shape === 'too-short' ? Number.NaN : Number.POSITIVE_INFINITY
  return {
    ...limit,
    left,
    percent: (limit.used / limit.limit) * 100,
    growth,
    secondsLeft: goesOn ? left / growth.bytesPerSecond : never,
  }
}

/** What is reached first, within a day; then what is fullest. */
function byNearness(a: Headroom, b: Headroom): number {
  const soonA = a.secondsLeft <= SOON ? a.secondsLeft : Number.POSITIVE_INFINITY
  const soonB = b.secondsLeft <= SOON ? b.secondsLeft : Number.POSITIVE_INFINITY
  return soonA === soonB ? b.percent - a.percent : soonA - soonB
}
