import fc from 'fast-check'
import stringWidth from 'string-width'
import { describe, expect, it } from 'vitest'
import { csvNumber, csvText } from '../../src/output/csv.ts'
import { jsonName, jsonNumber, rawName } from '../../src/output/json.ts'
import { decodeUtf8, displayText } from '../../src/output/sanitise.ts'
import { displayWidth, pad, shortenMiddle } from '../../src/output/width.ts'
import { byteString } from '../parsers/support.ts'

const utf8 = (text: string): string => Buffer.from(text).toString('latin1')

describe('a name on a terminal', () => {
  it.each([
    ['/usr/bin/x y', '/usr/bin/x y'],
    ['\x1b[31mred\r', '\\x1b[31mred\\x0d'],
    ['tab\there', 'tab\\x09here'],
    ['bell\x07\x7f', 'bell\\x07\\x7f'],
    [utf8('€-utf8'), '€-utf8'],
    [utf8('c1\u009b31m'), 'c1\\x9b31m'],
    [utf8('bidi\u202e\u2066'), 'bidi\\u202e\\u2066'],
    [utf8('line\u2028'), 'line\\u2028'],
    [utf8('zero\u200bwidth'), 'zero\\u200bwidth'],
    ['bad\xff\xfe', 'bad\\xff\\xfe'],
    ['\xed\xa0\x80', '\\xed\\xa0\\x80'],
    ['\xc0\xaf', '\\xc0\\xaf'],
    ['back\\slash', 'back\\slash'],
  ])('%j is shown as %j', (binary, shown) => {
    expect(displayText(binary)).toBe(shown)
  })

  it('never holds a control character, whatever its bytes', () => {
    const forbidden = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\p{Bidi_Control}]/u
    fc.assert(
      fc.property(byteString({ max: 60 }), fc.string({ unit: 'binary', maxLength: 30 }), (binary, text) => {
        expect(displayText(binary)).not.toMatch(forbidden)
        expect(displayText(utf8(text))).not.toMatch(forbidden)
      }),
      { numRuns: 2000 },
    )
    for (let code = 0; code < 0x3000; code++)
      expect(displayText(utf8(String.fromCodePoint(code)))).not.toMatch(forbidden)
  })

  it('is what it was when it holds nothing harmful', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[ -~äß€]*$/u), (text) => {
        expect(displayText(utf8(text))).toBe(text)
      }),
    )
  })
})

describe('a name in JSON', () => {
  it('is its UTF-8, and the bytes beside it when it is none', () => {
    expect([jsonName(utf8('€ \x1b')), rawName(utf8('€ \x1b'))]).toEqual(['€ \x1b', null])
    expect([jsonName('/bad\xff'), rawName('/bad\xff')]).toEqual(['/bad\\xff', '2f626164ff'])
  })

  it('keeps a byte order mark, without which two names would be one', () => {
    expect(jsonName('\xef\xbb\xbfname')).toBe('\ufeffname')
    expect(displayText('\xef\xbb\xbfname')).toBe('\\ufeffname')
  })

  it('can always be turned back into its bytes', () => {
    fc.assert(
      fc.property(fc.oneof(byteString(), fc.string({ unit: 'binary' }).map(utf8)), (binary) => {
        const raw = rawName(binary)
        const bytes = raw === null ? Buffer.from(jsonName(binary)) : Buffer.from(raw, 'hex')
        expect(bytes.toString('latin1')).toBe(binary)
      }),
    )
  })

  it('is decoded only when it is valid UTF-8', () => {
    expect([decodeUtf8('plain'), decodeUtf8(utf8('é')), decodeUtf8('\xe9')]).toEqual(['plain', 'é', null])
  })
})

describe('a number in JSON and CSV', () => {
  it('is unknown rather than 0 when it is not known', () => {
    expect([jsonNumber(Number.NaN), jsonNumber(0), csvNumber(Number.NaN), csvNumber(0)]).toEqual(['null', '0', '', '0'])
  })
})

describe('a cell of CSV', () => {
  it.each(['=1+1', '+1', '-1', '@x', '\tx', '\rx'])('is no formula: %j', (text) => {
    expect(csvText(text).replace(/^"/, '')).toMatch(/^'/)
  })

  it('is quoted when it must be, and not otherwise', () => {
    expect(['a b', 'a,b', 'a"b', 'a\nb', ''].map(csvText)).toEqual(['a b', '"a,b"', '"a""b"', '"a\nb"', ''])
  })

  it('comes back from a CSV parser as it was', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(fc.string(), { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 4 }),
        (table) => {
          const text = table.map((row) => `${row.map(csvText).join(',')}\n`).join('')
          const back = parseCsv(text).map((row) => row.map((cell) => cell.replace(/^'(?=[=+\-@\t\r])/, '')))
          fc.pre(!table.flat().some((cell) => /^'[=+\-@\t\r]/.test(cell)))
          expect(back).toEqual(table)
        },
      ),
    )
  })
})

describe('the width of a text', () => {
  it('is what a terminal takes', () => {
    expect(['abc', '漢字', 'é', ''].map(displayWidth)).toEqual([3, 4, 1, 0])
    expect([pad('漢', 4, 'left'), pad('漢', 4, 'right'), pad('abcdef', 3, 'left')]).toEqual(['漢  ', '  漢', 'abcdef'])
  })

  it('that is too large is cut in the middle, the end kept longer than the start', () => {
    expect(shortenMiddle('/usr/lib/x86_64-linux-gnu/libc.so.6', 20)).toBe('/usr/l…gnu/libc.so.6')
    expect(shortenMiddle('short', 5)).toBe('short')
    expect([2, 1, 0, -1].map((width) => shortenMiddle('abc', width))).toEqual(['…c', '…', '', ''])
  })

  it('is never exceeded, and a text that fits is left alone', () => {
    const texts = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.string({ unit: fc.constantFrom('漢', 'a', 'é', '😀', '/') }),
    )
    fc.assert(
      fc.property(texts, fc.integer({ min: 0, max: 30 }), (text, width) => {
        const shown = displayText(utf8(text))
        const short = shortenMiddle(shown, width)
        expect(stringWidth(short)).toBeLessThanOrEqual(width)
        if (stringWidth(shown) <= width) expect(short).toBe(shown)
      }),
      { numRuns: 1000 },
    )
  })
})

/** RFC 4180, with a line feed alone at the end of a row. */
function parseCsv(text: string): string[][] {
  const rows: string[][] = [[]]
  const cell = /(?:"((?:[^"]|"")*)"|([^",\n]*))([,\n])/gy
  for (let match = cell.exec(text); match !== null; match = cell.exec(text)) {
    rows.at(-1)?.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? '')
    if (match[3] === '\n') rows.push([])
  }
  rows.pop()
  return rows
}
