import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { PeakPolicy } from '../../../src/runners/measure/peak-policy.ts'

const MIB = 2 ** 20
const weight = (mib: number): { rss: number; own: number } => ({ rss: mib * MIB, own: mib * MIB })

/** Shows the policy one weight after the other, 10 ms apart, a snapshot costing nothing; the best that was taken. */
function bestOf(policy: PeakPolicy, weights: readonly number[]): number {
  let best = 0
  for (const mib of weights) {
    if (!policy.couldBeNew(weight(mib), false) || !policy.wants(weight(mib), false)) continue
    policy.taken(weight(mib))
    best = Math.max(best, mib)
  }
  return best
}

describe('a snapshot is taken', () => {
  test('of the first memory there is, and then of every twentieth more', () => {
    const policy = new PeakPolicy(null)
    expect(policy.wants(weight(100), false)).toBe(true)
    policy.taken(weight(100))
    expect(policy.wants(weight(104.9), false)).toBe(false)
    expect(policy.wants(weight(105.1), false)).toBe(true)
  })

  test('of any byte more at the end', () => {
    const policy = new PeakPolicy(null)
    policy.taken(weight(100))
    expect(policy.wants({ rss: 100 * MIB, own: 100 * MIB + 4096 }, true)).toBe(true)
    expect(policy.wants(weight(100), true)).toBe(false)
    expect(policy.couldBeNew(weight(100), true)).toBe(false)
  })

  test('of a high that has come to rest', () => {
    expect(bestOf(new PeakPolicy(null), [100, 102, 103, 103])).toBe(103)
  })

  test('when the program’s own part is higher than ever, though the whole is not', () => {
    const policy = new PeakPolicy(null)
    policy.taken({ rss: 500 * MIB, own: 10 * MIB })
    expect(policy.couldBeNew({ rss: 200 * MIB, own: 100 * MIB }, false)).toBe(true)
    expect(policy.wants({ rss: 200 * MIB, own: 100 * MIB }, false)).toBe(true)
  })

  test('within a twentieth of the highest, whatever a program does', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 10_000 }), { minLength: 1 }), (weights) => {
        expect(bestOf(new PeakPolicy(null), weights) * 1.05).toBeGreaterThanOrEqual(Math.max(...weights))
      }),
    )
  })
})

describe('snapshots may take time', () => {
  test('only as long as they are cheap, and the more the more there is to gain', () => {
    const policy = new PeakPolicy(null)
    policy.taken(weight(100))
    policy.spent(100)
    // 20 ms, and 2 % of the time for little, 15 % for much.
    expect(policy.mayLook(weight(102), 3900)).toBe(false)
    expect(policy.mayLook(weight(102), 4100)).toBe(true)
    expect(policy.mayLook(weight(200), 500)).toBe(false)
    expect(policy.mayLook(weight(200), 600)).toBe(true)
  })
})

describe('where it is known how high a program comes', () => {
  const growing = Array.from({ length: 96 }, (_, index) => 5 + index)

  test('looks are kept for the last tenth, which is followed closely', () => {
    const taken: number[] = []
    const policy = new PeakPolicy(weight(100))
    for (const mib of growing) {
      if (!policy.wants(weight(mib), false)) continue
      policy.taken(weight(mib))
      taken.push(mib)
    }
    expect(taken.slice(-3)).toEqual([97, 99, 100])
    expect(taken.length).toBeLessThan(20)
  })

  test('one that comes less high is seen all the same, within a quarter', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 1000 }), { minLength: 1 }), (weights) => {
        expect(bestOf(new PeakPolicy(weight(2000)), weights) * 1.25).toBeGreaterThanOrEqual(Math.max(...weights))
      }),
    )
  })

  test('at the top they may take longer', () => {
    const policy = new PeakPolicy(weight(100))
    policy.spent(60)
    expect(policy.mayLook(weight(95), 100)).toBe(false)
    expect(policy.mayLook(weight(99), 100)).toBe(true)
    policy.spent(10)
    expect(policy.mayLook(weight(99), 100)).toBe(false)
  })

  test('and at its end any byte more is', () => {
    const policy = new PeakPolicy(weight(100))
    policy.taken(weight(50))
    expect(policy.wants(weight(50.1), true)).toBe(true)
  })
})
