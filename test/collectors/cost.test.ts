import { describe, expect, it } from 'vitest'
import { calibrated, predict, TYPICAL_RATES } from '../../src/collectors/cost.ts'

const RATES = { perMappingUs: 2, perPageNs: 50 }

describe('the predicted cost of smaps', () => {
  it('is that of every mapping and of every resident page; the largest mapping decides about the stall', () => {
    expect(predict({ mappings: 1000, residentPages: 1_000_000, largestPages: 200_000 }, RATES)).toEqual({
      readMs: 52,
      stallMs: 10,
    })
  })

  it('takes all resident pages to be in one mapping while the mappings are not known', () => {
    expect(predict({ mappings: null, residentPages: 1_000_000, largestPages: null }, RATES)).toEqual({
      readMs: 50,
      stallMs: 50,
    })
  })

  it('does not take a large reservation for resident memory', () => {
    expect(predict({ mappings: 1, residentPages: 100, largestPages: 1e9 }, RATES).stallMs).toBeCloseTo(0.005)
  })
})

describe('the speed of this machine', () => {
  it('is what a timed walk shows, without the share of the mappings', () => {
    expect(calibrated(RATES, { ms: 2, mappings: 500, pages: 20_000 }).perPageNs).toBeCloseTo(50)
  })

  it('is not taken from a walk that was too small to say', () => {
    expect(calibrated(TYPICAL_RATES, { ms: 100, mappings: 1, pages: 1999 })).toBe(TYPICAL_RATES)
  })

  it('stays within what hardware can do, however the machine was disturbed', () => {
    expect(calibrated(RATES, { ms: 1e6, mappings: 0, pages: 2000 }).perPageNs).toBe(200)
    expect(calibrated(RATES, { ms: 0, mappings: 1000, pages: 2000 }).perPageNs).toBe(10)
  })
})
