import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hex, hexJson, hexPadded, kernelRange, parseAddress, splitJson } from '../../src/model/address.ts'

const page = fc
  .integer({ min: 0, max: 52 })
  .chain((bits) => fc.bigInt({ min: 0n, max: 2n ** BigInt(bits) - 1n }))
  .map((number) => number * 4096n)

describe('addresses', () => {
  it('are exact up to the last page of 64 bits', () => {
    fc.assert(
      fc.property(page, (address) => {
        expect(hex(Number(address))).toBe(address.toString(16))
        expect(hexPadded(Number(address))).toBe(address.toString(16).padStart(12, '0'))
        expect(hexJson(Number(address))).toBe(`0x${address.toString(16)}`)
        const { page = 0, low = 0 } = parseAddress(address.toString(16).padStart(4, '0')) ?? {}
        expect(page + low).toBe(Number(address))
      }),
    )
    expect(hex(0xffffffffff600000)).toBe('ffffffffff600000')
  })

  it('that are not page-aligned are exact below 2^53', () => {
    fc.assert(
      fc.property(fc.nat({ max: Number.MAX_SAFE_INTEGER }), (address) => {
        expect(hex(address)).toBe(address.toString(16))
      }),
    )
  })

  it('of a range are spelled as the kernel names map_files', () => {
    expect(kernelRange(0x1000, 0x2000)).toBe('00001000-00002000')
    expect(kernelRange(0x7f60ea603000, 0xffffffffff601000)).toBe('7f60ea603000-ffffffffff601000')
  })

  it('are read with and without 0x, in either case', () => {
    expect(parseAddress('0x7F12A3B4C010')).toEqual({ page: 0x7f12a3b4c000, low: 0x10 })
    expect(parseAddress('7f12a3b4cfff')).toEqual({ page: 0x7f12a3b4c000, low: 0xfff })
    expect(parseAddress('0xffffffffffffffff')).toEqual({ page: 0xfffffffffffff000, low: 0xfff })
    expect(parseAddress('0')).toEqual({ page: 0, low: 0 })
  })

  it('are kept with every digit, also above 2^53, where a double could not hold them', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 2n ** 53n, max: 2n ** 64n - 1n }), (address) => {
        const asked = parseAddress(address.toString(16))
        expect(asked === null ? '' : splitJson(asked)).toBe(`0x${address.toString(16)}`)
      }),
    )
  })

  it.each(['', '0x', 'xyz', '0x1 ', ' 0x1', '-1', '0x1g', '1.0', '0x10000000000000000'])('refuse %j', (text) => {
    expect(parseAddress(text)).toBeNull()
  })
})
