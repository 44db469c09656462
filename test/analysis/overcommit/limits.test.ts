import { describe, expect, it } from 'vitest'
import { type Limit, type LimitFacts, type LimitId, limitsOf } from '../../../src/analysis/overcommit/limits.ts'
import { outlookOf } from '../../../src/analysis/overcommit/outlook.ts'
import type { CgroupLevel } from '../../../src/collectors/cgroup-limits.ts'
import { parseLimits } from '../../../src/parsers/limits.ts'
import { parseStatus } from '../../../src/parsers/status.ts'
import { GIB, KIB, MIB, SETTINGS, sampleWith } from '../../helpers/commit-samples.ts'
import { fixtureBytes, fixtureText } from '../../helpers/fixtures.ts'

const NONE = Number.POSITIVE_INFINITY

const LEVEL: CgroupLevel = {
  version: 2,
  path: '/a',
  max: null,
  high: null,
  swap: null,
  memsw: null,
  kmem: null,
  reclaimable: 0,
  oomKills: 0,
  throttled: 0,
  killDisabled: false,
  killsGroup: false,
  pressure: null,
}

function facts(more: Partial<LimitFacts> = {}): LimitFacts {
  return {
    host: sampleWith(),
    settings: SETTINGS,
    status: parseStatus(fixtureBytes('proc/java/status')),
    rlimits: parseLimits(fixtureBytes('proc/java/limits')),
    cgroups: [],
    maxMapCount: 65_530,
    mappings: 213,
    stack: 132 * KIB,
    usesHugetlb: false,
    firstUserNamespace: true,
    ...more,
  }
}

function limit(id: LimitId, more: Partial<LimitFacts> = {}, where = ''): Limit | undefined {
  return limitsOf(facts(more)).find((each) => each.id === id && each.where === where)
}

describe('the limits of a process', () => {
  it('are those of setrlimit, each against what the kernel compares it with', () => {
    const rlimits = parseLimits(
      Buffer.from(
        fixtureText('proc/java/limits')
          .replace(/^(Max address space +)unlimited {12}/m, (_, name) => `${name}10737418240          `)
          .replace(/^(Max data size +)unlimited {12}/m, (_, name) => `${name}2147483648           `),
        'latin1',
      ),
    )
    expect(limit('rlimit-as', { rlimits })).toMatchObject({ used: 8_982_628 * KIB, limit: 10 * GIB, effect: 'refused' })
    expect(limit('rlimit-data', { rlimits })).toMatchObject({ used: 1_342_480 * KIB, limit: 2 * GIB })
    expect(limit('rlimit-stack')).toMatchObject({ used: 132 * KIB, limit: 8 * MIB, effect: 'segfault' })
    expect(limit('rlimit-as')).toMatchObject({ limit: NONE })
  })

  it('do not include RLIMIT_MEMLOCK for who may lock as much as he likes', () => {
    expect(limit('rlimit-memlock')).toMatchObject({ limit: NONE })
    expect(limit('rlimit-memlock', { firstUserNamespace: false })).toMatchObject({ used: 0, limit: 8 * MIB })
  })

  it('count mappings', () => {
    expect(limit('max-map-count')).toEqual({
      id: 'max-map-count',
      where: '',
      used: 213,
      limit: 65_530,
      effect: 'refused',
    })
  })

  it('know the promises in mode 2 only, less what is kept for root', () => {
    expect(limit('commit')).toBeUndefined()
    const settings = { ...SETTINGS, mode: 2 }
    const root = limit('commit', { settings })
    const other = limit('commit', { settings, firstUserNamespace: false })
    expect(root?.used).toBe(86_756 * KIB)
    expect((root?.limit ?? 0) - (other?.limit ?? 0)).toBe(8 * MIB)
  })

  it('leave the pools of huge pages out unless the process has some', () => {
    const pool = { isDefault: null, nodes: [] }
    const pools = [
      { ...pool, size: 2 * MIB, total: 16, free: 9, reserved: 4, surplus: 2, overcommit: 6 },
      { ...pool, size: GIB, total: 0, free: 0, reserved: 0, surplus: 0, overcommit: 0 },
    ]
    const host = sampleWith({}, { pools })
    expect(limit('hugetlb', { host }, String(2 * MIB))).toBeUndefined()
    // 7 are taken and 4 promised; 4 more than the 16 there are may still be made.
    const used = { host, usesHugetlb: true }
    expect(limit('hugetlb', used, String(2 * MIB))).toMatchObject({ used: 22 * MIB, limit: 40 * MIB })
    expect(limit('hugetlb', used, String(GIB))).toBeUndefined()
  })
})

