import { describe, expect, test } from 'vitest'
import { type RuleFinding, runRules } from '../../../src/analysis/rules/engine.ts'
import { RULES } from '../../../src/analysis/rules/index.ts'
import { motionOf } from '../../../src/analysis/rules/motion.ts'
import { defineRule, finding, type Rule, type RuleText, type Severity } from '../../../src/analysis/rules/rule.ts'
import type { SourceAnswers } from '../../../src/analysis/rules/sources.ts'
import { withSharedOnce } from '../../../src/analysis/rules/told-once.ts'
import { type MadeMapping, reportOf } from '../../helpers/rule-cases.ts'

const AT = 0x7f0000000000
const TEXT = { title: '', severity: 'low', what: '', why: '', remedy: '', falseAlarms: '', references: [] } as const

/** A rule that finds something, whatever it is shown. */
function finds(
  id: string,
  severity: Severity,
  { rows = [], toldWith = [] }: { rows?: readonly number[]; toldWith?: RuleText['toldWith'] } = {},
): Rule {
  const check = () => finding(severity, 'certain', `${id} found it`, { evidence: [], rows })
  return defineRule({ ...TEXT, id, toldWith, needs: [], check })
}

/** What is told, each with what is told with it: `a+b`. */
function told(...rules: readonly Rule[]): readonly string[] {
  return runRules(rules, {}).findings.map(names)
}

function names({ rule, also }: RuleFinding): string {
  return [rule.id, ...also.map((each) => each.rule.id)].join('+')
}

describe('of one process', () => {
  test('a cause is told by the rule that says more of it', () => {
    const lesser = finds('faults', 'low', { toldWith: [{ rule: 'sync', of: 'process' }] })
    expect(told(lesser, finds('sync', 'medium'), finds('other', 'low'))).toEqual(['sync+faults', 'other'])
    expect(told(lesser, finds('other', 'low'))).toEqual(['faults', 'other'])
  })

  test('and never by one that matters less', () => {
    const worse = finds('files', 'high', { toldWith: [{ rule: 'temporary', of: 'process' }] })
    expect(told(worse, finds('temporary', 'info'))).toEqual(['files', 'temporary'])
  })

  test('where it is about mappings, only when they are all the other’s', () => {
    const toldWith = [{ rule: 'libraries', of: 'mappings' }] as const
    const libraries = finds('libraries', 'medium', { rows: [1, 2] })
    expect(told(finds('files', 'medium', { rows: [2], toldWith }), libraries)).toEqual(['libraries+files'])
    expect(told(finds('files', 'medium', { rows: [2, 3], toldWith }), libraries)).toEqual(['files', 'libraries'])
  })

  test('a chain ends in one finding, and two that name each other keep one', () => {
    const first = finds('first', 'low', { toldWith: [{ rule: 'second', of: 'process' }] })
    const second = finds('second', 'low', { toldWith: [{ rule: 'third', of: 'process' }] })
    expect(told(first, second, finds('third', 'low'))).toEqual(['third+first+second'])
    const mutual = finds('third', 'low', { toldWith: [{ rule: 'second', of: 'process' }] })
    expect(told(second, mutual)).toEqual(['third+second'])
  })

  test('rules name rules that there are, which are about the same subject', () => {
    const ids = new Set(RULES.map(({ id }) => id))
    const declared = RULES.flatMap(({ id, toldWith = [] }) => toldWith.map(({ rule }) => ({ id, rule })))
    expect(declared.filter(({ id, rule }) => id === rule || !ids.has(rule))).toEqual([])
  })
})

/** What is written again after each msync faults again: two rules see it. */
test('faults after msync are told once', () => {
  const maps = reportOf([{ start: AT, pages: 4096, perms: 'rw-s', name: '/data/log', inode: 9 }], true)
  const looks = [0, 1, 2].map((index) => ({
    at: index * 500,
    startTime: 7,
    minorFaults: index * 10_000,
    majorFaults: 0,
    resident: 1000,
    dirtied: index * 10_000 * 4096,
    written: 0,
    mappings: null,
  }))
  const value = motionOf(looks, 4096)
  if (value === null) throw new Error('it did not move')
  const answers: SourceAnswers = {
    maps: { ok: true, value: maps },
    motion: { ok: true, value },
    host: { ok: true, value: maps.host },
    vmstatRates: { ok: true, value: new Map() },
  }
  const rules = RULES.filter(({ id }) => id === 'sync-refaults' || id === 'faults-without-growth')
  expect(runRules(rules, answers).findings.map(names)).toEqual(['sync-refaults+faults-without-growth'])
})

describe('of several processes', () => {
  const segment = (inode: number): MadeMapping => ({
    start: AT,
    pages: 65_536,
    perms: 'rw-s',
    name: '/dev/zero (deleted)',
    inode,
    figures: { Swap: 32_768 },
  })
  const outcomeOf = (...mappings: readonly MadeMapping[]) => {
    const rules = RULES.filter(({ id }) => id === 'shared-memory-in-swap')
    return runRules(rules, { smaps: { ok: true, value: reportOf(mappings) } })
  }

  test('a segment is told of once, with who shares it', () => {
    const processes = [
      { pid: 10, outcome: outcomeOf(segment(5)) },
      { pid: 11, outcome: outcomeOf(segment(5)) },
      { pid: 12, outcome: outcomeOf(segment(6)) },
      { pid: 13, outcome: outcomeOf(segment(5)) },
    ]
    const told = withSharedOnce(processes)
    expect(told.map(({ findings }) => findings.map(({ sharers }) => sharers))).toEqual([[[11, 13]], [], [[]], []])
    expect(told.map(({ elsewhere }) => elsewhere.map(({ rule, pid }) => [rule.id, pid]))).toEqual([
      [],
      [['shared-memory-in-swap', 10]],
      [],
      [['shared-memory-in-swap', 10]],
    ])
  })
})
