import type { WritebackCounters } from '../../collectors/writeback.ts'
import { type DirtyLevel, dirtyLevel, freeRunCeiling, type Phase, phaseOf } from './standing.ts'
import { level, type Thresholds } from './thresholds.ts'

/** The level at one moment, with the kernel's running totals. Bytes; `NaN` is unknown. */
export interface DirtySample extends DirtyLevel {
  /** Milliseconds on a clock that only goes forward. */
  readonly at: number
  /** All that ever became dirty: nr_dirtied. */
  readonly dirtied: number
  /** All that was ever written: nr_written. */
  readonly written: number
}

/** How fast things go, in bytes a second; `NaN` until there are two samples. */
export interface DirtyRates {
  /** What becomes dirty. A page that is stored to again while dirty counts once. */
  readonly dirtied: number
  readonly written: number
  /** How the dirty level changes. */
  readonly dirty: number
  /** How dirty and being written together change, which is what throttles. */
  readonly total: number
}

/** What comes next if everything goes on as it did in the samples. */
export type Forecast =
  | { readonly verdict: 'unknown' }
  /** It has come: the flusher works, or writers are slowed or held. */
  | { readonly verdict: 'now'; readonly phase: Exclude<Phase, 'idle' | 'unknown'>; readonly throttleSeconds: number }
  /** Written as fast as it is dirtied, or faster. */
  | { readonly verdict: 'steady' }
  /** The flusher's periodic round keeps the level below the background threshold, at about `most` bytes. */
  | { readonly verdict: 'periodic'; readonly most: number }
  /** The background threshold is reached in `seconds`; writers are slowed `throttleSeconds` from now if nothing is written. */
  | { readonly verdict: 'growing'; readonly seconds: number; readonly throttleSeconds: number }

/** The counters of a moment as a sample. */
export function sampleOf(counters: WritebackCounters, pageSize: number): DirtySample {
  return {
    at: counters.at,
    ...dirtyLevel(counters, pageSize),
    dirtied: level(counters.vmstat, 'nr_dirtied') * pageSize,
    written: level(counters.vmstat, 'nr_written') * pageSize,
  }
}

/** Rates over samples in order of time: totals from the first to the last, levels by least squares over all of them. */
export function ratesOf(samples: readonly DirtySample[]): DirtyRates {
  const first = samples[0]
  const last = samples.at(-1)
  const seconds = first === undefined || last === undefined ? 0 : (last.at - first.at) / 1000
  if (first === undefined || last === undefined || seconds <= 0) {
    return { dirtied: Number.NaN, written: Number.NaN, dirty: Number.NaN, total: Number.NaN }
  }
  return {
    dirtied: (last.dirtied - first.dirtied) / seconds,
    written: (last.written - first.written) / seconds,
    dirty: slope(samples, ({ dirty }) => dirty),
    total: slope(samples, ({ dirty, writeback }) => dirty + writeback),
  }
}

/** Bytes a second that fit the samples best. */
function slope(samples: readonly DirtySample[], value: (sample: DirtySample) => number): number {
  const mean = (values: readonly number[]): number => values.reduce((sum, each) => sum + each, 0) / values.length
  const times = samples.map(({ at }) => at / 1000)
  const values = samples.map(value)
  const middle = mean(times)
  const level = mean(values)
  const products = times.map((time, index) => (time - middle) * ((values[index] ?? Number.NaN) - level))
  const squares = times.map((time) => (time - middle) ** 2)
  return mean(products) / mean(squares)
}

/**
 * What comes next.
 *
 * @param worstAge The longest that data stays dirty without any threshold, in seconds; `null` for ever.
 */
export function forecast(
  now: DirtyLevel,
  rates: DirtyRates,
  thresholds: Thresholds | null,
  worstAge: number | null,
): Forecast {
  const phase = phaseOf(now, thresholds)
  if (thresholds === null || phase === 'unknown' || Number.isNaN(rates.dirty)) return { verdict: 'unknown' }
  const throttleSeconds = secondsTo(freeRunCeiling(thresholds), now.dirty + now.writeback, rates.total)
  if (phase !== 'idle') return { verdict: 'now', phase, throttleSeconds }
  if (rates.dirty <= 0) return { verdict: 'steady' }
  const most = worstAge === null ? Number.POSITIVE_INFINITY : rates.dirtied * worstAge
  if (most <= thresholds.background) return { verdict: 'periodic', most }
  return { verdict: 'growing', seconds: secondsTo(thresholds.background, now.dirty, rates.dirty), throttleSeconds }
}

/** Infinite when it never gets there. */
function secondsTo(goal: number, from: number, rate: number): number {
  if (from >= goal) return 0
  return rate > 0 ? (goal - from) / rate : Number.POSITIVE_INFINITY
}
