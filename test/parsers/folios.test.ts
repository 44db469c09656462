import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { FolioCounts } from '../../src/model/folios.ts'
import { FolioCounter } from '../../src/parsers/folios.ts'
import { KPF_ANON, KPF_COMPOUND_HEAD, KPF_COMPOUND_TAIL, KPF_THP, KPF_ZERO_PAGE } from '../../src/parsers/kpageflags.ts'
import { frameOf, isPresent } from '../../src/parsers/pagemap.ts'
import { halvesOf } from '../../src/parsers/words.ts'
import { type Counted, countLikeThpmaps, type Page } from '../helpers/folios.ts'

const PAGE = 4096
const KIB64 = 65_536

/** Flags of a frame in a physical memory made of folios: order and owner by first frame. */
function memoryOf(folios: readonly { readonly frame: number; readonly pages: number; readonly anon: boolean }[]) {
  const flags = new Map<number, number>()
  for (const { frame, pages, anon } of folios) {
    for (let index = 0; index < pages; index++) {
      const place = pages === 1 ? 0 : KPF_THP | (index === 0 ? KPF_COMPOUND_HEAD : KPF_COMPOUND_TAIL)
      flags.set(frame + index, place | (anon ? KPF_ANON : 0))
    }
  }
  return (frame: number): number => flags.get(frame) ?? 0
}

function count(pages: readonly Omit<Page, 'flags'>[], flagsOf: (frame: number) => number): FolioCounts {
  const counter = new FolioCounter(PAGE, (frame) => (flagsOf(frame) & KPF_COMPOUND_TAIL) !== 0)
  for (const { page, frame } of pages) counter.add(page, frame, flagsOf(frame))
  counter.end()
  return counter.counts()
}

function mapped(page: number, frame: number, pages: number): Omit<Page, 'flags'>[] {
  return Array.from({ length: pages }, (_, index) => ({ page: page + index, frame: frame + index }))
}

function flat({ sizes, partialAnon, partialFile }: FolioCounts): Counted {
  const entries = [
    ['anon partial', partialAnon] as const,
    ['file partial', partialFile] as const,
    ...sizes.flatMap(({ of, size, aligned, unaligned }) => [
      [`${of} ${size} aligned`, aligned] as const,
      [`${of} ${size} unaligned`, unaligned] as const,
    ]),
  ]
  return Object.fromEntries(entries.filter(([, bytes]) => bytes > 0))
}

describe('folios', () => {
  const memory = memoryOf([
    { frame: 1024, pages: 16, anon: true },
    { frame: 2048, pages: 512, anon: true },
    { frame: 4096, pages: 16, anon: false },
    { frame: 4112, pages: 16, anon: false },
    { frame: 9000, pages: 1, anon: true },
  ])

  it('mapped whole are counted by size and owner', () => {
    const pages = [...mapped(512, 2048, 512), ...mapped(2000, 1024, 16), ...mapped(3008, 4096, 32)]
    expect(flat(count(pages, memory))).toEqual({
      'anon 2097152 aligned': 2 ** 21,
      'anon 65536 aligned': KIB64,
      'file 65536 aligned': 2 * KIB64,
    })
  })

  it('mapped at another multiple are counted apart', () => {
    expect(flat(count(mapped(7, 1024, 16), memory))).toEqual({ 'anon 65536 unaligned': KIB64 })
  })

  it.each([
    ['without its head', mapped(513, 2049, 511)],
    ['without its last tail', mapped(512, 2048, 511)],
    ['without both', mapped(520, 2056, 8)],
    ['with a hole', [...mapped(512, 2048, 256), ...mapped(769, 2305, 255)]],
  ])('mapped in part, %s, are counted as such', (_, pages) => {
    expect(flat(count(pages, memory))).toEqual({ 'anon partial': pages.length * PAGE })
  })

  it('do not go on where the next frame follows and the next page does not', () => {
    expect(flat(count([...mapped(0, 4096, 16), ...mapped(32, 4112, 16)], memory))).toEqual({
      'file 65536 aligned': 2 * KIB64,
    })
  })

  it('are not what small pages are', () => {
    expect(flat(count(mapped(1, 9000, 1), memory))).toEqual({})
  })

  it('are not the page of zeros, which is told apart', () => {
    const zeros = (): number => KPF_ZERO_PAGE | KPF_THP | KPF_COMPOUND_HEAD
    const counts = count(mapped(512, 7000, 3), zeros)
    expect(counts).toEqual({ sizes: [], partialAnon: 0, partialFile: 0, zero: 3 * PAGE })
  })

  it('are what thpmaps counts, however they are mapped', () => {
    const folio = fc.record({ order: fc.nat({ max: 6 }), anon: fc.boolean() })
    const part = fc.record({
      page: fc.nat({ max: 40 }),
      frame: fc.nat({ max: 300 }),
      pages: fc.integer({ min: 1, max: 90 }),
    })
    fc.assert(
      fc.property(fc.array(folio, { minLength: 1 }), fc.array(part, { maxLength: 12 }), (folios, parts) => {
        let next = 64
        const flagsOf = memoryOf(
          folios.map(({ order, anon }) => {
            const pages = 2 ** order
            const frame = Math.ceil(next / pages) * pages
            next = frame + pages
            return { frame, pages, anon }
          }),
        )
        let at = 0
        const pages = parts.flatMap(({ page, frame, pages: length }) => {
          const first = at + page
          at = first + length
          return mapped(first, 64 + frame, length)
        })
        const expected = countLikeThpmaps(
          pages.map((each) => ({ ...each, flags: flagsOf(each.frame) })),
          PAGE,
          flagsOf,
        )
        expect(flat(count(pages, flagsOf))).toEqual(expected)
      }),
    )
  })
})

describe('words of pagemap', () => {
  function words(...values: bigint[]): Uint32Array {
    return halvesOf(new Uint8Array(BigUint64Array.from(values).buffer))
  }

  it('tell what is present, and where', () => {
    const halves = words(0n, 0xa180_0000_0012_3456n, 0x4400_0000_0000_009fn, 0x8000_0000_0000_0000n)
    expect([0, 1, 2, 3].map((index) => isPresent(halves, index))).toEqual([false, true, false, true])
    expect(frameOf(halves, 1)).toBe(0x123456)
    expect(frameOf(halves, 3)).toBe(0)
  })

  it('hold frames of 55 bits', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 53n - 1n }), fc.bigInt({ min: 0n, max: 255n }), (frame, bits) => {
        expect(frameOf(words((bits << 56n) | frame), 0)).toBe(Number(frame))
      }),
    )
  })
})
