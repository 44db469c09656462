import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { outlookOf } from '../../../src/analysis/overcommit/outlook.ts'
import { type RiskFigures, riskOf } from '../../../src/analysis/overcommit/risk.ts'
import { GRADES, gradeOf, RISK_RULES, type RiskRule, worseThan } from '../../../src/analysis/overcommit/risk-rules.ts'
import { GIB } from '../../helpers/commit-samples.ts'

function figures(more: Partial<RiskFigures> = {}, usedPercent = 10): RiskFigures {
  const memory = { id: 'memory' as const, where: '', used: usedPercent, limit: 100, effect: 'oom-kill' as const }
  return {
    outlook: outlookOf([memory], null),
    latent: 0,
    supply: 10 * GIB,
    memoryLeft: 100 - usedPercent,
    pressure: 0,
    killsWatched: Number.NaN,
    killsPast: 0,
    killsInCgroup: Number.NaN,
    ...more,
  }
}

const RULES = Object.entries<RiskRule>(RISK_RULES)

describe('the rule', () => {
  it.each(RULES)('%s has thresholds that grow worse in one direction', (_, rule) => {
    const thresholds = [rule.elevated, rule.high, rule.critical].filter((each) => each !== null)
    const sorted = [...thresholds].sort((a, b) => (rule.falling ? b - a : a - b))
    expect(thresholds).toEqual(sorted)
    expect(thresholds.length).toBeGreaterThan(0)
  })

  it.each(RULES)('%s never grades a worse figure better', (_, rule) => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 1e6, noNaN: true }),
        fc.double({ min: 0, max: 1e6, noNaN: true }),
        (a, b) => {
          const [better, worse] = a < b === rule.falling ? [b, a] : [a, b]
          expect(worseThan(gradeOf(rule, better), gradeOf(rule, worse))).toBe(false)
        },
      ),
    )
  })

  it('begins a grade at its threshold', () => {
    expect(gradeOf(RISK_RULES.pressure, 5)).toBe('high')
    expect(gradeOf(RISK_RULES.pressure, 4.99)).toBe('elevated')
    expect(gradeOf(RISK_RULES['memory-left'], 10)).toBe('elevated')
    expect(gradeOf(RISK_RULES['memory-left'], 9.99)).toBe('high')
  })
})

describe('a grade', () => {
  it.each([
    ['low', {}, 10],
    ['elevated', { pressure: 1.2 }, 10],
    ['elevated', { latent: 5 * GIB }, 10],
    // More promised than there is is no catastrophe while most of it is free.
    ['high', { latent: 50 * GIB }, 10],
    // But it is one when little is.
    ['critical', { latent: 10 * GIB, memoryLeft: 15 }, 85],
    ['critical', { killsWatched: 1 }, 10],
    ['elevated', { killsPast: 3 }, 10],
    ['elevated', { killsInCgroup: 1 }, 10],
    ['critical', {}, 96],
  ] as const)('is %s of %j at %d %% used', (grade, more, used) => {
    expect(riskOf(figures(more, used)).grade).toBe(grade)
  })

  it('is that of its first factor, and the factors come worst first', () => {
    const { grade, factors } = riskOf(figures({ pressure: 30, latent: 20 * GIB, killsPast: 1 }, 85))
    expect(grade).toBe('critical')
    expect(factors[0]).toMatchObject({ grade })
    const order = factors.map((factor) => GRADES.indexOf(factor.grade))
    expect(order).toEqual([...order].sort((a, b) => b - a))
  })

  it('says what it could not judge, and does not take it for harmless', () => {
    const { factors, unknown } = riskOf(figures({ pressure: Number.NaN, latent: Number.NaN }))
    expect(unknown).toEqual(['promises', 'pressure'])
    expect(factors.map((factor) => factor.rule)).not.toContain('pressure')
    const blind = { ...figures(), outlook: outlookOf([], null), memoryLeft: Number.NaN }
    expect(riskOf(blind)).toMatchObject({ grade: null, unknown: ['memory-left'] })
    // What is bad is bad, whatever else is not known.
    expect(riskOf({ ...blind, pressure: 50 }).grade).toBe('critical')
  })
})
