import { describe, expect, test } from 'vitest'
import { type RuleFinding, runRules } from '../../../src/analysis/rules/engine.ts'
import { RULES } from '../../../src/analysis/rules/index.ts'
import { motionOf } from '../../../src/analysis/rules/motion.ts'
import { defineRule, finding, type Rule, type RuleText, type Severity } from '../../../src/analysis/rules/rule.ts'
import type { SourceAnswers } from '../../../src/analysis/rules/sources.ts'
import { withCausesOnce, withSharedOnce } from '../../../src/analysis/rules/told-once.ts'
import { type MadeMapping, reportOf, statusOf } from '../../helpers/rule-cases.ts'
import { commitOf, hugePagesOf, meminfoOf, poolOf, thpOf } from '../../helpers/rule-reports.ts'

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

describe('of the host and a process', () => {
  const TWICE: RuleText['toldWith'] = [{ rule: 'other', of: 'cause' }]
  const { host } = reportOf([{ start: AT, pages: 1, perms: 'rw-p' }], true)

  /** What these rules come to, those of the host and those of process 10: `rule+told with it`, and what is told elsewhere. */
  function judged(answers: SourceAnswers, hostRules: readonly Rule[], processRules: readonly Rule[]) {
    const once = withCausesOnce(runRules(hostRules, answers), [{ pid: 10, outcome: runRules(processRules, answers) }])
    const [own] = once.processes
    if (own === undefined) throw new Error('the process is lost')
    const elsewhere = [once.host, own].flatMap((each) => each.elsewhere.map(({ rule, pid }) => [rule.id, pid]))
    return { host: once.host.findings.map(names), process: own.findings.map(names), elsewhere }
  }

  function real(...ids: readonly string[]): readonly Rule[] {
    return RULES.filter(({ id }) => ids.includes(id))
  }

  const caused = (id: string, severity: Severity, cause: string | null, toldWith: RuleText['toldWith'] = []) =>
    defineRule({
      ...TEXT,
      id,
      toldWith,
      needs: [],
      check: () => finding(severity, 'certain', id, { evidence: [], cause }),
    })

  test('one cause is told by the rule that says more of it, never by one that matters less', () => {
    const lesser = caused('own', 'low', 'x', TWICE)
    expect(judged({}, [caused('other', 'low', 'x')], [lesser])).toEqual({
      host: ['other+own'],
      process: [],
      elsewhere: [['own', null]],
    })
    const apart = (hostRule: Rule, own: Rule) => judged({}, [hostRule], [own]).elsewhere
    expect(apart(caused('other', 'low', 'y'), lesser)).toEqual([])
    expect(apart(caused('other', 'info', 'x'), lesser)).toEqual([])
    expect(apart(caused('other', 'low', null), caused('own', 'low', null, TWICE))).toEqual([])
    // What holds within a process says nothing of the host.
    expect(apart(finds('other', 'low'), finds('own', 'low', { toldWith: [{ rule: 'other', of: 'process' }] }))).toEqual(
      [],
    )
  })

  test('a finding that tells others is not told itself, and takes nobody’s place', () => {
    const mutual = caused('other', 'low', 'x', [{ rule: 'own', of: 'cause' }])
    const { host, process, elsewhere } = judged({}, [mutual], [caused('own', 'low', 'x', TWICE)])
    expect([...host, ...process]).toHaveLength(1)
    expect(elsewhere).toHaveLength(1)
  })

  test('memory that one process holds is told with it, that of others apart', () => {
    const figures = { Rss: 40 * 1024, Locked: 40 * 1024 }
    const answersFor = (unevictable: number, pins: number): SourceAnswers => ({
      smaps: { ok: true, value: reportOf([{ start: AT, pages: 10_240, perms: 'rw-p', figures }]) },
      status: { ok: true, value: statusOf({ VmPin: 0 }) },
      meminfo: { ok: true, value: meminfoOf({ MemTotal: 100 * 1024, Unevictable: unevictable * 1024 }) },
      vmstat: { ok: true, value: new Map([['nr_foll_pin_acquired', pins]]) },
      host: { ok: true, value: host },
    })
    const judge = (unevictable: number, pins = 0) =>
      judged(answersFor(unevictable, pins), real('unevictable-memory'), real('locked-share'))
    const once = { host: [], process: ['locked-share+unevictable-memory'], elsewhere: [['unevictable-memory', 10]] }
    expect(judge(40)).toEqual(once)
    expect(judge(69)).toEqual(once)
    const both = { host: ['unevictable-memory'], process: ['locked-share'], elsewhere: [] }
    expect(judge(71)).toEqual(both)
    // 31 of 100 MiB are pinned, and not by this process.
    expect(judge(40, 31 * 256)).toEqual(both)
  })

  test('a pool that nobody uses is told with the segment that it would hold, another pool apart', () => {
    const segment = { start: AT, pages: 65_536, perms: 'rw-s', name: '/dev/zero (deleted)', inode: 5 }
    const maps = reportOf([segment])
    const judge = (...pools: Parameters<typeof poolOf>[0][]) => {
      const hugePages = hugePagesOf({ pools: pools.map(poolOf) })
      const answers: SourceAnswers = {
        maps: { ok: true, value: maps },
        thp: { ok: true, value: thpOf(maps, hugePages) },
        hugePages: { ok: true, value: hugePages },
        meminfo: { ok: true, value: meminfoOf({ MemTotal: 64 * 2 ** 20 }) },
      }
      return judged(answers, real('hugetlb-idle'), real('hugetlb-expected'))
    }
    const large = { total: 600, free: 600 }
    expect(judge(large)).toEqual({
      host: [],
      process: ['hugetlb-expected+hugetlb-idle'],
      elsewhere: [['hugetlb-idle', 10]],
    })
    expect(judge(large, { size: 2 ** 30, total: 4, free: 4 }).elsewhere).toEqual([])
    expect(judge({ total: 100, free: 100 }, { size: 2 ** 30, total: 4, free: 4 })).toEqual({
      host: ['hugetlb-idle'],
      process: ['hugetlb-expected'],
      elsewhere: [],
    })
  })

  test('promises to stacks are told with the process that has them, where they are all that is too much', () => {
    const stacks = Array.from({ length: 300 }, (_, index) => [
      { start: AT + index * 2 ** 24, pages: 1, perms: '---p', flags: 'mr mw me nh' },
      {
        start: AT + index * 2 ** 24 + 4096,
        pages: 2048,
        perms: 'rw-p',
        flags: 'rd wr mr mw me ac nh',
        figures: { Rss: 8 },
      },
    ]).flat()
    /** 300 stacks have 2400 MiB of what is promised; 3000 MiB are left. */
    const judge = (promised: number) => {
      const mib = 1024
      const left = { MemAvailable: 3000 * mib, SwapTotal: 0, SwapFree: 0, SwapCached: 0, AnonPages: 0, Shmem: 0 }
      const answers: SourceAnswers = {
        smaps: { ok: true, value: reportOf(stacks) },
        sysctls: { ok: true, value: new Map([['vm/overcommit_memory', 0]]) },
        commit: { ok: true, value: commitOf({ ...left, Committed_AS: promised * mib }) },
        threadPromise: { ok: true, value: { threads: 900, stacks: 7200 * mib * mib } },
      }
      return judged(answers, real('latent-overcommit'), real('thread-stack-volume'))
    }
    expect(judge(4600)).toEqual({
      host: [],
      process: ['thread-stack-volume+latent-overcommit'],
      elsewhere: [['latent-overcommit', 10]],
    })
    // Stacks of others would be too much without these.
    expect(judge(4700)).toEqual({ host: ['latent-overcommit'], process: ['thread-stack-volume'], elsewhere: [] })
  })

  test('faults for NUMA balancing are told with the host’s, others apart', () => {
    const looks = [0, 1, 2].map((index) => ({
      at: index * 500,
      startTime: 7,
      minorFaults: index * 10_000,
      majorFaults: 0,
      resident: 1000,
      dirtied: null,
      written: null,
      mappings: null,
    }))
    const value = motionOf(looks, 4096)
    if (value === null) throw new Error('it did not move')
    const judge = (...rates: readonly (readonly [string, number])[]) => {
      const answers: SourceAnswers = {
        motion: { ok: true, value },
        host: { ok: true, value: host },
        vmstatRates: { ok: true, value: new Map(rates) },
      }
      return judged(answers, real('numa-hint-faults'), real('faults-without-growth'))
    }
    expect(judge(['numa_hint_faults', 25_000])).toEqual({
      host: ['numa-hint-faults+faults-without-growth'],
      process: [],
      elsewhere: [['faults-without-growth', null]],
    })
    // Half of the 20,000 of this process would be theirs at most, if there were no other.
    expect(judge(['numa_hint_faults', 10_000], ['pswpin', 15_000])).toEqual({
      host: ['numa-hint-faults'],
      process: ['faults-without-growth'],
      elsewhere: [],
    })
  })
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
