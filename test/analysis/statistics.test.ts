import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { mannWhitney, median, smallestProbability, spreadOf } from '../../src/analysis/statistics.ts'

/** The same test by trying every way to choose. */
function plainTest(before: readonly number[], after: readonly number[]): number {
  const all = [...before, ...after]
  const sums: number[] = []
  const larger = (chosen: readonly number[]): number => {
    const others = all.filter((_, index) => !chosen.includes(index))
    let u = 0
    for (const index of chosen) {
      for (const other of others) u += (all[index] as number) > other ? 1 : (all[index] as number) === other ? 0.5 : 0
    }
    return u
  }
  const choose = (from: number, chosen: readonly number[]): void => {
    if (chosen.length === after.length) sums.push(larger(chosen))
    else for (let index = from; index < all.length; index++) choose(index + 1, [...chosen, index])
  }
  choose(0, [])
  const observed = larger(after.map((_, index) => before.length + index))
  return sums.filter((sum) => sum >= observed).length / sums.length
}

describe('median and spread', () => {
  it('of odd, even and no numbers', () => {
    expect(median([3, 1, 2])).toBe(2)
    expect(median([4, 1, 2, 3])).toBe(2.5)
    expect(median([])).toBeNaN()
    expect(spreadOf([])).toBe(null)
  })

  it('has the greater of the two robust deviations', () => {
    expect(spreadOf([5])).toEqual({ n: 1, median: 5, min: 5, max: 5, sigma: 0, values: [5] })
    expect(spreadOf([10, 10, 10, 10, 87])?.sigma).toBeCloseTo(20)
    expect(spreadOf([9, 10, 11])?.sigma).toBeCloseTo(1.4826)
  })
})

describe('Mann–Whitney', () => {
  it('complete separation is as likely as one choice of all', () => {
    expect(mannWhitney([1, 2, 3, 4, 5, 6, 7], [8, 9, 10, 11, 12, 13, 14])).toBeCloseTo(1 / 3432, 12)
    expect(smallestProbability(7, 7)).toBeCloseTo(1 / 3432, 12)
    expect(smallestProbability(3, 3)).toBeCloseTo(1 / 20, 12)
  })

  it('survives runs that are all alike, which fault counts often are', () => {
    expect(mannWhitney([5, 5, 5], [5, 5, 5])).toBe(1)
    expect(mannWhitney(Array(40).fill(5), Array(40).fill(5))).toBe(1)
  })

  it('is what trying every choice gives, with ties', () => {
    const values = fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 5 })
    fc.assert(
      fc.property(values, values, (before, after) => {
        expect(mannWhitney(before, after)).toBeCloseTo(plainTest(before, after), 10)
      }),
    )
  })

  it('goes over to the normal distribution without a step', () => {
    const before = Array.from({ length: 30 }, (_, index) => index * 2)
    const after = Array.from({ length: 30 }, (_, index) => index * 2 + 13)
    const exact = mannWhitney(before, after)
    const more = mannWhitney([...before, 29, 30], [...after, 42, 43])
    expect(exact).toBeGreaterThan(0.001)
    expect(Math.abs(more - exact)).toBeLessThan(0.02)
    expect(mannWhitney([...after, 1, 2, 3], before)).toBeGreaterThan(0.9)
  })
})
