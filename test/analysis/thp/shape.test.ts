import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fits, shapeOf } from '../../../src/analysis/thp/shape.ts'
import { HUGE, MIB } from '../../helpers/thp.ts'

const PAGE = 4096
const BASE = 0x7f00_0000_0000

describe('where huge pages fit', () => {
  it.each([
    ['aligned', 0, 8 * MIB, { capable: 8 * MIB, head: 0, tail: 0, skew: 0, gain: 0 }],
    ['half a one at each end', MIB, 8 * MIB, { capable: 6 * MIB, head: MIB, tail: MIB, skew: MIB, gain: HUGE }],
    [
      'nearly two, and none fits',
      PAGE,
      2 * HUGE - 2 * PAGE,
      { capable: 0, head: 2 * HUGE - 2 * PAGE, tail: 0, skew: PAGE, gain: HUGE },
    ],
    ['shorter than one', 0, MIB, { capable: 0, head: MIB, tail: 0, skew: 0, gain: 0 }],
    ['exactly one', 0, HUGE, { capable: HUGE, head: 0, tail: 0, skew: 0, gain: 0 }],
    ['a tail too short for another', 0, HUGE + MIB, { capable: HUGE, head: 0, tail: MIB, skew: 0, gain: 0 }],
  ])('%s', (_, from, size, shape) => {
    expect(shapeOf(BASE + from, BASE + from + size, null, HUGE)).toEqual(shape)
  })

  it('in a file only where address and offset are in step', () => {
    expect(shapeOf(BASE, BASE + 4 * MIB, 0, HUGE).capable).toBe(4 * MIB)
    expect(shapeOf(BASE, BASE + 4 * MIB, PAGE, HUGE)).toMatchObject({ capable: 0, gain: 2 * MIB })
    expect(shapeOf(BASE + PAGE, BASE + PAGE + 4 * MIB, PAGE, HUGE)).toMatchObject({
      capable: 2 * MIB,
      skew: 0,
      gain: 0,
    })
  })

  it('as many as can be counted one by one, and never more by moving than the size allows', () => {
    const pages = fc.nat({ max: 3000 })
    fc.assert(
      fc.property(pages, pages, fc.option(pages), (from, length, inFile) => {
        const start = BASE + from * PAGE
        const end = start + (length + 1) * PAGE
        const offset = inFile === null ? null : inFile * PAGE
        let blocks = 0
        for (let at = Math.ceil(start / HUGE) * HUGE; at + HUGE <= end; at += HUGE) {
          if (offset === null || (offset + at - start) % HUGE === 0) blocks++
        }
        const shape = shapeOf(start, end, offset, HUGE)
        expect(shape.capable).toBe(blocks * HUGE)
        expect(shape.head + shape.capable + shape.tail).toBe(end - start)
        expect(shape.capable + shape.gain).toBeLessThanOrEqual(end - start)
        expect(shape.gain).toBeGreaterThanOrEqual(0)
        expect(fits(start, end, offset, HUGE)).toBe(blocks > 0)
      }),
    )
  })

  it('of every size on machines with other pages', () => {
    expect(shapeOf(0x2000_0000, 0x2000_0000 + 2 ** 30, null, 2 ** 29).capable).toBe(2 ** 30)
    expect(fits(BASE, BASE + 65_536, null, 65_536)).toBe(true)
    expect(fits(BASE + PAGE, BASE + 65_536, null, 65_536)).toBe(false)
  })
})
