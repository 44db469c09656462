import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Case, isSuspicious, judge, NO_PAGE_CACHE } from '../../../src/analysis/gate/rule.ts'
import { spreadOf } from '../../../src/analysis/statistics.ts'
import type { Spread } from '../../../src/model/fault-figures.ts'
import { GATE_METRICS, type GateMetric } from '../../../src/model/gate/metrics.ts'

const MIB = 1024 ** 2

function spread(values: readonly number[]): Spread {
  const found = spreadOf(values)
  if (found === null) throw new Error('no values')
  return found
}

function times(count: number, value: number): number[] {
  return Array<number>(count).fill(value)
}

function given(metric: GateMetric, before: readonly number[], now: readonly number[], parts: Partial<Case> = {}): Case {
  const facts = GATE_METRICS[metric]
  const limit = facts.usual ?? { share: 0.02, amount: facts.floor }
  return {
    facts,
    limit,
    before: spread(before),
    now: spread(now),
    sameSession: false,
    pageCache: NO_PAGE_CACHE,
    ...parts,
  }
}

describe('a growth fails', () => {
  it('beyond the limit, in runs enough to rule out chance', () => {
    const found = judge(given('peak-rss', times(10, 100 * MIB), times(8, 103 * MIB)))
    expect(found).toMatchObject({ verdict: 'failed', delta: 3 * MIB, threshold: 2 * MIB, bound: 'limit' })
    expect(found.p).toBeCloseTo(1 / 43_758, 12)
  })

  it('only when both parts of a limit are exceeded', () => {
    const verdict = (before: number, now: number): string =>
      judge(given('peak-rss', times(10, before), times(8, now))).verdict
    expect(verdict(4 * MIB, 4.2 * MIB)).toBe('passed')
    expect(verdict(4 * MIB, 4.3 * MIB)).toBe('failed')
    expect(verdict(400 * MIB, 406 * MIB)).toBe('passed')
    expect(verdict(400 * MIB, 409 * MIB)).toBe('failed')
  })

  it('only beyond twice the noise of the baseline', () => {
    const noisy = [97, 98, 98, 99, 100, 100, 101, 102, 102, 103].map((value) => value * MIB)
    const found = judge(given('peak-rss', noisy, times(8, 104 * MIB)))
    expect(found).toMatchObject({ verdict: 'passed', bound: 'noise', p: null })
    expect(judge(given('peak-rss', noisy, times(8, 106 * MIB))).verdict).toBe('failed')
  })

  it('not when the runs overlap so much that it may be chance', () => {
    const before = [...times(5, 100 * MIB), ...times(5, 104 * MIB)]
    const now = [...times(3, 100 * MIB), ...times(5, 110 * MIB)]
    const found = judge(given('peak-rss', before, now))
    expect(found.p).toBeGreaterThan(0.001)
    expect(found.verdict).toBe('passed')
  })

  it('of a metric that hardly varies as soon as the runs do not overlap', () => {
    expect(judge(given('mappings', times(10, 57), times(3, 60))).verdict).toBe('failed')
    expect(judge(given('mappings', times(10, 57), times(3, 59))).verdict).toBe('passed')
    expect(judge(given('mappings', [...times(9, 57), 60], [59, 60, 61])).verdict).not.toBe('failed')
  })

  it('of a growth under load by its amount, though it was near nothing', () => {
    const quiet = [-0.2, -0.1, 0, 0.1, 0.2, 0.2, 0.3, 0.3, 0.4, 0.46].map((value) => value * MIB)
    const leak = [5.2, 5.9, 6.1, 6.3, 6.4, 7, 8, 8.7].map((value) => value * MIB)
    expect(judge(given('growth.anon', quiet, leak)).verdict).toBe('failed')
    expect(judge(given('growth.anon', quiet, quiet.slice(2))).verdict).toBe('passed')
    expect(judge(given('growth.anon', leak, quiet)).verdict).toBe('improved')
  })
})

describe('too few runs', () => {
  it('are not proof, and no pass either', () => {
    expect(judge(given('minor-faults', [7000, 7010], times(3, 7300))).verdict).toBe('unproven')
    expect(
      judge(given('minor-faults', times(3, 7000), times(3, 7205), { limit: { share: 0, amount: 1 } })).verdict,
    ).toBe('unproven')
  })

  it('are enough when they do not overlap by more than 3 %', () => {
    expect(judge(given('minor-faults', times(3, 7000), times(3, 7300))).verdict).toBe('failed')
  })
})

describe('less than before', () => {
  it('is an improvement when the runs do not overlap', () => {
    expect(judge(given('peak-rss', times(10, 100 * MIB), times(3, 88 * MIB))).verdict).toBe('improved')
    expect(judge(given('peak-rss', times(10, 100 * MIB), [88 * MIB, 88 * MIB, 100 * MIB])).verdict).toBe('passed')
    expect(judge(given('peak-rss', times(10, 100 * MIB), times(3, 99 * MIB))).verdict).toBe('passed')
  })

  it('than half is none: the program may not have done its work', () => {
    expect(judge(given('peak-rss', times(10, 100 * MIB), times(3, 49 * MIB))).verdict).toBe('implausible')
    expect(judge(given('minor-faults', times(10, 80_000), times(3, 900))).verdict).toBe('implausible')
  })
})

