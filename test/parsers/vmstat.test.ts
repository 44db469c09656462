import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseVmstat } from '../../src/parsers/vmstat.ts'
import { bytes, expectAnswerOrParseError, fixture } from './support.ts'

describe('parseVmstat', () => {
  it('has every counter by the name the kernel gives it', () => {
    const counters = parseVmstat(fixture('system/vmstat'))
    expect(counters.get('nr_free_pages')).toBe(2_736_530)
    expect(counters.get('thp_fault_alloc')).toBe(115_147)
    expect(counters.get('oom_kill')).toBe(1)
    expect(counters.get('nr_unstable')).toBe(0)
  })

  it('does not invent counters that this kernel lacks', () => {
    expect(parseVmstat(fixture('system/vmstat')).has('workingset_refault')).toBe(false)
  })

  it('reads back whatever the kernel may print', () => {
    const row = fc.tuple(fc.stringMatching(/^[a-z][a-z0-9_]{0,20}$/), fc.maxSafeNat())
    fc.assert(
      fc.property(fc.uniqueArray(row, { minLength: 1, selector: ([name]) => name }), (rows) => {
        const text = rows.map(([name, count]) => `${name} ${count}\n`).join('')
        expect([...parseVmstat(bytes(text))]).toEqual(rows)
      }),
    )
  })

  it.each([
    ['a counter that a double cannot count on from', 'a 9007199254740992\n'],
    ['a negative counter', 'a -1\n'],
    ['a nameless counter', ' 1\n'],
    ['a counter that comes twice', 'a 1\na 1\n'],
    ['an empty file', ''],
    ['a cut last line', 'a 1\nb 2'],
  ])('refuses %s', (_, text) => {
    expect(() => parseVmstat(bytes(text))).toThrow(/^vmstat(, line \d+)?: expected /)
  })

  it('answers or refuses, whatever the bytes', () => {
    expectAnswerOrParseError(parseVmstat, fixture('system/vmstat'))
  })
})
