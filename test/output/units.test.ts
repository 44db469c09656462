import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatAge, formatBytes, formatCount, formatMilliseconds, formatPercent } from '../../src/output/units.ts'

const KIB = 1024

describe('bytes', () => {
  it.each([
    [0, '0 B'],
    [1, '1 B'],
    [1023, '1023 B'],
    [4096, '4.0 KiB'],
    [99.94 * KIB, '99.9 KiB'],
    [99.95 * KIB, '100 KiB'],
    [132 * KIB, '132 KiB'],
    [1023 * KIB, '1023 KiB'],
    [1023.96 * KIB, '1.0 MiB'],
    [KIB ** 3, '1.0 GiB'],
    [128 * KIB ** 4, '128 TiB'],
    [5000 * KIB ** 5, '5000 PiB'],
    [-4096, '-4.0 KiB'],
  ])('%d are %s', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text)
  })

  it('that are unknown are a dash, not 0', () => {
    expect([formatBytes(null), formatBytes(Number.NaN), formatCount(null), formatCount(Number.NaN)]).toEqual(
      Array(4).fill('–'),
    )
  })

  it('take at most eight characters and are off by at most a twentieth', () => {
    const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB']
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 50 }).chain((bits) => fc.nat({ max: 2 ** bits })),
        (bytes) => {
          const text = formatBytes(bytes)
          expect(text.length).toBeLessThanOrEqual(8)
          const [number = '', unit = ''] = text.split(' ')
          const back = Number(number) * KIB ** units.indexOf(unit)
          expect(Math.abs(back - bytes)).toBeLessThanOrEqual(bytes / 20)
        },
      ),
    )
  })
})

describe('counts, times and ages', () => {
  it('are for people', () => {
    expect([0, 999, 1000, 60021, 1234567, -1234].map(formatCount)).toEqual([
      '0',
      '999',
      '1,000',
      '60,021',
      '1,234,567',
      '-1,234',
    ])
    expect([0.04, 0.4, 9.94, 9.95, 252, 999.4, 999.5, 3100].map(formatMilliseconds)).toEqual([
      '0.0 ms',
      '0.4 ms',
      '9.9 ms',
      '10 ms',
      '252 ms',
      '999 ms',
      '1.0 s',
      '3.1 s',
    ])
    expect([-0.04, -0.4, 0, 0.04, 9.94, 9.95, Number.NaN].map(formatPercent)).toEqual([
      '> -0.1 %',
      '-0.4 %',
      '0.0 %',
      '< 0.1 %',
      '9.9 %',
      '10 %',
      '–',
    ])
    expect([-5, 42, 60, 3599, 3600, 12000, 86400 * 12 + 4 * 3600].map(formatAge)).toEqual([
      '0 s',
      '42 s',
      '1 min',
      '59 min',
      '1 h 0 min',
      '3 h 20 min',
      '12 d 4 h',
    ])
  })
})
