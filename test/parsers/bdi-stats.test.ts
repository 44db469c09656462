import { describe, expect, it } from 'vitest'
import { parseBdiStats } from '../../src/parsers/bdi-stats.ts'
import { altered, bytes, expectAnswerOrParseError, fixture } from './support.ts'

const CAPTURED = 'hosts/writeback/sys/kernel/debug/bdi/254:0/stats'

describe('parseBdiStats', () => {
  it('reads sizes in bytes, the speed in bytes a second, and lists as counts of inodes', () => {
    expect(parseBdiStats(fixture(CAPTURED))).toEqual({
      writeback: 20 * 1024,
      reclaimable: 27_900 * 1024,
      dirtyThresh: 4_708_188 * 1024,
      globalDirtyThresh: 4_708_188 * 1024,
      backgroundThresh: 2_351_220 * 1024,
      dirtied: 26_862_844 * 1024,
      written: 17_533_524 * 1024,
      writeBandwidth: 10_116 * 1024,
      dirtyInodes: 444,
      ioInodes: 0,
      moreIoInodes: 0,
      dirtyTimeInodes: 0,
    })
  })

  it('says null for what a kernel does not print', () => {
    const stats = parseBdiStats(altered(CAPTURED, 'b_dirty_time', 'b_later_time'))
    expect(stats.dirtyTimeInodes).toBeNull()
    expect(stats.dirtyInodes).toBe(444)
  })

  it.each([
    ['a size without its unit', altered(CAPTURED, '20 kB', '20')],
    ['a count with a unit', altered(CAPTURED, '444', '444 kB')],
    ['a size that is none', altered(CAPTURED, '20 kB', '-20 kB')],
    ['another file', bytes('b_dirty: 1\n')],
    ['an empty file', bytes('')],
  ])('refuses %s', (_, text) => {
    expect(() => parseBdiStats(text)).toThrow(/^bdi stats(, line \d+)?: expected /)
  })

  it('answers or refuses, whatever the bytes', () => {
    expectAnswerOrParseError(parseBdiStats, fixture(CAPTURED))
  })
})
