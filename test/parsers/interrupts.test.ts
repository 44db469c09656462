import { describe, expect, it } from 'vitest'
import { parseInterruptRow } from '../../src/parsers/interrupts.ts'
import { ParseError } from '../../src/parsers/parse-error.ts'
import { altered, bytes, expectAnswerOrParseError, fixture } from './support.ts'

const FILE = 'system/interrupts'

describe('parseInterruptRow', () => {
  it('reads a count for each CPU', () => {
    expect(parseInterruptRow(fixture(FILE), 'TLB')).toEqual([49_091, 103_504])
    expect(parseInterruptRow(fixture(FILE), '41')).toEqual([178_738, 0])
  })

  it('knows a row of one count for all CPUs, and a row that is not there', () => {
    expect(parseInterruptRow(fixture(FILE), 'ERR')).toEqual([0])
    expect(parseInterruptRow(altered(FILE, 'TLB:', 'TLX:'), 'TLB')).toBeNull()
  })

  it('refuses a row that is none', () => {
    expect(() => parseInterruptRow(altered(FILE, '49091', '4909x'), 'TLB')).toThrow(ParseError)
    expect(() => parseInterruptRow(bytes('TLB: 1 2\n'), 'TLB')).toThrow('CPUs')
  })

  it('answers or refuses whatever it gets', () => {
    expectAnswerOrParseError((input) => parseInterruptRow(input, 'TLB'), fixture(FILE))
  })
})
