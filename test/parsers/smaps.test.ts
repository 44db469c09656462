import { describe, expect, it } from 'vitest'
import type { MappingTable } from '../../src/model/mapping-table.ts'
import { ParseError } from '../../src/parsers/parse-error.ts'
import { FEEDS, feed, oddFeed, readSmaps } from '../helpers/feed.ts'
import { fixtureBytes, fixturePaths, fixtureText } from '../helpers/fixtures.ts'
import { plainSmaps } from '../helpers/plain-parser.ts'
import { recordDifferences } from '../helpers/same-as-plain.ts'
import { bytes } from './support.ts'

const FIELDS = ['Size: 4', 'Rss: 4', 'Pss: 2', 'Shared_Clean: 4', 'Private_Dirty: 0']

/** A record as the kernel lays it out: keys padded to 16 columns, values to 8. */
function record(page: number, fields: readonly string[] = FIELDS, flags: string | null = 'rd mr mw me '): string {
  const address = (number: number): string => (0x10000000 + number * 0x1000).toString(16).padStart(12, '0')
  const lines = fields.map((field) => {
    const [key = '', value = ''] = field.split(': ')
    return `${`${key}:`.padEnd(16)}${value.padStart(8)} kB\n`
  })
  const head = `${address(page)}-${address(page + 1)} rw-p 00000000 00:00 0 \n`
  return head + lines.join('') + (flags === null ? '' : `VmFlags: ${flags}\n`)
}

function figures(table: MappingTable, key: string): number[] {
  return Array.from({ length: table.length }, (_, row) => table.value(key, row))
}

describe.each(fixturePaths('smaps'))('%s', (path) => {
  const plain = plainSmaps(fixtureText(path))

  it.each(Object.entries(FEEDS))('has every field as a plain parser reads it, in buffers of %s', (_, how) => {
    const table = readSmaps(fixtureBytes(path), how())
    expect(recordDifferences(table, plain)).toEqual([])
    expect(table.truncated).toBe(false)
  })

  it('has the same figures when only some are asked for, and no others', () => {
    const wanted = new Set(['Rss', 'Private_Dirty', 'Swap', 'THPeligible', 'No_such_field'])
    for (const how of Object.values(FEEDS)) {
      expect(recordDifferences(readSmaps(fixtureBytes(path), how(), wanted), plain, wanted)).toEqual([])
    }
  })

  it('keeps the kernel’s order of fields', () => {
    const keys = readSmaps(fixtureBytes(path)).columns.map((column) => column.key)
    expect(keys).toEqual([...(plain[0]?.figures.keys() ?? [])])
  })
})

describe('smaps', () => {
  it('has bytes where the kernel prints kB and bare numbers where it does not', () => {
    const table = readSmaps(fixtureBytes('synthetic/smaps-linux-6.6.txt'))
    expect(table.column('Rss')?.unit).toBe('bytes')
    expect(table.column('THPeligible')?.unit).toBe('number')
    expect(table.value('KernelPageSize', 0)).toBe(4096)
  })

  it('does not have a field that this kernel does not print', () => {
    expect(readSmaps(fixtureBytes('synthetic/smaps-linux-4.4.txt')).column('Pss_Dirty')).toBeUndefined()
    expect(readSmaps(fixtureBytes('synthetic/smaps-linux-4.4.txt')).value('Pss_Dirty', 0)).toBeNaN()
  })

  it('has the flags that this version does not know', () => {
    const table = readSmaps(bytes(record(0, FIELDS, 'rd zz ?? ')))
    expect(table.flagsOf(0)).toEqual(['rd', 'zz', '??'])
  })

  it('tells an empty set of flags from unknown flags', () => {
    expect(readSmaps(bytes(record(0, FIELDS, ''))).flagsOf(0)).toEqual([])
    expect(readSmaps(bytes(record(0, FIELDS, null))).flagsOf(0)).toBeNull()
  })

  it('reads a kernel that prints no VmFlags at all, and does not call it truncated', () => {
    const table = readSmaps(bytes([0, 1, 2].map((page) => record(page, FIELDS, null)).join('')))
    expect([figures(table, 'Pss'), table.truncated]).toEqual([[2048, 2048, 2048], false])
  })

  it('of an empty file is empty', () => {
    const table = readSmaps(bytes(''))
    expect([table.length, table.truncated]).toEqual([0, false])
  })
})

