import { describe, expect, it } from 'vitest'
import { parseIo } from '../../src/parsers/io.ts'
import { fixtureBytes } from '../helpers/fixtures.ts'
import { bytes, expectAnswerOrParseError } from './support.ts'

describe('parseIo', () => {
  it('reads a captured process', () => {
    expect(parseIo(fixtureBytes('proc/java/io'))).toEqual({ wchar: 22, writeBytes: 36_864 })
  })

  it('knows that a kernel without accounting prints less', () => {
    expect(parseIo(bytes('rchar: 5\nwchar: 6\n'))).toEqual({ wchar: 6, writeBytes: null })
  })

  it.each(['', 'wchar: -1\n', 'wchar 1\n', 'wchar: 1'])('refuses %j', (text) => {
    expect(() => parseIo(bytes(text))).toThrow(/^io/)
  })

  it('answers or refuses, whatever the bytes', () => {
    expectAnswerOrParseError(parseIo, fixtureBytes('proc/java/io'))
  })
})
