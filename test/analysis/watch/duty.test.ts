import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DutySchedule } from '../../../src/analysis/watch/duty.ts'
import { WATCH_TIERS, type WatchTier } from '../../../src/model/watch.ts'

/** Reads whatever is due, as a session does: status each time, and the deepest other tier. Returns ms by the second. */
function simulate(costs: Readonly<Record<WatchTier, number>>, seconds: number, interval = 1): number[] {
  const duty = new DutySchedule({ interval, share: 0.01, maxStallMs: 20 })
  const spent = new Array<number>(seconds).fill(0)
  for (let at = 0; at < seconds; ) {
    const second = Math.floor(at)
    const due = duty.due(at)
    const deepest = due.filter((tier) => tier !== 'status').at(-1)
    for (const tier of ['status', deepest] as const) {
      if (tier === undefined) continue
      duty.done(tier, at, costs[tier])
      spent[second] = (spent[second] ?? 0) + costs[tier]
    }
    at += duty.pace('status', costs.status)
  }
  return spent
}

const cost = fc.record({
  status: fc.double({ min: 0.01, max: 5, noNaN: true }),
  maps: fc.double({ min: 0.01, max: 500, noNaN: true }),
  smaps_rollup: fc.double({ min: 0.01, max: 500, noNaN: true }),
  smaps: fc.double({ min: 0.01, max: 5000, noNaN: true }),
})

describe('the share of time', () => {
  test('is kept whatever reads cost, but for the first of each', () => {
    fc.assert(
      fc.property(cost, (costs) => {
        const spent = simulate(costs, 3600).reduce((sum, ms) => sum + ms, 0)
        const first = WATCH_TIERS.reduce((sum, tier) => sum + costs[tier], 0)
        expect(spent - first).toBeLessThanOrEqual(3600 * 1000 * 0.01)
      }),
    )
  })

  test('starves no tier: the deepest is read again and again', () => {
    const duty = new DutySchedule({ interval: 1, share: 0.01, maxStallMs: 20 })
    duty.done('smaps', 0, 400)
    expect(duty.isDue('smaps', 79)).toBe(false)
    expect(duty.isDue('smaps', 81)).toBe(true)
  })

  test('a first read that is expected to take long waits until that is earned', () => {
    const duty = new DutySchedule({ interval: 1, share: 0.01, maxStallMs: 20 })
    expect([duty.affords('smaps_rollup', 0, 20), duty.affords('smaps', 0, 250)]).toEqual([true, false])
    expect([duty.isDue('smaps_rollup', 0), duty.isDue('smaps', 49), duty.isDue('smaps', 51)]).toEqual([
      true,
      false,
      true,
    ])
  })

  test('a pace that is asked for is kept to where it may be', () => {
    const duty = new DutySchedule({ interval: 1, share: 0.01, maxStallMs: 20 })
    duty.every(0.1)
    expect(duty.pace('status', 0.05)).toBe(0.1)
    expect(duty.pace('status', 1)).toBeCloseTo(1)
  })

  test('what is refused is not asked for again', () => {
    const duty = new DutySchedule({ interval: 1, share: 0.01, maxStallMs: 20 })
    duty.refuse('smaps')
    expect(duty.due(1e6)).toEqual(['status', 'maps', 'smaps_rollup'])
    expect([duty.allows(20), duty.allows(20.1)]).toEqual([true, false])
  })
})
