import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { atLeast, parseOsRelease } from '../../src/parsers/kernel-version.ts'
import { bytes, expectAnswerOrParseError } from './support.ts'

describe('parseOsRelease', () => {
  it.each([
    ['6.18.44-fc-v595', 6, 18, 44],
    ['5.4.0-150-generic', 5, 4, 0],
    ['5.15.90.1-microsoft-standard-WSL2', 5, 15, 90],
    ['4.14.336-257.562.amzn2.x86_64', 4, 14, 336],
    ['6.19.0-rc1+', 6, 19, 0],
    ['5.17-rc5', 5, 17, null],
    ['4.4', 4, 4, null],
  ])('reads %s', (release, major, minor, patch) => {
    expect(parseOsRelease(bytes(`${release}\n`))).toEqual({ release, major, minor, patch })
    expect(parseOsRelease(bytes(release))).toEqual({ release, major, minor, patch })
  })

  it.each(['', '\n', '6\n', '6.\n', 'Linux 6.1\n', '6.1\n6.2\n', '6.12345678901\n'])('refuses %j', (text) => {
    expect(() => parseOsRelease(bytes(text))).toThrow(/^osrelease, line 1: expected /)
  })

  it('answers or refuses, whatever the bytes', () => {
    expectAnswerOrParseError(parseOsRelease, bytes('6.18.44-fc-v595\n'))
  })
})

describe('atLeast', () => {
  it('compares numbers, not text', () => {
    const version = parseOsRelease(bytes('5.10.198\n'))
    expect(atLeast(version, 5, 10)).toBe(true)
    expect(atLeast(version, 5, 9)).toBe(true)
    expect(atLeast(version, 4, 19)).toBe(true)
    expect(atLeast(version, 5, 11)).toBe(false)
    expect(atLeast(version, 6, 0)).toBe(false)
  })

  it('orders versions as their numbers are ordered', () => {
    const number = fc.nat({ max: 99 })
    fc.assert(
      fc.property(number, number, number, number, (major, minor, otherMajor, otherMinor) => {
        const version = parseOsRelease(bytes(`${major}.${minor}.0\n`))
        expect(atLeast(version, otherMajor, otherMinor)).toBe(major * 100 + minor >= otherMajor * 100 + otherMinor)
      }),
    )
  })
})
