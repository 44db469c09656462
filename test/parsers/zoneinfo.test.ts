import { describe, expect, it } from 'vitest'
import { parseZoneinfo } from '../../src/parsers/zoneinfo.ts'
import { altered, bytes, expectAnswerOrParseError, fixture } from './support.ts'

const CAPTURED = 'hosts/writeback/proc/zoneinfo'

describe('parseZoneinfo', () => {
  it('reads the watermarks of every zone, and not the limits of the per-CPU lists', () => {
    expect(parseZoneinfo(fixture(CAPTURED))).toEqual([
      { node: 0, name: 'DMA', high: 30, boost: 0, managed: 3840, protection: [0, 3019, 12363, 12363, 12363] },
      { node: 0, name: 'DMA32', high: 6181, boost: 0, managed: 772918, protection: [0, 0, 9344, 9344, 9344] },
      { node: 0, name: 'Normal', high: 19130, boost: 0, managed: 2392064, protection: [0, 0, 0, 0, 0] },
      { node: 0, name: 'Movable', high: 32, boost: 0, managed: 0, protection: [0, 0, 0, 0, 0] },
      { node: 0, name: 'Device', high: 0, boost: 0, managed: 0, protection: [0, 0, 0, 0, 0] },
    ])
  })

  it('reads Linux 4.4, which boosts nothing', () => {
    expect(parseZoneinfo(fixture('synthetic/zoneinfo-linux-4.4.txt'))).toEqual([
      { node: 0, name: 'DMA', high: 49, boost: 0, managed: 3977, protection: [0, 2951, 7950, 7950] },
      { node: 1, name: 'Normal', high: 15925, boost: 0, managed: 1279925, protection: [0, 0, 0, 0] },
    ])
  })

  it('tells what the watermarks are raised by', () => {
    const [zone] = parseZoneinfo(altered(CAPTURED, 'boost    0', 'boost    512'))
    expect(zone?.boost).toBe(512)
  })

  it.each([
    ['figures before any zone', '  pages free     3840\n'],
    ['a zone without its watermark', 'Node 0, zone DMA\n        managed  1\n        protection: (0)\n'],
    ['a zone without its reserve', 'Node 0, zone DMA\n        high     1\n        managed  1\n'],
    ['an empty file', ''],
  ])('refuses %s', (_, text) => {
    expect(() => parseZoneinfo(bytes(text))).toThrow(/^zoneinfo(, line \d+)?: expected /)
  })

  it('answers or refuses, whatever the bytes', () => {
    expectAnswerOrParseError(parseZoneinfo, fixture(CAPTURED).subarray(0, 6000))
  })
})