describe('the limits of its cgroups', () => {
  const max = { limit: GIB, usage: 768 * MIB }

  it('do not count page cache as used, which goes before anything fails', () => {
    const cgroups = [{ ...LEVEL, max, reclaimable: 168 * MIB }]
    expect(limit('cgroup-max', { cgroups }, '/a')).toMatchObject({ used: 600 * MIB, limit: GIB, effect: 'cgroup-kill' })
  })

  it('are those of every level, each by its path', () => {
    const cgroups = [
      { ...LEVEL, path: '/a/b', max: { limit: NONE, usage: 100 * MIB } },
      { ...LEVEL, path: '/a', max, high: { limit: 900 * MIB, usage: 768 * MIB } },
    ]
    expect(limit('cgroup-max', { cgroups }, '/a/b')).toMatchObject({ limit: NONE })
    expect(limit('cgroup-high', { cgroups }, '/a')).toMatchObject({ used: 768 * MIB, effect: 'slow' })
  })

  it('say what happens there', () => {
    expect(limit('cgroup-max', { cgroups: [{ ...LEVEL, max, killsGroup: true }] }, '/a')?.effect).toBe('group-kill')
    const v1 = { ...LEVEL, version: 1 as const, max, killDisabled: true }
    expect(limit('cgroup-limit', { cgroups: [v1] }, '/a')?.effect).toBe('wait')
    expect(limit('cgroup-max', { cgroups: [v1] }, '/a')).toBeUndefined()
  })

  it('count swap alone as swap, and memory with swap as v1 does', () => {
    const swap = { limit: 64 * MIB, usage: MIB }
    expect(limit('cgroup-swap', { cgroups: [{ ...LEVEL, swap, reclaimable: GIB }] }, '/a')?.used).toBe(MIB)
    const memsw = { limit: 2 * GIB, usage: GIB }
    expect(limit('cgroup-memsw', { cgroups: [{ ...LEVEL, memsw, reclaimable: MIB }] }, '/a')?.used).toBe(GIB - MIB)
  })
})

describe('the outlook', () => {
  const at = (id: LimitId, used: number, most: number): Limit => ({
    id,
    where: '',
    used,
    limit: most,
    effect: 'refused',
  })

  it('puts first what is graded worst, then what comes soonest, then what is fullest', () => {
    const limits = [at('rlimit-as', 10, 100), at('rlimit-data', 85, 100), at('max-map-count', 95, 100)]
    expect(outlookOf(limits, null).limits.map((each) => each.id)).toEqual(['max-map-count', 'rlimit-data', 'rlimit-as'])
    const before = [at('rlimit-as', 0, 100), at('rlimit-data', 84.5, 100), at('max-map-count', 95, 100)]
    const { limits: timed } = outlookOf(limits, { first: before, seconds: 1 })
    expect(timed.map(({ id, grade, secondsLeft }) => [id, grade, secondsLeft])).toEqual([
      ['rlimit-as', 'critical', 9],
      ['rlimit-data', 'critical', 30],
      ['max-map-count', 'high', NONE],
    ])
  })

  it('has no rate without a second sample, and does not judge what hardly grows', () => {
    expect(outlookOf([at('rlimit-as', 1, 100)], null).limits[0]?.rate).toBeNaN()
    const barely = outlookOf([at('rlimit-as', 50.05, 100)], { first: [at('rlimit-as', 50, 100)], seconds: 0.01 })
    expect(barely.limits[0]).toMatchObject({ grade: 'low' })
    expect(barely.limits[0]?.secondsLeft).toBeCloseTo(9.99, 1)
  })

  it('keeps apart what is not set and what is not known', () => {
    const { limits, unlimited, unknown } = outlookOf(
      [at('rlimit-as', 5, NONE), at('max-map-count', Number.NaN, 100), at('rlimit-data', 5, Number.NaN)],
      null,
    )
    expect(limits).toEqual([])
    expect(unlimited.map((each) => each.id)).toEqual(['rlimit-as'])
    expect(unknown.map((each) => each.id)).toEqual(['max-map-count', 'rlimit-data'])
  })

  it('has nothing left of a limit that is exceeded, and counts a limit of nothing as full once it is used', () => {
    const { limits } = outlookOf([at('rlimit-stack', 12, 8), at('cgroup-swap', 0, 0), at('rlimit-as', 1, 0)], null)
    const of = (id: LimitId) => limits.find((each) => each.id === id)
    expect(of('rlimit-stack')).toMatchObject({ left: 0, percent: 150, grade: 'critical' })
    expect(of('cgroup-swap')).toMatchObject({ left: 0, percent: 0, grade: 'low' })
    expect(of('rlimit-as')).toMatchObject({ percent: 100 })
  })
})
