import { describe, expect, it } from 'vitest'
import { parsePressure } from '../../src/parsers/pressure.ts'
import { bytes, expectAnswerOrParseError, fixture } from './support.ts'

describe('parsePressure', () => {
  it('reads both lines, shares in per cent and totals in microseconds', () => {
    expect(parsePressure(fixture('system/pressure-memory'))).toEqual({
      some: { avg10: 0, avg60: 0, avg300: 0, total: 744 },
      full: { avg10: 0, avg60: 0, avg300: 0, total: 286 },
    })
    expect(parsePressure(fixture('cgroup/v2/memory.pressure')).full).toEqual({
      avg10: 1.9,
      avg60: 0.61,
      avg300: 0.14,
      total: 4_711_000,
    })
  })

  it('knows what has one line only: irq, and cpu before Linux 5.13', () => {
    const line = 'avg10=0.00 avg60=1.50 avg300=12.34 total=18446744073709551615\n'
    expect(() => parsePressure(bytes(`full ${line}`))).toThrow('expected some or full')
    const honest = line.replace('18446744073709551615', '99')
    expect(parsePressure(bytes(`full ${honest}`))).toEqual({
      some: null,
      full: { avg10: 0, avg60: 1.5, avg300: 12.34, total: 99 },
    })
    expect(parsePressure(bytes(`some ${honest}`)).full).toBeNull()
  })

  it.each([
    ['an empty file', ''],
    ['a cut line', 'some avg10=0.00 avg60=0.00 avg300=0.00 total=74'],
    ['a line that comes twice', 'some avg10=0.00 avg60=0.00 avg300=0.00 total=7\n'.repeat(2)],
    ['another kind', 'most avg10=0.00 avg60=0.00 avg300=0.00 total=7\n'],
  ])('refuses %s', (_, text) => {
    expect(() => parsePressure(bytes(text), 'memory.pressure')).toThrow(/^memory\.pressure(, line \d+)?: expected /)
  })

  it('answers or refuses, whatever the bytes', () => {
    expectAnswerOrParseError(parsePressure, fixture('system/pressure-memory'))
  })
})
