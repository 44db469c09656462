import { describe, expect, it } from 'vitest'
import { groupFigures, growthOf, largestGroups, MOST_GROUPS } from '../../../src/analysis/gate/group-figures.ts'
import { groupResults } from '../../../src/analysis/gate/group-limits.ts'
import { figuresOfRuns } from '../../../src/analysis/gate/reference.ts'
import type { GroupLimit } from '../../../src/model/gate/limit.ts'
import { gateRun, serverRun } from '../../helpers/gate-runs.ts'

const KIB = 1024
const MIB = KIB ** 2
const text = (key: string): string => key

type Sizes = Readonly<Record<string, number>>

function figures(...runs: readonly Sizes[]): NonNullable<ReturnType<typeof groupFigures>> {
  const found = groupFigures(
    runs.map((groups) => gateRun({ groups })),
    text,
  )
  if (found === null) throw new Error('no groups')
  return found
}

function changes(before: readonly Sizes[], now: readonly Sizes[]): Readonly<Record<string, string>> {
  const { rows } = growthOf(figures(...before), figures(...now), { at: null, moment: 'peak' })
  return Object.fromEntries(rows.map(({ key, change, delta }) => [key, `${change} ${delta / KIB}`]))
}

describe('the groups of several runs', () => {
  it('have the median, and the range within which they vary', () => {
    const { groups } = figures({ heap: 3 * MIB }, { heap: 5 * MIB }, { heap: 4 * MIB })
    expect(groups.get('heap')).toEqual({ median: 4 * MIB, min: 3 * MIB, max: 5 * MIB, anon: 4 * MIB, mappings: 1 })
  })

  it('count as nothing where a run lacks them', () => {
    expect(figures({ lib: MIB }, {}, {}).groups.get('lib')).toMatchObject({ median: 0, min: 0, max: MIB })
  })

  it('are unknown when a run has no snapshot', () => {
    expect(groupFigures([gateRun(), gateRun({ groups: null })], text)).toBe(null)
    expect(groupFigures([], text)).toBe(null)
  })

  it('leave out the runs whose snapshot came too late for their peak, where most did not', () => {
    const run = (mebibytes: number) =>
      gateRun({ groups: { heap: mebibytes * MIB }, metrics: { 'peak-rss': 100 * MIB } })
    const heapOf = (...sizes: readonly number[]) => groupFigures(sizes.map(run), text)?.groups.get('heap')
    expect(heapOf(99, 60, 98, 100, 100)).toMatchObject({ min: 98 * MIB, median: 99.5 * MIB, max: 100 * MIB })
    expect(heapOf(99, 60, 98)).toMatchObject({ min: 60 * MIB })
    expect(heapOf(60, 61, 62, 99, 98, 97, 50)).toMatchObject({ min: 50 * MIB })
    // Several processes hold more together than the largest ever had.
    expect(heapOf(120, 130, 125)).toMatchObject({ min: 120 * MIB, max: 130 * MIB })
  })

  it('of a server are those after its load', () => {
    const run = serverRun({ warm: 10 * MIB, after: 16 * MIB })
    expect(groupFigures([run], text)?.groups.get('[heap]')?.median).toBe(16 * MIB)
  })

  it('are cut to the largest for a file', () => {
    const many = Object.fromEntries(Array.from({ length: MOST_GROUPS + 5 }, (_, index) => [`g${index}`, index * KIB]))
    const kept = largestGroups(figures(many))
    expect(kept.groups.size).toBe(MOST_GROUPS)
    expect(kept.leftOut).toBe(5)
    expect(kept.groups.has('g4')).toBe(false)
    expect(kept.groups.has('g5')).toBe(true)
  })
})