describe('a record unlike the first', () => {
  const usual = record(0)

  it('may have a value of more than eight digits, which shifts all that follows', () => {
    const text = usual + record(1, ['Size: 4', 'Rss: 123456789012', ...FIELDS.slice(2)]) + record(2)
    const table = readSmaps(bytes(text))
    expect(figures(table, 'Rss')).toEqual([4096, 123456789012 * 1024, 4096])
    expect(figures(table, 'Pss')).toEqual([2048, 2048, 2048])
    expect(table.flagsOf(1)).toEqual(['rd', 'mr', 'mw', 'me'])
  })

  it('may lack a field, which is then unknown and not what an earlier row had', () => {
    const table = readSmaps(bytes(usual + record(1, ['Size: 4', 'Pss: 3']) + record(2)))
    expect(figures(table, 'Rss')).toEqual([4096, Number.NaN, 4096])
    expect(figures(table, 'Pss')).toEqual([2048, 3072, 2048])
  })

  it('may have a further field, which is unknown in all other rows, however many there are', () => {
    const rows = Array.from({ length: 3000 }, (_, page) => record(page + 2))
    const table = readSmaps(bytes(usual + record(1, [...FIELDS, 'New_Field: 8']) + rows.join('')), feed(16 * 1024))
    expect(table.length).toBe(3002)
    expect(table.value('New_Field', 1)).toBe(8192)
    expect(figures(table, 'New_Field').filter((value) => !Number.isNaN(value))).toEqual([8192])
  })

  it('may be anything among 13,000 others, whose figures stay their own', () => {
    const odd: Readonly<Record<number, readonly string[]>> = {
      0: ['Size: 4', 'Rss: 123456789012', 'Pss: 2', 'Shared_Clean: 4', 'Private_Dirty: 0'],
      1: [...FIELDS, 'New_Field: 8'],
      2: ['Size: 4', 'Pss: 3'],
    }
    const usualOf = (page: number): string[] => [...FIELDS.slice(0, 2), `Pss: ${page % 70_001}`, ...FIELDS.slice(3)]
    const text = Array.from({ length: 13_000 }, (_, page) =>
      record(page, (page % 255 < 3 || page % 4096 < 3 ? odd[page % 3] : undefined) ?? usualOf(page)),
    ).join('')
    expect(recordDifferences(readSmaps(bytes(text), feed(16 * 1024)), plainSmaps(text))).toEqual([])
  })

  it('may have its fields in another order', () => {
    const table = readSmaps(bytes(usual + record(1, [...FIELDS].reverse()) + record(2)))
    expect(figures(table, 'Pss')).toEqual([2048, 2048, 2048])
    expect(figures(table, 'Private_Dirty')).toEqual([0, 0, 0])
  })

  it('may have two fields of one length exchanged', () => {
    const table = readSmaps(bytes(usual + record(1, ['Size: 4', 'Pss: 2', 'Rss: 4', ...FIELDS.slice(3)]) + record(2)))
    expect(figures(table, 'Pss')).toEqual([2048, 2048, 2048])
    expect(figures(table, 'Rss')).toEqual([4096, 4096, 4096])
  })
})

describe('lines of later kernels', () => {
  it('are kept by their name when they hold a number', () => {
    const table = readSmaps(bytes([0, 1].map((page) => record(page, [...FIELDS, 'Guard_Pages: 12'])).join('')))
    expect(figures(table, 'Guard_Pages')).toEqual([12288, 12288])
  })

  it('are kept as text when they do not, in every row and wherever they stand', () => {
    for (const at of [0, 2, 5]) {
      const text = [0, 1, 2]
        .map((page) => record(page).split('\n'))
        .map((lines, page) => [...lines.slice(0, 1 + at), `Policy: local${page}`, ...lines.slice(1 + at)].join('\n'))
        .join('')
      const table = readSmaps(bytes(text))
      expect([...(table.texts.get('Policy') ?? [])]).toEqual([
        [0, 'local0'],
        [1, 'local1'],
        [2, 'local2'],
      ])
      expect(figures(table, 'Private_Dirty')).toEqual([0, 0, 0])
    }
  })

  it('may follow VmFlags', () => {
    const text = [0, 1, 2].map((page) => `${record(page)}Later:           ${page} kB\n`).join('')
    for (const how of Object.values(FEEDS)) {
      const table = readSmaps(bytes(text), how())
      expect(figures(table, 'Later')).toEqual([0, 1024, 2048])
      expect(table.truncated).toBe(false)
    }
  })

  it('are refused when a field that was a number no longer is one', () => {
    const text = record(0) + record(1).replace('       2 kB', '     two kB')
    expect(() => readSmaps(bytes(text))).toThrow('smaps, line 11: expected "Key: number kB", found "Pss:')
  })
})

describe('text that the kernel does not print', () => {
  it.each(['no colon', ': no key', ''])('in a record is an error with file and line: %j', (line) => {
    const text = `${record(0)}${record(1)}`.replace(/Pss:.*\n/, `${line}\n`)
    expect(() => readSmaps(bytes(text))).toThrow(ParseError)
    expect(() => readSmaps(bytes(text))).toThrow('smaps, line 4:')
  })

  it('has the right line number however the text was cut in chunks', () => {
    const text = `${[0, 1, 2, 3].map((page) => record(page)).join('')}nonsense\n`
    for (const how of [feed(4096), oddFeed([3, 50, 200]), oddFeed([1])]) {
      expect(() => readSmaps(bytes(text), how)).toThrow('smaps, line 29:')
    }
  })

  it('begins with a field instead of a mapping', () => {
    expect(() => readSmaps(bytes('Rss: 4 kB\n'))).toThrow('smaps, line 1:')
  })
})

describe('an answer that was cut short', () => {
  const whole = record(0) + record(1)
  const last = whole + record(2)

  it('is marked wherever the cut is, and keeps what is known', () => {
    for (let cut = whole.length + 1; cut < last.length; cut++) {
      const table = readSmaps(bytes(last.slice(0, cut)))
      expect([cut, table.truncated]).toEqual([cut, true])
      expect(figures(table, 'Pss').slice(0, 2)).toEqual([2048, 2048])
      const known = cut > last.indexOf('\n', last.lastIndexOf('Pss'))
      expect(figures(table, 'Pss')[2] ?? Number.NaN).toBe(known ? 2048 : Number.NaN)
    }
  })

  it('is not marked when the cut falls between two records', () => {
    expect(readSmaps(bytes(whole)).truncated).toBe(false)
  })

  it('has unknown flags and figures in its last row', () => {
    const table = readSmaps(bytes(last.slice(0, last.lastIndexOf('Pss'))))
    expect(table.length).toBe(3)
    expect(figures(table, 'Rss')).toEqual([4096, 4096, 4096])
    expect(table.value('Pss', 2)).toBeNaN()
    expect(table.flagsOf(2)).toBeNull()
  })
})
