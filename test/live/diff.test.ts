import { describe, expect } from 'vitest'
import { diffReport, isSameProcess } from '../../src/analysis/diff/report.ts'
import { readProcess } from './read.ts'
import { liveTest } from './requirements.ts'
import { startWorkload } from './workload.ts'

const MIB = 1024 ** 2
const GROWTH = 4 * MIB
/** What two runs of one program differ in by themselves: pages of libraries and of the stack that were needed. */
const NOISE = MIB / 2

describe('two runs of a program, wherever its mappings lie', () => {
  for (const kind of ['anon', 'file', 'memfd'])
    liveTest(`name the mapping that grew, and by how much: ${kind}`, { needs: ['gcc'] }, async () => {
      await using small = await startWorkload('grow', ['8', kind])
      await using large = await startWorkload('grow', ['8', kind])
      expect(await large.send('grow 4')).toBe('ok')
      const [before, after] = [readProcess(small.pid), readProcess(large.pid)]
      const diff = diffReport(before, after, isSameProcess(before, after))
      expect(diff.sameProcess).toBe(false)

      const [first, ...others] = diff.mappings
      expect(first).toMatchObject({
        fate: 'grew',
        figures: { size: { delta: GROWTH }, rss: { before: 8 * MIB, after: 8 * MIB + GROWTH, delta: GROWTH } },
      })
      expect(before.table.start[first?.before ?? -1]).toBe(small.region('grow').start)
      expect(after.table.start[first?.after ?? -1]).toBe(large.region('grow').start)
      // The other mappings are the same ones, with no address in common.
      for (const { fate, figures } of others) {
        expect(['same', 'changed', 'grew', 'shrank']).toContain(fate)
        expect(Math.abs(figures.rss.delta ?? Number.NaN)).toBeLessThan(NOISE)
      }
    })
})