describe('a metric that varies too much', () => {
  const racing = [17.8, 19, 20, 22, 23, 23.4, 25, 27, 29, 31.4].map((value) => value * MIB)

  it('is not judged, whatever it does', () => {
    expect(judge(given('peak-rss', racing, racing.slice(2))).verdict).toBe('unstable')
    expect(judge(given('peak-rss', racing, times(8, 29 * MIB))).verdict).toBe('unstable')
    expect(judge(given('peak-rss', racing, times(8, 15 * MIB))).verdict).toBe('unstable')
  })

  it('still fails when it grows by more than any noise', () => {
    expect(judge(given('peak-rss', racing, times(8, 80 * MIB))).verdict).toBe('failed')
  })

  it('is judged by a limit that is wider than its noise', () => {
    const limit = { share: 0.5, amount: null }
    expect(judge(given('peak-rss', racing, times(8, 29 * MIB), { limit })).verdict).toBe('passed')
    expect(judge(given('peak-rss', racing, times(8, 40 * MIB), { limit })).verdict).toBe('failed')
  })

  it('is not one whose noise is below what counts as a difference', () => {
    const small = [120, 128, 128, 132, 132, 132, 136, 136, 140, 148].map((value) => value * 1024)
    expect(judge(given('anon', small, small)).verdict).toBe('passed')
  })

  it('may be either side when both were just measured', () => {
    const steady = times(8, 24 * MIB)
    expect(judge(given('peak-rss', steady, racing.slice(2), { sameSession: true })).verdict).toBe('unstable')
    expect(judge(given('peak-rss', steady, racing.slice(2), { sameSession: false })).verdict).toBe('passed')
  })
})

describe('more runs are made', () => {
  it('from half the limit on', () => {
    const suspicious = (now: number): boolean =>
      isSuspicious(given('peak-rss', times(10, 100 * MIB), times(3, now * MIB)))
    expect(suspicious(100.9)).toBe(false)
    expect(suspicious(101.1)).toBe(true)
    expect(suspicious(90)).toBe(false)
  })

  it('not when a metric that hardly varies has decided already', () => {
    expect(isSuspicious(given('mappings', times(10, 57), times(3, 90)))).toBe(false)
    expect(isSuspicious(given('mappings', [57, 57, 59, 60], [57, 60, 61]))).toBe(true)
  })
})

const metrics = fc.constantFrom<GateMetric>('peak-rss', 'anon', 'minor-faults', 'mappings', 'growth.anon')

/** Runs of two programs: some per cent of spread about a middle, the second's moved by a factor. */
const pair = fc
  .record({
    middle: fc.integer({ min: 1, max: 20_000 }).map((pages) => pages * 4096),
    spreads: fc.tuple(fc.integer({ min: 0, max: 30 }), fc.integer({ min: 0, max: 30 })),
    factor: fc.integer({ min: 50, max: 300 }),
    draws: fc.tuple(
      fc.array(fc.integer({ min: -100, max: 100 }), { minLength: 3, maxLength: 12 }),
      fc.array(fc.integer({ min: -100, max: 100 }), { minLength: 3, maxLength: 12 }),
    ),
  })
  .map(({ middle, spreads, factor, draws: [first, second] }) => {
    const runs = (draws: readonly number[], spreadPercent: number, by: number): number[] =>
      draws.map((each) => Math.round(middle * by * (1 + (each * spreadPercent) / 10_000)))
    return { before: runs(first, spreads[0], 1), now: runs(second, spreads[1], factor / 100) }
  })

describe('whatever the runs are', () => {
  it('the same runs never fail and never improve', () => {
    fc.assert(
      fc.property(metrics, pair, (metric, { before }) => {
        expect(['passed', 'unstable']).toContain(judge(given(metric, before, before)).verdict)
      }),
    )
  })

  it('what fails still fails when every run is greater by as much', () => {
    fc.assert(
      fc.property(metrics, pair, fc.integer({ min: 0, max: 1000 }), (metric, { before, now }, more) => {
        fc.pre(judge(given(metric, before, now)).verdict === 'failed')
        const greater = now.map((value) => value + more * 4096)
        expect(judge(given(metric, before, greater)).verdict).toBe('failed')
      }),
    )
  })

  it('nothing fails that does not exceed its threshold, nor without more runs unless it was decided at once', () => {
    fc.assert(
      fc.property(metrics, pair, (metric, { before, now }) => {
        const found = judge(given(metric, before, now))
        fc.pre(found.verdict === 'failed')
        expect(found.delta).toBeGreaterThan(found.threshold)
        const decided = GATE_METRICS[metric].judged === 'exact'
        expect(isSuspicious(given(metric, before, now)) || decided).toBe(true)
      }),
    )
  })

  it('what fails a wide limit does not pass a narrow one', () => {
    const percents = fc.integer({ min: 0, max: 20 })
    fc.assert(
      fc.property(metrics, pair, percents, percents, (metric, { before, now }, percent, more) => {
        const wide = { share: (percent + more) / 100, amount: null }
        fc.pre(judge(given(metric, before, now, { limit: wide })).verdict === 'failed')
        const narrow = { share: percent / 100, amount: null }
        expect(['failed', 'unstable']).toContain(judge(given(metric, before, now, { limit: narrow })).verdict)
      }),
    )
  })

  it('the order of runs does not matter', () => {
    fc.assert(
      fc.property(metrics, pair, (metric, { before, now }) => {
        const straight = judge(given(metric, before, now))
        expect(judge(given(metric, [...before].reverse(), [...now].reverse()))).toEqual(straight)
      }),
    )
  })
})
