import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { findGaps, locate } from '../../src/analysis/gaps.ts'
import { MappingTable } from '../../src/model/mapping-table.ts'
import { sampleReport } from '../helpers/reports.ts'

const PAGE = 4096

function tableOf(ranges: readonly (readonly [number, number])[]): MappingTable {
  const table = new MappingTable()
  table.reserve(ranges.length)
  for (const [start, end] of ranges) {
    table.start[table.length] = start * PAGE
    table.end[table.length++] = end * PAGE
  }
  return table
}

/** Ranges of pages that do not overlap, ascending; some touch. */
const ranges = fc
  .array(fc.tuple(fc.nat({ max: 3 }), fc.integer({ min: 1, max: 4 })), { maxLength: 12 })
  .map((steps) => {
    let at = 0
    return steps.map(([gap, size]): [number, number] => {
      const start = at + gap
      at = start + size
      return [start, at]
    })
  })

describe('gaps', () => {
  it('are all pages between the first and the last mapping that none has', () => {
    fc.assert(
      fc.property(ranges, (mapped) => {
        const report = findGaps(tableOf(mapped))
        const free = new Set<number>()
        for (let page = mapped[0]?.[0] ?? 0; page < (mapped.at(-1)?.[1] ?? 0); page++) {
          if (!mapped.some(([start, end]) => page >= start && page < end)) free.add(page)
        }
        const found = report.gaps.flatMap(({ start, end }) =>
          Array.from({ length: (end - start) / PAGE }, (_, index) => start / PAGE + index),
        )
        expect(found).toEqual([...free])
        expect(report.total).toBe(free.size * PAGE)
        const sizes = report.gaps.map(({ start, end }) => end - start)
        expect(report.largest === null ? 0 : report.largest.end - report.largest.start).toBe(Math.max(0, ...sizes))
        for (const gap of report.gaps) expect(gap.start).toBe((mapped[gap.below]?.[1] ?? -1) * PAGE)
      }),
    )
  })

  it('are not fragmented when there is one, and are when there are many', () => {
    expect(
      findGaps(
        tableOf([
          [0, 1],
          [5, 6],
        ]),
      ).fragmentation,
    ).toBe(0)
    expect(
      findGaps(
        tableOf([
          [0, 1],
          [2, 3],
          [4, 5],
        ]),
      ).fragmentation,
    ).toBe(0.5)
    expect(
      findGaps(
        tableOf([
          [0, 1],
          [1, 2],
        ]),
      ),
    ).toEqual({ gaps: [], largest: null, total: 0, fragmentation: null })
  })

  it('are never negative when a torn list overlaps', () => {
    expect(
      findGaps(
        tableOf([
          [0, 10],
          [2, 3],
          [12, 13],
        ]),
      ).gaps,
    ).toEqual([{ start: 10 * PAGE, end: 12 * PAGE, below: 1 }])
  })

  it('do not reach up to the gate page', () => {
    const { table, gaps } = sampleReport('names', { gaps: true })
    const stack = table.length - 2
    expect(table.nameOf(stack)).toBe('[stack]')
    expect(gaps?.gaps.at(-1)?.end).toBe(table.start[stack])
  })
})

describe('an address', () => {
  it('is in the mapping that holds it, with the nearest neighbours beside it', () => {
    fc.assert(
      fc.property(ranges, fc.nat({ max: 60 }), (mapped, page) => {
        const row = mapped.findIndex(([start, end]) => page >= start && page < end)
        const below = mapped.findLastIndex(([, end]) => end <= page)
        const above = mapped.findIndex(([start]) => start > page)
        const known = (index: number): number | null => (index < 0 ? null : index)
        expect(locate(tableOf(mapped), page * PAGE)).toEqual({
          row: known(row),
          below: known(below),
          above: known(above),
        })
      }),
    )
  })

  it('shows its mapping and the two beside it alone, never joined', () => {
    const report = sampleReport('names', { address: { page: 0x7f60ea650000, low: 0x0 }, coalesce: true })
    expect([...report.rows].map((row) => report.table.start[row])).toEqual([
      0x7f60ea62a000, 0x7f60ea650000, 0x7f60ea7a6000,
    ])
    expect(report.view.length).toBe(3)
    expect(report.gaps).not.toBeNull()
  })

  it('in a gap shows the two beside it', () => {
    const report = sampleReport('names', { address: { page: 0x7f60ea80c000, low: 0x0 } })
    expect(report.located?.place.row).toBeNull()
    expect(report.rows).toHaveLength(2)
  })
})
