import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseBuddyinfo } from '../../src/parsers/buddyinfo.ts'
import { bytes, expectAnswerOrParseError, fixture } from './support.ts'

describe('parseBuddyinfo', () => {
  it('has the free blocks of every zone, smallest first', () => {
    const zones = parseBuddyinfo(fixture('system/buddyinfo'))
    expect(zones.map(({ node, zone }) => [node, zone])).toEqual([
      [0, 'DMA'],
      [0, 'DMA32'],
      [0, 'Normal'],
    ])
    expect(zones[2]?.blocks).toEqual([23463, 16889, 5122, 1945, 1094, 4433, 2198, 808, 779, 284, 1092])
  })

  it('takes as many orders as the kernel has', () => {
    const row = fc.tuple(
      fc.nat({ max: 1023 }),
      fc.constantFrom('DMA', 'Normal', 'Movable', 'Device'),
      fc.array(fc.nat(), { minLength: 1, maxLength: 15 }),
    )
    fc.assert(
      fc.property(fc.array(row), (rows) => {
        const text = rows.map(([node, zone, counts]) => {
          const figures = counts.map((count) => `${String(count).padStart(6)} `).join('')
          return `Node ${node}, zone ${zone.padStart(8)} ${figures}\n`
        })
        const expected = rows.map(([node, zone, blocks]) => ({ node, zone, blocks }))
        expect(parseBuddyinfo(bytes(text.join('')))).toEqual(expected)
      }),
    )
  })

  it.each([
    ['a zone without counts', 'Node 0, zone   Normal\n'],
    ['a negative count', 'Node 0, zone   Normal  1 -2\n'],
    ['the header of pagetypeinfo', 'Page block order: 9\n'],
    ['a cut last line', 'Node 0, zone   Normal  1 2'],
  ])('refuses %s', (_, text) => {
    expect(() => parseBuddyinfo(bytes(text))).toThrow(/^buddyinfo, line 1: expected /)
  })

  it('answers or refuses, whatever the bytes', () => {
    expectAnswerOrParseError(parseBuddyinfo, fixture('system/buddyinfo'))
  })
})
