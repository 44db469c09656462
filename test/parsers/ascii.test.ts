import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { binaryString, decimalEndingAt, lineEnd, readDecimal, readHex, startsMapping } from '../../src/parsers/ascii.ts'
import { byteString, bytes } from './support.ts'

/** Reads the number at the start of a text; with what is left. */
function hexOf(text: string): [number, string] {
  const cursor = { bytes: bytes(text), at: 0 }
  return [readHex(cursor), text.slice(cursor.at)]
}

describe('hexadecimal numbers', () => {
  it('are exact, or refused when a double cannot hold them', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 68n }), fc.nat({ max: 3 }), (value, zeros) => {
        const digits = value.toString(16) + '0'.repeat(zeros)
        const [read, rest] = hexOf(`${digits}-x`)
        expect(rest).toBe('-x')
        if (Number.isNaN(read)) expect(digits.length > 16 || !/^.{1,13}$|000$/.test(digits)).toBe(true)
        else expect(BigInt(read)).toBe(BigInt(`0x${digits}`))
      }),
    )
    expect(hexOf('fffffffffffff000 ')).toEqual([0xfffffffffffff000, ' '])
  })

  it.each(['', ' 1', '-', 'G', 'A', '\xff'])('are missing in %j', (text) => {
    expect(hexOf(text)[0]).toBeNaN()
  })

  it('alone can begin a mapping', () => {
    const first = Array.from({ length: 256 }, (_, byte) => byte).filter(startsMapping)
    expect(String.fromCharCode(...first)).toBe('0123456789abcdef')
  })
})

describe('decimal numbers', () => {
  it('are exact up to fifteen digits', () => {
    fc.assert(
      fc.property(fc.nat({ max: 10 ** 15 - 1 }), (value) => {
        const cursor = { bytes: bytes(`${value} `), at: 0 }
        expect(readDecimal(cursor)).toBe(value)
        expect(cursor.at).toBe(String(value).length)
        expect(decimalEndingAt(bytes(` ${value}`), String(value).length)).toBe(value)
        expect(decimalEndingAt(bytes(`\t${value}`), String(value).length)).toBe(value)
      }),
    )
  })

  it('are missing where there is no digit', () => {
    expect(readDecimal({ bytes: bytes(' 1'), at: 0 })).toBeNaN()
    expect(decimalEndingAt(bytes(': 4k'), 3)).toBeNaN()
    expect(decimalEndingAt(bytes(' x4'), 2)).toBeNaN()
    expect(decimalEndingAt(bytes(' -4'), 2)).toBeNaN()
    expect(decimalEndingAt(bytes('   '), 2)).toBeNaN()
  })
})

describe('lines', () => {
  it('end at the next line feed and keep every byte', () => {
    fc.assert(
      fc.property(byteString({ without: '\n' }), byteString(), (line, rest) => {
        const text = Buffer.from(`<<${line}\n${rest}`, 'latin1').subarray(2)
        expect(binaryString(text, 0, lineEnd(text, 0))).toBe(line)
      }),
    )
  })
})
