import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { MappingTable } from '../../src/model/mapping-table.ts'
import { ParseError } from '../../src/parsers/parse-error.ts'
import { oddFeed, readMaps } from '../helpers/feed.ts'
import { fixtureText } from '../helpers/fixtures.ts'
import { mutated, mutations, odd, printMapping, somePlainMapping } from '../helpers/generated.ts'
import { plainMaps } from '../helpers/plain-parser.ts'
import { mappingDifferences } from '../helpers/same-as-plain.ts'
import { bytes } from './support.ts'

describe('any mappings that a kernel may have', () => {
  it('are read exactly, however the text is cut in chunks', () => {
    fc.assert(
      fc.property(fc.array(somePlainMapping(), { maxLength: 12 }), odd, (mappings, sizes) => {
        const text = mappings.map(printMapping).join('')
        expect(plainMaps(text)).toEqual(mappings)
        expect(mappingDifferences(readMaps(bytes(text), oddFeed(sizes)), mappings)).toEqual([])
      }),
      { numRuns: 400 },
    )
  })
})

describe('maps with a few bytes changed', () => {
  const valid = [
    fixtureText('synthetic/maps-rare-forms.txt'),
    fixtureText('synthetic/maps-32bit-kernel.txt'),
    fixtureText('proc/names/maps').split('\n').slice(10, 30).join('\n').concat('\n'),
  ]

  it('are read as a plain parser reads them, or refused with file and line; nothing else', () => {
    fc.assert(
      fc.property(fc.constantFrom(...valid), mutations, odd, (text, changes, sizes) => {
        const changed = mutated(text, changes)
        const outcome = attempt(() => readMaps(bytes(changed), oddFeed(sizes)))
        if (outcome instanceof ParseError) {
          expect(outcome.message).toMatch(/^maps, line \d+: /)
          expect(outcome.line).toBeLessThanOrEqual(changed.split('\n').length - 1)
          return
        }
        const plain = plainMaps(changed)
        const mappings = plain.filter((mapping) => mapping !== null)
        expect(mappings).toHaveLength(plain.length)
        expect(mappingDifferences(outcome, mappings)).toEqual([])
        expect(outcome.truncated).toBe(!changed.endsWith('\n') && changed !== '')
      }),
      { numRuns: 3000 },
    )
  })

  it('cost no more than a linear walk when there is no line feed at all', () => {
    const table = readMaps(bytes('f'.repeat(60_000)))
    expect([table.length, table.truncated]).toEqual([0, true])
  })
})

function attempt(read: () => MappingTable): MappingTable | ParseError {
  try {
    return read()
  } catch (error) {
    if (error instanceof ParseError) return error
    throw error
  }
}
