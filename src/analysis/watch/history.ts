import { WATCH_FIGURES, type WatchFigure, type WatchSample } from '../../model/watch.ts'
import type { Reading } from './trend.ts'

/** Readings kept of each figure: an hour at one a second. */
const MOST = 3600

/** Figures that only ever count up: what people want is how fast. */
const COUNTERS: ReadonlySet<WatchFigure> = new Set(['minorFaults', 'majorFaults'])

/** The readings of every figure, bounded. */
export class History {
  readonly #readings = new Map<WatchFigure, Reading[]>()

  add(sample: WatchSample): void {
    for (const figure of WATCH_FIGURES) {
      const value = sample.figures[figure]
      if (value === undefined) continue
      const known = this.#readings.get(figure) ?? []
      known.push({ at: sample.at, value })
      // Half at a time, so that a reading does not move all the others.
      if (known.length > MOST * 1.5) known.splice(0, known.length - MOST)
      this.#readings.set(figure, known)
    }
  }

  clear(): void {
    this.#readings.clear()
  }

  /** Readings of a figure since a moment; for a counter its rate a second between readings. */
  series(figure: WatchFigure, since = Number.NEGATIVE_INFINITY): readonly Reading[] {
    const readings = readingsSince(this.#readings.get(figure) ?? [], since)
    return COUNTERS.has(figure) ? ratesOf(readings) : readings
  }

  /** The last reading; of a counter its rate. */
  last(figure: WatchFigure): Reading | null {
    const readings = (this.#readings.get(figure) ?? []).slice(-2)
    return (COUNTERS.has(figure) ? ratesOf(readings) : readings).at(-1) ?? null
  }

  /** How a figure changed a second over the last so many seconds; `NaN` when too little is known. */
  rate(figure: WatchFigure, seconds: number): number {
    const end = this.last(figure)
    const [start] = end === null ? [] : this.series(figure, end.at - seconds)
    return end === null || start === undefined || end.at === start.at
      ? Number.NaN
      : (end.value - start.value) / (end.at - start.at)
  }
}

/** Those of some readings, which are in order, that were made at a moment or later. */
export function readingsSince(readings: readonly Reading[], since: number): readonly Reading[] {
  let [low, high] = [0, readings.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((readings[middle] as Reading).at < since) low = middle + 1
    else high = middle
  }
  return readings.slice(low)
}

function ratesOf(readings: readonly Reading[]): readonly Reading[] {
  return readings.slice(1).map(({ at, value }, index) => {
    const before = readings[index] as Reading
    return { at, value: Math.max(0, (value - before.value) / (at - before.at)) }
  })
}