describe('where the growth is', () => {
  it('from the largest to the largest loss, with what is new and what is gone', () => {
    const before = { heap: 15 * MIB, blob: 24 * MIB, old: 2 * MIB, small: 100 * KIB }
    const now = { heap: 18 * MIB, blob: 24 * MIB, numpy: 3 * MIB + 4 * KIB, small: 60 * KIB }
    const { rows, total } = growthOf(figures(before), figures(now), { at: 0.14, moment: 'peak' })
    expect(rows.map(({ key, change }) => `${key} ${change}`)).toEqual([
      'numpy new',
      'heap grew',
      'blob same',
      'small shrank',
      'old gone',
    ])
    expect(total.delta).toBe(4 * MIB + 4 * KIB - 40 * KIB)
    expect(rows.reduce((sum, { delta }) => sum + delta, 0)).toBe(total.delta)
  })

  it('is not where a group varies as much by itself', () => {
    const before = [{ arena: 10 * MIB }, { arena: 12 * MIB }, { arena: 11 * MIB }]
    expect(changes(before, [{ arena: 13 * MIB }])).toEqual({ arena: 'within-noise 2048' })
    expect(changes(before, [{ arena: 14 * MIB }])).toEqual({ arena: 'grew 3072' })
  })

  it('calls nothing new that a long list may have left out', () => {
    const many = Object.fromEntries(Array.from({ length: MOST_GROUPS + 5 }, (_, index) => [`g${index}`, index * KIB]))
    const kept = largestGroups(figures(many))
    const { rows } = growthOf(kept, figures({ ...many, other: MIB }), { at: null, moment: 'peak' })
    const change = (key: string): string | undefined => rows.find((row) => row.key === key)?.change
    expect(change('g3')).toBe('within-noise')
    expect(change('other')).toBe('new')
  })
})

describe('a limit of groups', () => {
  const verdict = (limit: GroupLimit, before: readonly Sizes[] | null, now: readonly Sizes[], pattern = 'heap') => {
    const runs = (sizes: readonly Sizes[]) => sizes.map((groups) => gateRun({ groups }))
    const asked = {
      limits: new Map(),
      max: new Map(),
      groups: new Map([[pattern, { value: limit, line: 7 }]]),
      acceptPolled: false,
      usual: false,
      fitsGroup: (glob: string) => (key: string) => key.startsWith(glob.replace('*', '')),
    }
    const reference = before === null ? null : figuresOfRuns(runs(before), text)
    return groupResults(groupFigures(runs(now), text), reference, asked)[0]
  }
  const relative = (share: number | null, amount: number | null = null): GroupLimit => ({
    kind: 'relative',
    limit: { share, amount },
  })

  it('against the baseline fails beyond it, when the runs do not overlap', () => {
    expect(verdict(relative(0.02), [{ heap: 10 * MIB }], [{ heap: 11 * MIB }])).toMatchObject({
      verdict: 'failed',
      line: 7,
    })
    expect(verdict(relative(0.2), [{ heap: 10 * MIB }], [{ heap: 11 * MIB }])).toMatchObject({ verdict: 'passed' })
    const wide = [{ heap: 10 * MIB }, { heap: 10 * MIB }, { heap: 12 * MIB }]
    expect(verdict(relative(0.02), wide, [{ heap: 11 * MIB }])).toMatchObject({ verdict: 'passed' })
  })

  it('of its own holds without a baseline', () => {
    expect(verdict({ kind: 'most', bytes: MIB }, null, [{ heap: 2 * MIB }])?.verdict).toBe('failed')
    expect(verdict({ kind: 'most', bytes: MIB }, null, [{ heap: MIB }])?.verdict).toBe('passed')
    expect(verdict(relative(0.02), null, [{ heap: MIB }])?.verdict).toBe('no-baseline')
  })

  it('of nothing fails for a mapping without a page', () => {
    expect(verdict({ kind: 'most', bytes: 0 }, null, [{ libopenblas: 0 }], 'lib*')).toMatchObject({
      verdict: 'failed',
      keys: ['libopenblas'],
    })
    expect(verdict({ kind: 'most', bytes: 0 }, null, [{ heap: MIB }], 'lib*')?.verdict).toBe('passed')
  })

  it('is for the sum of all groups that fit', () => {
    const before = [{ liba: MIB, libb: MIB }]
    expect(verdict(relative(0.1), before, [{ liba: 0.5 * MIB, libb: 1.5 * MIB }], 'lib*')?.verdict).toBe('passed')
    expect(verdict(relative(0.1), before, [{ liba: MIB, libb: 1.5 * MIB }], 'lib*')?.verdict).toBe('failed')
  })
})
