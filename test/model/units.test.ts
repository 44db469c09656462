import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BYTES_FORMS, DURATION_FORMS, parseBytes, parseDuration } from '../../src/model/units.ts'

describe('sizes', () => {
  it.each([
    ['0', 0],
    ['4096', 4096],
    ['512B', 512],
    ['64KiB', 65_536],
    ['1.5GiB', 1_610_612_736],
    ['2 TiB', 2_199_023_255_552],
    [' 1MiB ', 1_048_576],
  ])('%j is %i bytes', (text, bytes) => {
    expect(parseBytes(text)).toBe(bytes)
  })

  it.each(['M', '1M', '1MB', '1m', '1kb', '1K', '1kib', '', 'KiB', '-1', '+1', '1e3', '1,5KiB', '0x10', '1..5', '1 2'])(
    '%j is refused, since it may be read in more than one way or none',
    (text) => {
      expect(parseBytes(text)).toBeNull()
    },
  )

  it('beyond what a double holds exactly are refused', () => {
    expect(parseBytes('9000TiB')).toBeNull()
    fc.assert(
      fc.property(
        fc.nat({ max: 10 ** 15 - 1 }),
        fc.constantFrom(['B', 1n], ['KiB', 1024n], ['TiB', 2n ** 40n]),
        (n, [unit, factor]) => {
          const bytes = parseBytes(`${n}${unit}`)
          if (bytes === null) expect(BigInt(n) * BigInt(factor) > BigInt(Number.MAX_SAFE_INTEGER)).toBe(true)
          else expect(BigInt(bytes)).toBe(BigInt(n) * BigInt(factor))
        },
      ),
    )
  })

  it('are accepted in all the forms that the error message lists', () => {
    expect(BYTES_FORMS.split(', ').map(parseBytes)).not.toContain(null)
    expect(DURATION_FORMS.split(', ').map(parseDuration)).not.toContain(null)
  })
})

describe('durations', () => {
  it.each([
    ['20ms', 20],
    ['0.5ms', 0.5],
    ['0.0004s', 0.4],
    ['1.5s', 1500],
    ['10m', 600_000],
    ['1h', 3_600_000],
  ])('%j is %d ms', (text, ms) => {
    expect(parseDuration(text)).toBe(ms)
  })

  it.each(['20', '20MS', '1M', '1 min', '-1s', '', 's'])('%j is refused', (text) => {
    expect(parseDuration(text)).toBeNull()
  })
})
