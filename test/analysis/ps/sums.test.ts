import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { PS_FIELDS, psField } from '../../../src/analysis/ps/fields.ts'
import { groupProcesses, PROCESSES, PS_GROUPINGS, sortGroups } from '../../../src/analysis/ps/groups.ts'
import { unknownReason } from '../../../src/analysis/ps/reasons.ts'
import { placeOf, sumOf, weightOf } from '../../../src/analysis/ps/sums.ts'
import type { ProcessFacts, WalkGap } from '../../../src/collectors/process-facts.ts'
import { captured, reportOn } from '../../helpers/process-lists.ts'

const READ = captured()
const ROWS = READ.list.processes

/** The same process with its pages not walked. */
function unwalked(row: ProcessFacts, gap: WalkGap = { why: 'denied' }): ProcessFacts {
  return { ...row, walk: { source: null, figures: null, gap } }
}

const value = (name: string, row: ProcessFacts): number => psField(name).value(row) as number

describe('columns', () => {
  it('are typed as they are named in JSON, in lower case, but for three', () => {
    const others = PS_FIELDS.filter((field) => field.name !== field.json.toLowerCase())
    expect(others.map((field) => field.name)).toEqual(['age', 'name', 'command'])
    expect(new Set(PS_FIELDS.map((field) => field.name)).size).toBe(PS_FIELDS.length)
    expect(new Set(PS_FIELDS.map((field) => field.json)).size).toBe(PS_FIELDS.length)
  })

  it.each(ROWS)('of process $pid fit together', (row) => {
    expect(value('memory', row)).toBe(value('pss', row) + value('swappss', row))
    expect(value('uss', row)).toBeLessThanOrEqual(value('pss', row))
    expect(value('rss', row)).toBe(value('rssanon', row) + value('rssfile', row) + value('rssshmem', row))
    // Each of the parts is cut off to whole kB.
    const parts = value('pssanon', row) + value('pssfile', row) + value('pssshmem', row)
    expect(Math.abs(parts - value('pss', row))).toBeLessThanOrEqual(3 * 1024)
    for (const field of PS_FIELDS) {
      if (field.bound !== null) expect(field.value(row), field.name).toBeLessThanOrEqual(field.bound(row))
    }
  })
})

describe('a sum', () => {
  const [one, two, three] = ROWS as [ProcessFacts, ProcessFacts, ProcessFacts]

  it('of shares is true, of what is shared a bound unless it is of one process', () => {
    expect(sumOf(psField('pss'), [one, two])).toEqual({ kind: 'exact', value: value('pss', one) + value('pss', two) })
    expect(sumOf(psField('rss'), [one, two])).toEqual({ kind: 'at-most', value: value('rss', one) + value('rss', two) })
    expect(sumOf(psField('rss'), [one])).toEqual({ kind: 'exact', value: value('rss', one) })
    expect(sumOf(psField('hugetlb'), [one, two])).toEqual({ kind: 'exact', value: 0 })
    expect(sumOf(psField('oomscore'), [one, two]).kind).toBe('unknown')
    expect(sumOf(psField('pss'), [])).toEqual({ kind: 'exact', value: 0 })
  })

  it('with an unknown part is a lower bound where parts add up, and else nothing', () => {
    const some = [one, unwalked(two)]
    expect(sumOf(psField('pss'), some)).toEqual({ kind: 'at-least', value: value('pss', one) })
    expect(sumOf(psField('dirty'), some).kind).toBe('unknown')
    expect(sumOf(psField('pss'), [unwalked(one)]).kind).toBe('unknown')
  })

  it('never claims more than is so: whatever is unknown, the true sum keeps to it', () => {
    const chosen = fc.array(fc.tuple(fc.constantFrom(...ROWS), fc.boolean()), { minLength: 1, maxLength: 12 })
    fc.assert(
      fc.property(chosen, fc.constantFrom('pss', 'uss', 'memory', 'pssfile'), (choice, name) => {
        const field = psField(name)
        const truth = choice.reduce((sum, [row]) => sum + value(name, row), 0)
        const rows = choice.map(([row, known]) => (known ? row : unwalked(row)))
        const sum = sumOf(field, rows)
        if (sum.kind === 'exact') expect(sum.value).toBe(truth)
        if (sum.kind === 'at-least') expect(sum.value).toBeLessThanOrEqual(truth)
        expect(sum.kind).not.toBe('at-most')
        expect(weightOf(field, rows)).toBeGreaterThanOrEqual(truth)
      }),
    )
  })

  it('of a list that holds a process with unknown PSS puts it where its RSS would stand', () => {
    const java = ROWS.find((row) => row.status.name === 'java') as ProcessFacts
    const hidden = ROWS.map((row) => (row === java ? unwalked(row, { why: 'too-costly', stallMs: 400 }) : row))
    const report = reportOn({ ...READ, list: { ...READ.list, processes: hidden } })
    expect(report.processes[0]?.pid).toBe(java.pid)
    expect(report.processes[0]?.walk.gap?.why).toBe('too-costly')
    expect(placeOf(psField('pss'), unwalked(three))).toBe(value('rss', three))
    expect(placeOf(psField('commit'), three)).toBeNaN()
  })
})

describe('groups', () => {
  it.each(PS_GROUPINGS)('by %s hold every process once, and add up to the whole', (grouping) => {
    const groups = groupProcesses(ROWS, grouping)
    expect(groups.flatMap((group) => group.rows.map((row) => row.pid)).sort()).toEqual(
      ROWS.map((row) => row.pid).sort(),
    )
    const total = groups.reduce((sum, group) => sum + sumOf(psField('pss'), group.rows).value, 0)
    expect(total).toBe(sumOf(psField('pss'), ROWS).value)
  })

  it('by name are those of the services, the costliest first', () => {
    const { groups } = reportOn(READ, { grouping: 'name' })
    expect(groups?.map((group) => [group.key, group.rows.length])).toEqual([
      ['java', 1],
      ['node', 1],
      ['postgres', 9],
      ['redis-server', 1],
      ['nginx', 5],
      ['bash', 1],
    ])
  })

  it('can be sorted by what they have themselves', () => {
    const groups = sortGroups(groupProcesses(ROWS, 'name'), PROCESSES, false)
    expect(groups[0]?.key).toBe('postgres')
    expect(sortGroups(groups, PROCESSES, true).at(-1)?.key).toBe('postgres')
  })

  it('of processes whose key is not known are one', () => {
    const rows = ROWS.map((row) => ({ ...row, cgroup: null }))
    expect(groupProcesses(rows, 'cgroup').map((group) => group.key)).toEqual([Number.NaN])
  })
})

describe('the reason for an unknown figure', () => {
  const [row] = ROWS as [ProcessFacts]
  it.each([
    ['pss', unwalked(row), 'needs-ptrace'],
    ['pss', unwalked(row, { why: 'too-costly', stallMs: 200 }), 'too-costly'],
    ['uss', unwalked(row, { why: 'not-offered' }), 'not-offered'],
    ['dirty', unwalked(row, { why: 'failed', errno: 'EIO' }), 'read-failed'],
    ['pssanon', row, 'not-printed'],
    ['rssanon', row, 'not-printed'],
    ['majflt', row, 'not-readable'],
    ['commit', unwalked(row), 'needs-ptrace'],
    ['commit', row, 'mappings-changed'],
    ['mappings', row, 'mappings-changed'],
    ['mappings', unwalked(row), 'needs-ptrace'],
  ] as const)('%s', (name, facts, reason) => {
    expect(unknownReason(psField(name), facts)).toBe(reason)
  })
})
