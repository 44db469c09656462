import { describe, expect, test } from 'vitest'
import { runRules } from '../../src/analysis/rules/engine.ts'
import { defineRule, finding, type RuleText } from '../../src/analysis/rules/rule.ts'
import { withCausesOnce } from '../../src/analysis/rules/told-once.ts'
import { alsoTexts } from '../../src/output/doctor-parts.ts'
import { pidsText } from '../../src/output/pids-text.ts'

const TEXT = { title: '', severity: 'low', what: '', why: '', remedy: '', falseAlarms: '', references: [] } as const

function finds(id: string, toldWith: RuleText['toldWith'] = []) {
  const check = () => finding('low', 'certain', `${id} was found`, { evidence: [], cause: 'one' })
  return defineRule({ ...TEXT, id, toldWith, needs: [], check })
}

describe('what is told with a finding', () => {
  /** Of the host's finding, where so many processes have one on the same cause. */
  function alsoOf(processes: number): readonly string[] {
    const own = finds('own', [{ rule: 'whole', of: 'cause' }])
    const outcomes = Array.from({ length: processes }, (_, index) => ({
      pid: 10 + index,
      outcome: runRules([own], {}),
    }))
    const [told] = withCausesOnce(runRules([finds('whole')], {}), outcomes).host.findings
    if (told === undefined) throw new Error('the host’s finding is lost')
    return alsoTexts(told)
  }

  test('says whose it is', () => {
    expect(alsoOf(2)).toEqual(['own of PID 10: own was found', 'own of PID 11: own was found'])
    const other = [{ pid: 10, outcome: runRules([finds('own')], {}) }]
    const host = runRules([finds('whole', [{ rule: 'own', of: 'cause' }])], {})
    const [told] = withCausesOnce(host, other).processes[0]?.findings ?? []
    expect(told && alsoTexts(told)).toEqual(['whole of the host: whole was found'])
  })

  test('is named of a few, and counted of the others', () => {
    expect(alsoOf(6)).toHaveLength(6)
    expect(alsoOf(7)).toHaveLength(6)
    expect(alsoOf(7).at(-1)).toBe('and 2 more: own')
  })
})

test('of many processes the first are named', () => {
  expect(pidsText([7])).toBe('PID 7')
  expect(pidsText([1, 2, 3, 4, 5, 6, 7, 8, 9])).toBe('PID 1, 2, 3, 4, 5, 6, 7, 8, 9')
  expect(pidsText([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])).toBe('PID 1, 2, 3, 4, 5, 6, 7, 8 and 2 more')
})
