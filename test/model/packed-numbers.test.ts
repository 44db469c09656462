import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BLOCK_ROWS, PackedNumbers } from '../../src/model/packed-numbers.ts'

const KIB = 1024
const ROWS = 3 * BLOCK_ROWS

/** Figures such as a block of mappings has: all alike, small, large, beyond 32 bits, unknown, or no whole number of kB. */
const figure = fc.oneof(
  fc.constantFrom(0, 4 * KIB),
  fc.nat(300).map((kib) => kib * KIB),
  fc.nat(2 ** 31 - 1).map((kib) => kib * KIB),
  fc.constantFrom(Number.NaN, 2 ** 47, 2 ** 53 - 1, 17, 2 ** 31 * KIB, (2 ** 31 - 1) * KIB),
)
/** A few figures that a block repeats: blocks of every width come about, and blocks that cannot be packed. */
const block = fc.array(figure, { minLength: 1, maxLength: 6 })

describe('packed numbers', () => {
  it.each([KIB, 1])('gives back every number, packed by %i', (scale) => {
    fc.assert(
      fc.property(fc.array(block, { minLength: 3, maxLength: 3 }), (blocks) => {
        const column = new PackedNumbers(scale)
        const told = Array.from({ length: ROWS }, (_, row) => {
          const figures = blocks[Math.floor(row / BLOCK_ROWS)] ?? []
          return figures[row % figures.length] ?? 0
        })
        for (const [row, value] of told.entries()) column.set(row, value)
        expect(told.findIndex((value, row) => !Object.is(column.at(row), value))).toBe(-1)
      }),
      { numRuns: 30 },
    )
  })

  it('takes values in any order', () => {
    const rows = fc.array(fc.tuple(fc.nat(ROWS - 1), figure), { maxLength: 60 })
    fc.assert(
      fc.property(rows, (entries) => {
        const column = new PackedNumbers(KIB)
        for (const [row, value] of entries) column.set(row, value)
        const told = new Map(entries)
        for (let row = 0; row < ROWS; row += 97) if (!told.has(row)) expect(column.at(row)).toBeNaN()
        for (const [row, value] of told) expect(column.at(row)).toBe(value)
      }),
      { numRuns: 50 },
    )
  })
})
