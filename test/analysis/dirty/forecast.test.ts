import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type DirtySample, forecast, ratesOf, sampleOf } from '../../../src/analysis/dirty/forecast.ts'
import { writebackState } from '../../helpers/writeback-host.ts'

const MIB = 1024 ** 2
const THRESHOLDS = { background: 1000 * MIB, limit: 2000 * MIB }

function sample(seconds: number, dirty: number, more: Partial<DirtySample> = {}): DirtySample {
  return { at: seconds * 1000, dirty: dirty * MIB, writeback: 0, dirtied: 0, written: 0, ...more }
}

/** Rates in MiB a second. */
function rates(dirty: number, { total = dirty, dirtied = dirty }: { total?: number; dirtied?: number } = {}) {
  return { dirty: dirty * MIB, total: total * MIB, dirtied: dirtied * MIB, written: 0 }
}

describe('rates', () => {
  it('come from the kernel’s totals and from the level', () => {
    const later = sample(2, 5, { dirtied: 30 * MIB, written: 8 * MIB, writeback: MIB })
    expect(ratesOf([sample(0, 1, { dirtied: 10 * MIB, written: 4 * MIB }), later])).toEqual({
      dirtied: 10 * MIB,
      written: 2 * MIB,
      dirty: 2 * MIB,
      total: 2.5 * MIB,
    })
  })

  it('are unknown from one sample, or from none', () => {
    const unknown = { dirtied: Number.NaN, written: Number.NaN, dirty: Number.NaN, total: Number.NaN }
    expect(ratesOf([])).toEqual(unknown)
    expect(ratesOf([sample(0, 1)])).toEqual(unknown)
    expect(ratesOf([sample(1, 1), sample(1, 2)])).toEqual(unknown)
  })

  it('find the slope of any straight line, whenever it was looked at', () => {
    const times = fc.uniqueArray(fc.integer({ min: 0, max: 10_000 }), { minLength: 2, maxLength: 12 })
    fc.assert(
      fc.property(times, fc.integer({ min: -50, max: 50 }), (when, slope) => {
        const samples = when.sort((a, b) => a - b).map((second) => sample(second, 1000 + second * slope))
        expect(ratesOf(samples).dirty / MIB).toBeCloseTo(slope, 3)
      }),
    )
  })

  it('read a captured host', () => {
    const read = sampleOf(writebackState({ at: 5 }), 4096)
    expect(read).toMatchObject({ at: 5, dirty: 27_604 * 1024, writeback: 20 * 1024 })
    expect(read.dirtied).toBeGreaterThan(read.written)
  })
})

describe('what comes', () => {
  it('nothing, when the level does not rise', () => {
    expect(forecast(sample(0, 500), rates(0, { dirtied: 90 }), THRESHOLDS, 35)).toEqual({ verdict: 'steady' })
    expect(forecast(sample(0, 500), rates(-3), THRESHOLDS, 35)).toEqual({ verdict: 'steady' })
  })

  it('old data is written first, when a threshold is further away than its age', () => {
    const next = forecast(sample(0, 10), rates(10), THRESHOLDS, 35)
    expect(next).toEqual({ verdict: 'periodic', most: 350 * MIB })
  })

  it('the flusher, and later the writers’ own turn, when more comes than grows old', () => {
    const next = forecast(sample(0, 100), rates(100), THRESHOLDS, 35)
    expect(next).toEqual({ verdict: 'growing', seconds: 9, throttleSeconds: 14 })
  })

  it('the flusher in the end, when nothing is ever written for its age', () => {
    expect(forecast(sample(0, 0), rates(1), THRESHOLDS, null)).toMatchObject({ verdict: 'growing', seconds: 1000 })
  })

  it('writers are not slowed while the level of both falls', () => {
    const next = forecast(sample(0, 100), rates(100, { total: -1 }), THRESHOLDS, null)
    expect(next).toMatchObject({ seconds: 9, throttleSeconds: Number.POSITIVE_INFINITY })
  })

  it.each([
    [1100, 'flushing', 40],
    [1600, 'throttled', 0],
    [2001, 'held', 0],
  ] as const)('at %s MiB it has come: %s', (dirty, phase, throttleSeconds) => {
    expect(forecast(sample(0, dirty), rates(10), THRESHOLDS, 35)).toEqual({ verdict: 'now', phase, throttleSeconds })
  })

  it('nobody knows, without thresholds or without a second sample', () => {
    expect(forecast(sample(0, 1), rates(1), null, 35)).toEqual({ verdict: 'unknown' })
    expect(forecast(sample(0, 1), rates(Number.NaN), THRESHOLDS, 35)).toEqual({ verdict: 'unknown' })
  })
})
