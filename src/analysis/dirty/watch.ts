import type { WritebackCounters, WritebackSettings } from '../../collectors/writeback.ts'
import { type DirtyRates, type DirtySample, type Forecast, forecast, ratesOf, sampleOf } from './forecast.ts'
import type { RiskTotal } from './report.ts'
import { flusherOf, freeRunCeiling, type Phase, phaseOf } from './standing.ts'
import { printedThresholds, type Thresholds } from './thresholds.ts'

/** A line of a watch. Bytes, bytes a second; `NaN` is unknown. */
export interface WatchTick {
  readonly sample: DirtySample
  /** Milliseconds since 1970. */
  readonly time: number
  readonly thresholds: Thresholds | null
  /** Dirty and being written, as a fraction of the free-run ceiling. */
  readonly throttleShare: number
  readonly phase: Phase
  /** Since the line before. */
  readonly rates: DirtyRates
  /** From the lines so far, at most `WINDOW` of them. */
  readonly forecast: Forecast
  /** What the TARGETs have at risk; `null` without. */
  readonly target: { readonly atRisk: number; readonly atLeast: boolean } | null
}

/** What was read for a line. */
export interface WatchFacts {
  readonly counters: WritebackCounters
  readonly settings: WritebackSettings
  readonly time: number
  readonly target: RiskTotal | null
}

/** A forecast follows from so many lines at most: what was long ago says little of what comes. */
const WINDOW = 10

/** The next line of a watch, by those before it. */
export function nextTick(before: readonly WatchTick[], facts: WatchFacts, pageSize: number): WatchTick {
  const { counters, settings, time, target } = facts
  const sample = sampleOf(counters, pageSize)
  const samples = [...before.slice(1 - WINDOW).map((tick) => tick.sample), sample]
  const thresholds = printedThresholds(counters, pageSize)
  const { worstAge } = flusherOf(settings)
  const ceiling = thresholds === null ? Number.NaN : freeRunCeiling(thresholds)
  return {
    sample,
    time,
    thresholds,
    throttleShare: (sample.dirty + sample.writeback) / ceiling,
    phase: phaseOf(sample, thresholds),
    rates: ratesOf(samples.slice(-2)),
    forecast: forecast(sample, ratesOf(samples), thresholds, worstAge),
    target: target === null ? null : { atRisk: target.atRisk, atLeast: target.atLeast },
  }
}

/** How many lines a forecast looks back; more need not be kept. */
export const WATCH_WINDOW = WINDOW
