import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseAuxv } from '../../src/parsers/auxv.ts'
import { expectAnswerOrParseError, fixture } from './support.ts'

function auxv(pairs: readonly (readonly [number, number])[], wordSize: 4 | 8, littleEndian: boolean): Uint8Array {
  const view = new DataView(new ArrayBuffer(pairs.length * 2 * wordSize))
  pairs.flat().forEach((word, index) => {
    if (wordSize === 8) view.setBigUint64(index * 8, BigInt(word), littleEndian)
    else view.setUint32(index * 4, word, littleEndian)
  })
  return new Uint8Array(view.buffer)
}

describe('parseAuxv', () => {
  it('reads the page size and the length of a tick', () => {
    expect(parseAuxv(fixture('proc/java/auxv'))).toEqual({ pageSize: 4096, clockTicks: 100 })
  })

  it('reads a 32-bit process, if told so', () => {
    expect(parseAuxv(fixture('proc/ia32/auxv'), 4)).toEqual({ pageSize: 4096, clockTicks: 100 })
    expect(parseAuxv(fixture('proc/ia32/auxv'))).toEqual({ pageSize: null, clockTicks: null })
  })

  it('knows nothing of a process without an address space', () => {
    expect(parseAuxv(new Uint8Array())).toEqual({ pageSize: null, clockTicks: null })
  })

  it('reads either byte order and any page size', () => {
    const shift = fc.integer({ min: 12, max: 16 })
    fc.assert(
      fc.property(
        shift,
        fc.constantFrom(100, 250, 1024),
        fc.constantFrom<4 | 8>(4, 8),
        fc.boolean(),
        (bits, ticks, size, little) => {
          const input = auxv(
            [
              [33, 4096],
              [6, 2 ** bits],
              [17, ticks],
              [0, 0],
            ],
            size,
            little,
          )
          expect(parseAuxv(input, size)).toEqual({ pageSize: 2 ** bits, clockTicks: ticks })
        },
      ),
    )
  })

  it('stops at the end mark and takes the first of two entries', () => {
    const input = auxv(
      [
        [6, 4096],
        [6, 65_536],
        [0, 0],
        [17, 100],
      ],
      8,
      true,
    )
    expect(parseAuxv(input)).toEqual({ pageSize: 4096, clockTicks: null })
  })

  it('reads a view into a larger buffer', () => {
    const whole = new Uint8Array([1, 2, 3, ...fixture('proc/java/auxv')])
    expect(parseAuxv(whole.subarray(3)).pageSize).toBe(4096)
  })

  it.each([
    ['half a pair', new Uint8Array(8)],
    ['a page size that is no power of two', auxv([[6, 5000]], 8, true)],
    ['a page size of 0, as in 64-bit words read as 32-bit ones', auxv([[6, 0]], 4, true)],
    ['an enormous page size', auxv([[6, 2 ** 40]], 8, true)],
    ['no ticks', auxv([[17, 0]], 8, true)],
  ])('refuses %s', (_, input) => {
    expect(() => parseAuxv(input, input.length === 8 && input[0] === 6 ? 4 : 8)).toThrow(/^auxv: expected /)
  })

  it('answers or refuses, whatever the bytes', () => {
    expectAnswerOrParseError(parseAuxv, fixture('proc/java/auxv'))
    expectAnswerOrParseError((input) => parseAuxv(input, 4), fixture('proc/ia32/auxv'))
  })
})
