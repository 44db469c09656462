import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type RecordField, type RecordUnit, sortRecords } from '../../src/analysis/records.ts'

type Row = { readonly key: number | string; readonly at: number }

function field(unit: RecordUnit): RecordField<Row> {
  return { name: 'key', meaning: '', unit, value: (row) => row.key }
}

function sorted(keys: readonly (number | string)[], unit: RecordUnit, reverse = false): readonly (number | string)[] {
  const rows = keys.map((key, at) => ({ key, at }))
  return sortRecords(rows, { by: field(unit), reverse }).map((row) => row.key)
}

describe('records are sorted', () => {
  it('figures largest first, texts and ids ascending', () => {
    expect(sorted([1, 3, 2], 'bytes')).toEqual([3, 2, 1])
    expect(sorted([1, 3, 2], 'seconds', true)).toEqual([1, 2, 3])
    expect(sorted([10, 9, 100], 'id')).toEqual([9, 10, 100])
    expect(sorted([10, 9, 100], 'id', true)).toEqual([100, 10, 9])
    expect(sorted(['b', 'a'], 'text')).toEqual(['a', 'b'])
    expect(sorted(['a', 'b'], 'text', true)).toEqual(['b', 'a'])
  })

  it.each(['bytes', 'id', 'text'] as const)('unknown %s last in both directions, equal ones as they were', (unit) => {
    const key = unit === 'text' ? fc.constantFrom('a', 'b', 'c') : fc.constantFrom(1, 2, 3)
    fc.assert(
      fc.property(fc.array(fc.oneof(key, fc.constant(Number.NaN))), fc.boolean(), (keys, reverse) => {
        const rows = sortRecords(
          keys.map((each, at) => ({ key: each as number | string, at })),
          { by: field(unit), reverse },
        )
        const first = rows.findIndex((row) => Number.isNaN(row.key))
        if (first !== -1) expect(rows.slice(first).every((row) => Number.isNaN(row.key))).toBe(true)
        for (const [index, row] of rows.entries()) {
          const next = rows[index + 1]
          if (next !== undefined && Object.is(next.key, row.key)) expect(next.at).toBeGreaterThan(row.at)
        }
        expect(rows).toHaveLength(keys.length)
      }),
    )
  })
})
