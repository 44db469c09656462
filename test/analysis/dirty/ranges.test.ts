import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type DirtyRange, visibleDirty } from '../../../src/analysis/dirty/ranges.ts'

/** Mappings of a file of sixteen pages, each of one byte here, some of which are dirty and not all in every mapping. */
const MAPPED_FILE = fc.record({
  dirty: fc.array(fc.boolean(), { minLength: 16, maxLength: 16 }),
  mappings: fc.array(
    fc.record({ from: fc.nat(15), length: fc.integer({ min: 1, max: 16 }), seen: fc.integer({ min: 0, max: 0xffff }) }),
    { maxLength: 6 },
  ),
})

function range(from: number, to: number, dirty: number, exact = true): DirtyRange {
  return { from, to, dirty, exact }
}

describe('dirty pages that several mappings show', () => {
  it('are added up where no page is mapped twice', () => {
    expect(visibleDirty([range(8, 16, 5), range(0, 8, 3)])).toEqual({ bytes: 8, exact: true })
    expect(visibleDirty([])).toEqual({ bytes: 0, exact: true })
  })

  it('count once where all map the same, and may then be more', () => {
    expect(visibleDirty([range(0, 8, 3), range(0, 8, 5)])).toEqual({ bytes: 5, exact: false })
  })

  it('are the most that mappings without a common page show', () => {
    expect(visibleDirty([range(0, 8, 4), range(6, 10, 4), range(8, 16, 4)])).toEqual({ bytes: 8, exact: false })
  })

  it('are not exact where one of them is not, and unknown where none is known', () => {
    expect(visibleDirty([range(0, 8, 4), range(8, 16, 0, false)])).toEqual({ bytes: 4, exact: false })
    expect(visibleDirty([range(0, 8, Number.NaN)])).toEqual({ bytes: Number.NaN, exact: false })
    expect(visibleDirty([range(0, 8, Number.NaN), range(8, 16, 2)])).toEqual({ bytes: 2, exact: false })
  })

  it('never exceed what is dirty, and are that when they say so', () => {
    fc.assert(
      fc.property(MAPPED_FILE, ({ dirty, mappings }) => {
        const seen = new Set<number>()
        const ranges = mappings.map(({ from, length, seen: present }) => {
          const to = Math.min(16, from + length)
          const pages = Array.from({ length: to - from }, (_, index) => from + index)
          const shown = pages.filter((page) => dirty[page] && (present >> page) & 1)
          for (const page of shown) seen.add(page)
          return range(from, to, shown.length)
        })
        const { bytes, exact } = visibleDirty(ranges)
        expect(bytes).toBeLessThanOrEqual(seen.size)
        expect(bytes).toBeGreaterThanOrEqual(Math.max(0, ...ranges.map((each) => each.dirty)))
        if (exact) expect(bytes).toBe(seen.size)
      }),
      { numRuns: 500 },
    )
  })
})
