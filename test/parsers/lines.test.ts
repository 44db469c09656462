import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  editableLines,
  exactInteger,
  fieldsOf,
  kilobytes,
  latin1,
  lines,
  onlyLine,
  safeCount,
} from '../../src/parsers/lines.ts'
import { ParseError } from '../../src/parsers/parse-error.ts'
import { bytes } from './support.ts'

describe('latin1', () => {
  it('keeps every byte as one character, also of a view into a larger buffer', () => {
    const all = Uint8Array.from({ length: 256 }, (_, byte) => byte)
    expect(Array.from(latin1(all.subarray(100)), (char) => char.charCodeAt(0))).toEqual(Array.from(all.subarray(100)))
  })
})

describe('lines', () => {
  it('numbers lines from 1 and keeps everything but the line feed', () => {
    expect([...lines('f', bytes(' a \r\n\n\xff\n'))]).toEqual([
      { number: 1, text: ' a \r' },
      { number: 2, text: '' },
      { number: 3, text: '\xff' },
    ])
  })

  it('has none for an empty file', () => {
    expect([...lines('f', bytes(''))]).toEqual([])
  })

  it('refuses a file whose last line was cut, before it hands out any line', () => {
    const source = lines('vmstat', bytes('a 1\nb 22'))
    expect(() => source.next()).toThrow(new ParseError('vmstat', 2, 'a line feed at the end of the line', 'b 22'))
  })

  it('joins back to the file', () => {
    fc.assert(
      fc.property(fc.array(fc.stringMatching(/^[ -~]{0,9}$/)), (texts) => {
        const source = bytes(texts.map((text) => `${text}\n`).join(''))
        expect([...lines('f', source)].map((line) => line.text)).toEqual(texts)
      }),
    )
  })
})

describe('editableLines', () => {
  it('takes a last line without a line feed', () => {
    expect([...editableLines(bytes('a\nb'))].map((line) => line.text)).toEqual(['a', 'b'])
  })
})

describe('onlyLine', () => {
  it('is the line without its line feed', () => {
    expect(onlyLine('f', bytes('a b\n'))).toBe('a b')
  })

  it.each(['', 'a', 'a\nb\n', 'a\n\n'])('refuses %j', (text) => {
    expect(() => onlyLine('f', bytes(text))).toThrow(ParseError)
  })
})

describe('fieldsOf', () => {
  it('splits at the first colon only', () => {
    expect(fieldsOf('f', [{ number: 1, text: 'Name:\ta:b' }]).get('Name')).toEqual({
      line: 1,
      key: 'Name',
      value: '\ta:b',
    })
  })

  it.each(['no colon', ':no key'])('refuses a line without a key: %j', (text) => {
    expect(() => fieldsOf('f', [{ number: 7, text }])).toThrow('f, line 7')
  })

  it('refuses a key that comes twice', () => {
    const twice = [
      { number: 1, text: 'Rss: 1 kB' },
      { number: 2, text: 'Rss: 2 kB' },
    ]
    expect(() => fieldsOf('f', twice)).toThrow('f, line 2: expected "Rss" once')
  })
})

describe('numbers', () => {
  it('are exact or refused', () => {
    expect(exactInteger('-1000')).toBe(-1000)
    expect(exactInteger('-0')).toBe(0)
    expect(exactInteger('9223372036854771712')).toBe(2 ** 63 - 4096)
    expect(exactInteger('9007199254740993')).toBeNull()
    expect(exactInteger('18446744073709551615')).toBeNull()
    expect(safeCount('9007199254740991')).toBe(Number.MAX_SAFE_INTEGER)
    expect(safeCount('9007199254740992')).toBeNull()
  })

  it.each(['', ' 1', '1 ', '+1', '1.0', '1e3', '0x10', '١', '--1', '123456789012345678901'])('refuse %j', (text) => {
    expect(exactInteger(text)).toBeNull()
    expect(safeCount(text)).toBeNull()
  })

  it('never differ from the digits', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 64n), max: 2n ** 64n }), (value) => {
        const parsed = exactInteger(`${value}`)
        if (parsed === null) expect(value > 2n ** 53n || value < -(2n ** 53n)).toBe(true)
        else expect(BigInt(parsed)).toBe(value)
      }),
    )
  })

  it('turn kB into bytes', () => {
    expect(kilobytes('     132 kB')).toBe(135_168)
    expect(kilobytes('       0 kB')).toBe(0)
    // x86-64 with five-level page tables: above 2^53 bytes and still exact.
    expect(BigInt(kilobytes('13743895347199 kB') ?? 0)).toBe(13_743_895_347_199n * 1024n)
  })

  it.each(['132', '132 KB', '132 kB ', '-4 kB', '1.5 kB', 'kB', '18446744073709551612 kB'])(
    'refuse the size %j',
    (text) => {
      expect(kilobytes(text)).toBeNull()
    },
  )
})
