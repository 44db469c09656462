import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseCgroupLimit, parseFlatKeyed } from '../../src/parsers/cgroup-memory.ts'
import { bytes, expectAnswerOrParseError, fixture } from './support.ts'

describe('parseCgroupLimit', () => {
  it('reads bytes', () => {
    expect(parseCgroupLimit(fixture('cgroup/v2/memory.max'))).toBe(1_073_741_824)
    expect(parseCgroupLimit(bytes('0\n'))).toBe(0)
  })

  it.each([
    ['v2', 'max\n'],
    ['v1 with 4 KiB pages', '9223372036854771712\n'],
    ['v1 with 64 KiB pages', '9223372036854710272\n'],
  ])('says of %s that there is no limit', (_, text) => {
    expect(parseCgroupLimit(bytes(text))).toBe(Number.POSITIVE_INFINITY)
  })

  it('keeps a limit of as much as any machine has', () => {
    expect(parseCgroupLimit(bytes(`${2 ** 52}\n`))).toBe(2 ** 52)
  })

  it.each(['', 'maximum\n', '-1\n', '1\n2\n', '12'])('refuses %j', (text) => {
    expect(() => parseCgroupLimit(bytes(text), 'memory.max')).toThrow(/^memory\.max, line \d: expected /)
  })
})

describe('parseFlatKeyed', () => {
  it('reads v2 and v1 alike', () => {
    expect(parseFlatKeyed(fixture('cgroup/v2/memory.events')).get('oom_kill')).toBe(2)
    expect(parseFlatKeyed(fixture('cgroup/v1/memory.oom_control'))).toEqual(
      new Map([
        ['oom_kill_disable', 0],
        ['under_oom', 0],
        ['oom_kill', 0],
      ]),
    )
    expect(parseFlatKeyed(fixture('cgroup/v1/memory.stat')).get('hierarchical_memory_limit')).toBe(2 ** 63 - 4096)
  })

  it('does not invent what is not there', () => {
    expect(parseFlatKeyed(fixture('cgroup/v1/memory.oom_control')).has('oom')).toBe(false)
  })

  it('reads back whatever the kernel may print', () => {
    const row = fc.tuple(fc.stringMatching(/^[a-z][a-z0-9_.]{0,20}$/), fc.maxSafeNat())
    fc.assert(
      fc.property(fc.uniqueArray(row, { selector: ([name]) => name }), (rows) => {
        const text = rows.map(([name, count]) => `${name} ${count}\n`).join('')
        expect([...parseFlatKeyed(bytes(text))]).toEqual(rows)
      }),
    )
  })

  it.each(['a\n', 'a b\n', 'a 1\na 2\n', 'a 1'])('refuses %j', (text) => {
    expect(() => parseFlatKeyed(bytes(text), 'memory.stat')).toThrow(/^memory\.stat, line \d: expected /)
  })

  it('answers or refuses, whatever the bytes', () => {
    expectAnswerOrParseError(parseFlatKeyed, fixture('cgroup/v1/memory.stat'))
  })
})
