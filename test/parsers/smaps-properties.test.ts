import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { MappingTable } from '../../src/model/mapping-table.ts'
import { ParseError } from '../../src/parsers/parse-error.ts'
import { oddFeed, readSmaps } from '../helpers/feed.ts'
import { fixtureText } from '../helpers/fixtures.ts'
import { mutated, mutations, odd, someSmaps } from '../helpers/generated.ts'
import { plainMapping, plainSmaps } from '../helpers/plain-parser.ts'
import { mappingDifferences, recordDifferences } from '../helpers/same-as-plain.ts'
import { bytes } from './support.ts'

describe('any records that a kernel may print', () => {
  it('are read exactly, whatever its fields and their order, however the text is cut in chunks', () => {
    fc.assert(
      fc.property(someSmaps(), odd, ({ text, records }, sizes) => {
        expect(plainSmaps(text)).toEqual(records)
        const table = readSmaps(bytes(text), oddFeed(sizes))
        expect(recordDifferences(table, records)).toEqual([])
        expect(table.truncated).toBe(false)
      }),
      { numRuns: 500 },
    )
  })

  it('are read the same when only some fields are asked for', () => {
    const wanted = new Set(['Pss', 'Shared_Dirty', 'Zebra', 'Vm'])
    fc.assert(
      fc.property(someSmaps(), odd, ({ text, records }, sizes) => {
        const table = readSmaps(bytes(text), oddFeed(sizes), wanted)
        expect(recordDifferences(table, records, wanted)).toEqual([])
      }),
      { numRuns: 300 },
    )
  })

  it('are marked as truncated, and lose only their last record, when the last line is cut', () => {
    fc.assert(
      fc.property(someSmaps(), fc.nat({ max: 40 }), odd, ({ text, records }, cut, sizes) => {
        const last = text.lastIndexOf('\n', text.length - 2) + 1
        const kept = text.slice(0, Math.max(last + 1, text.length - 1 - cut))
        if (records.length === 0) return
        const table = readSmaps(bytes(kept), oddFeed(sizes))
        expect(table.truncated).toBe(true)
        expect(table.length).toBeGreaterThanOrEqual(records.length - 1)
        table.length = Math.min(table.length, records.length - 1)
        expect(mappingDifferences(table, records.slice(0, -1))).toEqual([])
      }),
      { numRuns: 300 },
    )
  })
})

describe('smaps with a few bytes changed', () => {
  const valid = [
    fixtureText('proc/ia32/smaps'),
    fixtureText('synthetic/smaps-linux-4.4.txt'),
    fixtureText('synthetic/smaps-linux-5.4.txt').repeat(3),
    fixtureText('proc/kinds/smaps')
      .split('\n')
      .slice(0, 25 * 6)
      .join('\n')
      .concat('\n'),
  ]

  it('are read, or refused with file and line; nothing else, and never as a number that is none', () => {
    fc.assert(
      fc.property(fc.constantFrom(...valid), mutations, odd, (text, changes, sizes) => {
        const changed = mutated(text, changes)
        const outcome = attempt(() => readSmaps(bytes(changed), oddFeed(sizes)))
        if (outcome instanceof ParseError) {
          expect(outcome.message).toMatch(/^smaps, line \d+: /)
          expect(outcome.line).toBeLessThanOrEqual(changed.split('\n').length - 1)
          return
        }
        expectHonestFigures(outcome)
        const heads = changed
          .split('\n')
          .slice(0, -1)
          .map(plainMapping)
          .filter((head) => head !== null)
        expect(mappingDifferences(outcome, heads)).toEqual([])
      }),
      { numRuns: 3000 },
    )
  })

  it('have the figure that they say when only a digit was changed', () => {
    const text = fixtureText('proc/ia32/smaps')
    const digits = [...text.matchAll(/ (\d)(?=\d* kB)/g)].map((match) => match.index + 1)
    fc.assert(
      fc.property(fc.constantFrom(...digits), fc.integer({ min: 0, max: 9 }), odd, (at, digit, sizes) => {
        const changed = `${text.slice(0, at)}${digit}${text.slice(at + 1)}`
        expect(recordDifferences(readSmaps(bytes(changed), oddFeed(sizes)), plainSmaps(changed))).toEqual([])
      }),
    )
  })
})

/** A figure is a whole number of its unit, or unknown. */
function expectHonestFigures(table: MappingTable): void {
  for (const column of table.columns) {
    const { key, unit } = column
    for (let row = 0; row < table.length; row++) {
      const value = column.at(row)
      if (Number.isNaN(value)) continue
      const whole = value >= 0 && Number.isInteger(unit === 'bytes' ? value / 1024 : value)
      if (!whole) throw new Error(`row ${row}: ${key} is ${value}`)
    }
  }
}

function attempt(read: () => MappingTable): MappingTable | ParseError {
  try {
    return read()
  } catch (error) {
    if (error instanceof ParseError) return error
    throw error
  }
}
