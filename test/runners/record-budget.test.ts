import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { RecordBudget } from '../../src/runners/record-budget.ts'

const PLAIN = { stacks: false, errorCodes: false }
/** What a recorded fault costs, in milliseconds, by the measurements in the documentation. */
const COST_MS = 0.0016

describe('what recording may cost', () => {
  const budget = new RecordBudget(PLAIN)

  it('is a fifth of a second, however short the run', () => {
    const mib = 1024 ** 2
    expect(budget.isSpent(5 * mib, 1)).toBe(false)
    expect(budget.isSpent(7 * mib, 1)).toBe(true)
  })

  it('is a tenth of a longer run', () => {
    const tenSecondsWorth = (1000 / COST_MS) * 48
    expect(budget.isSpent(tenSecondsWorth * 0.9, 10_000)).toBe(false)
    expect(budget.isSpent(tenSecondsWorth * 1.1, 10_000)).toBe(true)
  })

  it('is limited by what can be printed in a few seconds, however long the run', () => {
    expect(budget.isSpent(300 * 1024 ** 2, 1e9)).toBe(true)
  })

  it('is sooner spent on what says more of each fault', () => {
    const bytes = 6 * 1024 ** 2
    expect(budget.isSpent(bytes, 1)).toBe(true)
    expect(new RecordBudget({ stacks: true, errorCodes: false }).isSpent(bytes, 1)).toBe(false)
    expect(new RecordBudget({ stacks: true, errorCodes: false }).periodFor(110_000, 100)).toBeGreaterThan(1)
    expect(budget.periodFor(110_000, 100)).toBe(1)
  })

  it('decides the period of a run whose faults are known', () => {
    expect([1000, 125_000, 1e6, 1e7, 1e9].map((faults) => budget.periodFor(faults, 1000))).toEqual([
      1, 1, 11, 101, 10_007,
    ])
    const rates = fc.record({ faults: fc.integer({ min: 0, max: 1e9 }), wallMs: fc.integer({ min: 1, max: 1e7 }) })
    fc.assert(
      fc.property(rates, ({ faults, wallMs }) => {
        const cost = (faults / budget.periodFor(faults, wallMs)) * COST_MS
        expect(cost).toBeLessThanOrEqual(Math.max(200, wallMs / 10) + 1e-6)
      }),
    )
  })
})
