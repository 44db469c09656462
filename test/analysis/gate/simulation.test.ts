import { describe, expect, it } from 'vitest'
import { type Case, isSuspicious, judge, NO_PAGE_CACHE } from '../../../src/analysis/gate/rule.ts'
import { spreadOf } from '../../../src/analysis/statistics.ts'
import type { Spread } from '../../../src/model/fault-figures.ts'
import { GATE_METRICS } from '../../../src/model/gate/metrics.ts'
import { draw, MINOR_FAULTS, type Noise, PEAK_RSS, RACING, type Random, seeded } from '../../helpers/noise.ts'

const CHECKS = 400

type Metric = 'peak-rss' | 'minor-faults'
type Verdict = ReturnType<typeof judge>['verdict']

interface Simulated {
  readonly metric: Metric
  readonly noise: Noise
  /** How much more the new program takes. */
  readonly factor: number
  readonly against: boolean
}

function spread(values: readonly number[]): Spread {
  const found = spreadOf(values)
  if (found === null) throw new Error('no values')
  return found
}

/** One check as it is made: three runs, and five more if those are suspicious. */
function check({ metric, noise, factor, against }: Simulated, random: Random): { verdict: Verdict; runs: number } {
  const facts = GATE_METRICS[metric]
  const unit = metric === 'peak-rss' ? 1024 : 1
  const runs = (count: number, by: number): number[] => draw(noise, count, random).map((value) => value * unit * by)
  const before = against ? [] : runs(10, 1)
  const now: number[] = []
  const more = (count: number): Case => {
    now.push(...runs(count, factor))
    if (against) before.push(...runs(count, 1))
    const limit = facts.usual ?? { share: null, amount: null }
    return { facts, limit, before: spread(before), now: spread(now), sameSession: against, pageCache: NO_PAGE_CACHE }
  }
  const first = more(3)
  const last = isSuspicious(first) ? more(5) : first
  return { verdict: judge(last).verdict, runs: now.length }
}

/** Shares of verdicts over many checks, and the runs that one takes on average. */
function simulate(simulated: Simulated, seed: number): { of: (verdict: Verdict) => number; runs: number } {
  const random = seeded(seed)
  const checks = Array.from({ length: CHECKS }, () => check(simulated, random))
  return {
    of: (verdict) => checks.filter((each) => each.verdict === verdict).length / CHECKS,
    runs: checks.reduce((sum, each) => sum + each.runs, 0) / CHECKS,
  }
}

const PROGRAMS = [
  ...Object.entries(PEAK_RSS).map(([name, noise]) => ['peak-rss' as Metric, name, noise] as const),
  ...Object.entries(MINOR_FAULTS).map(([name, noise]) => ['minor-faults' as Metric, name, noise] as const),
]

describe.each([
  ['a baseline', false],
  ['another program, in turn', true],
])('checks against %s, on programs as they really vary', (_name, against) => {
  it.each(PROGRAMS)('%s of %s: nothing changed, and none of them fails', (metric, _program, noise) => {
    const found = simulate({ metric, noise, factor: 1, against }, 1)
    expect(found.of('failed')).toBe(0)
    expect(found.of('passed')).toBeGreaterThan(0.99)
    expect(found.runs).toBeLessThan(3.7)
  })

  it.each(PROGRAMS)('%s of %s: a growth of 5 %% is found', (metric, _program, noise) => {
    const { of } = simulate({ metric, noise, factor: 1.05, against }, 2)
    expect(of('failed')).toBeGreaterThan(metric === 'peak-rss' ? 0.995 : 0.9)
  })

  it.each(PROGRAMS)('%s of %s: a growth of 10 %% is always found', (metric, _program, noise) => {
    expect(simulate({ metric, noise, factor: 1.1, against }, 3).of('failed')).toBeGreaterThan(0.99)
  })
})

describe('threads that race for memory', () => {
  const racing = { metric: 'peak-rss', noise: RACING, against: false } as const

  it.each([1, 1.05, 1.275])('are called unstable at %d times their memory: neither failed nor passed', (factor) => {
    const { of } = simulate({ ...racing, factor }, 4)
    expect(of('unstable')).toBeGreaterThan(0.99)
    expect(of('failed')).toBeLessThan(0.005)
  })

  it('fail all the same when they take three times as much', () => {
    expect(simulate({ ...racing, factor: 3 }, 5).of('failed')).toBeGreaterThan(0.95)
  })
})
