import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseStatm } from '../../src/parsers/statm.ts'
import { bytes, expectAnswerOrParseError, fixture } from './support.ts'

describe('parseStatm', () => {
  it('counts pages', () => {
    expect(parseStatm(fixture('proc/java/statm'))).toEqual({
      size: 2_245_657,
      resident: 36_417,
      shared: 7747,
      text: 1,
      data: 335_653,
    })
  })

  it.each(['kernel-thread', 'zombie'])('is all zero for %s, which has no address space', (name) => {
    expect(parseStatm(fixture(`proc/${name}/statm`))).toEqual({ size: 0, resident: 0, shared: 0, text: 0, data: 0 })
  })

  it('reads back whatever the kernel may print', () => {
    fc.assert(
      fc.property(fc.array(fc.maxSafeNat(), { minLength: 5, maxLength: 5 }), (counts) => {
        const [size, resident, shared, text, data] = counts
        const line = `${size} ${resident} ${shared} ${text} 0 ${data} 0\n`
        expect(parseStatm(bytes(line))).toEqual({ size, resident, shared, text, data })
      }),
    )
  })

  it.each([
    '',
    '1 2 3 4 5 6 7',
    '1 2 3 4 5 6\n',
    '1 2 3 4 5 6 7 8\n',
    '1 2 3 x 5 6 7\n',
    '1  2 3 4 5 6 7\n',
    '-1 2 3 4 5 6 7\n',
    '1 2 3 4 5 6 7\n\n',
  ])('refuses %j', (text) => {
    expect(() => parseStatm(bytes(text))).toThrow(/^statm, line \d: expected /)
  })

  it('answers or refuses, whatever the bytes', () => {
    expectAnswerOrParseError(parseStatm, fixture('proc/java/statm'))
  })
})
