import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MappingTable } from '../../src/model/mapping-table.ts'
import { PAGE_IS, REGION_BYTES } from '../../src/model/page-scan.ts'
import { sumRegions } from '../../src/parsers/page-regions.ts'

const PAGE = 4096
const BASE = 2 ** 46

/** Pages in runs; those of one run are of one kind, or in no mapping, or in none of the regions. */
const runs = fc.array(
  fc.tuple(
    fc.integer({ min: 1, max: 9 }),
    fc.nat(255).map((bits) => bits & ~3),
  ),
  { maxLength: 20 },
)

function packed(regions: readonly (readonly [number, number, number])[]): Buffer {
  return Buffer.from(BigUint64Array.from(regions.flat().map(BigInt)).buffer)
}

function tableOf(mappings: readonly (readonly [number, number])[]): MappingTable {
  const table = new MappingTable()
  table.reserve(mappings.length)
  mappings.forEach(([start, end], row) => {
    table.start[row] = start
    table.end[row] = end
  })
  table.length = mappings.length
  return table
}

/** Cuts a line of runs into pieces that lie end to end. */
function laid<Kind>(pieces: readonly (readonly [number, Kind])[]): (readonly [number, number, Kind])[] {
  let at = BASE
  return pieces.map(([pages, kind]) => {
    const start = at
    at += pages * PAGE
    return [start, at, kind] as const
  })
}

type Sums = Record<'anon' | 'file' | 'zero' | 'swapped' | 'hugeAnon' | 'hugeFile', number>

function pageByPage(start: number, end: number, regions: readonly (readonly [number, number, number])[]): Sums {
  const sums: Sums = { anon: 0, file: 0, zero: 0, swapped: 0, hugeAnon: 0, hugeFile: 0 }
  for (let page = start; page < end; page += PAGE) {
    for (const key of kindsOf(regions.find(([from, to]) => from <= page && page < to)?.[2] ?? 0)) sums[key] += PAGE
  }
  return sums
}

function kindsOf(bits: number): (keyof Sums)[] {
  const is = (kind: keyof typeof PAGE_IS): boolean => (bits & PAGE_IS[kind]) !== 0
  if (is('guard')) return []
  if (!is('present')) return is('swapped') ? ['swapped'] : []
  if (is('pfnZero')) return ['zero']
  if (is('file')) return is('huge') ? ['file', 'hugeFile'] : ['file']
  return is('huge') ? ['anon', 'hugeAnon'] : ['anon']
}

describe('regions of pages', () => {
  it('are added up by mapping as if page by page, however both are cut', () => {
    const mapped = fc.array(fc.tuple(fc.integer({ min: 1, max: 9 }), fc.boolean()), { maxLength: 20 })
    fc.assert(
      fc.property(runs, mapped, (kinds, cuts) => {
        const regions = laid(kinds).filter(([, , bits]) => (bits & (PAGE_IS.present | PAGE_IS.swapped)) !== 0)
        const mappings = laid(cuts).filter(([, , there]) => there)
        const sums = sumRegions(packed(regions), tableOf(mappings.map(([start, end]) => [start, end])))
        mappings.forEach(([start, end], row) => {
          const found = Object.entries(sums).map(([key, column]) => [key, column[row]])
          expect(Object.fromEntries(found)).toEqual(pageByPage(start, end, regions))
        })
      }),
    )
  })

  it('are whole, or refused', () => {
    expect(() => sumRegions(Buffer.alloc(REGION_BYTES + 8), tableOf([]))).toThrow(/24 bytes/)
  })
})
