import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect } from 'vitest'
import { TYPICAL_RATES } from '../../src/collectors/cost.ts'
import { readPages, takePageFigures } from '../../src/collectors/page-tier.ts'
import { readPasses } from '../../src/collectors/passes.ts'
import { liveTrees } from '../../src/sources/trees.ts'
import { mmapctl } from '../e2e/mmapctl.ts'
import { stopped } from '../helpers/stopped.ts'
import { liveTest } from './requirements.ts'
import { startWorkload } from './workload.ts'

const PAGE = 4096

/** The mappings of a process by smaps, and by maps and PAGEMAP_SCAN, while it does nothing. */
function bothWays(pid: number) {
  const trees = liveTrees()
  const pinned = trees.proc.pin(String(pid))
  if (!pinned.ok) throw new Error('it has ended')
  using tree = pinned.value
  const read = (file: 'maps' | 'smaps') => {
    const passes = readPasses(tree, file, { wanted: 'all', pageSize: PAGE })
    if (!passes.ok) throw new Error(passes.refusal.errno)
    return passes.table
  }
  const [smaps, maps] = [read('smaps'), read('maps')]
  const pages = readPages(tree, maps, { pageSize: PAGE, maxStallMs: 1, rates: TYPICAL_RATES })
  if (!pages.ok) throw new Error(JSON.stringify(pages.why))
  takePageFigures(tree, maps, pages.sums)
  return { smaps, maps, pages }
}

describe('PAGEMAP_SCAN', () => {
  for (const name of ['kinds', 'thp', 'hostile-names', 'cow', 'hugetlb']) {
    const needs =
      name === 'hugetlb' ? (['gcc', 'pagemap-scan', 'hugetlb'] as const) : (['gcc', 'pagemap-scan'] as const)
    liveTest(`tells of every mapping of ${name} what smaps tells, or nothing`, { needs }, async () => {
      await using workload = await startWorkload(name)
      using _ = await stopped(workload.pid)
      const { smaps, maps } = bothWays(workload.pid)
      expect(maps.length).toBe(smaps.length)
      let known = 0
      for (let row = 0; row < maps.length; row++) {
        for (const key of ['Rss', 'Anonymous', 'AnonHugePages', 'ShmemPmdMapped', 'FilePmdMapped', 'Swap']) {
          const value = maps.value(key, row)
          if (Number.isNaN(value)) continue
          known++
          expect([row, maps.nameOf(row), key, value]).toEqual([row, smaps.nameOf(row), key, smaps.value(key, row)])
        }
      }
      expect(known).toBeGreaterThan(maps.length * 2)
    })
  }

  const room = { needs: ['gcc', 'pagemap-scan'], timeout: 60_000 } as const

  liveTest('answers where smaps would make the process wait, live and from a capture alike', room, async () => {
    await using workload = await startWorkload('grow', ['256'])
    using _ = await stopped(workload.pid)
    const directory = mkdtempSync(join(tmpdir(), 'mmapctl-tier-'))
    try {
      const file = join(directory, 'tier.mmapcap')
      const stall = ['--max-stall', '0.5ms']
      expect((await mmapctl(['capture', String(workload.pid), '-o', file, '-q', ...stall])).status).toBe(0)
      const [live, captured] = await Promise.all(
        [String(workload.pid), file].map(async (target) => {
          const { stdout, status } = await mmapctl(['maps', target, '--json', ...stall])
          expect(status).toBe(0)
          const { depth, totals, groups, mappings } = JSON.parse(stdout) as Record<string, unknown>
          return { depth, totals, groups, mappings }
        }),
      )
      expect(captured).toEqual(live)
      expect(live?.['depth']).toBe('pagemap')
      const { start, end } = workload.region('grow')
      expect(live?.['mappings']).toContainEqual(
        expect.objectContaining({
          start: `0x${start.toString(16)}`,
          rss: end - start,
          anonymous: end - start,
        }),
      )
      const { stdout } = await mmapctl(['maps', String(workload.pid), '--basic', ...stall])
      expect(stdout).not.toContain('PAGEMAP_SCAN')
    } finally {
      rmSync(directory, { recursive: true })
    }
  })

  liveTest(
    'shows huge pages for what they are, so that smaps is read after all',
    { needs: ['gcc', 'pagemap-scan', 'thp'] },
    async () => {
      await using workload = await startWorkload('thp')
      const { pages } = bothWays(workload.pid)
      let huge = 0
      for (const bytes of pages.sums.hugeAnon) huge += bytes
      expect(huge).toBeGreaterThan(0)
      // As small pages they alone would take longer than all is predicted to take.
      const { stallMs } = pages.smaps
      expect(stallMs).toBeLessThan(((huge / PAGE) * TYPICAL_RATES.perPageNs) / 1e6 + 0.5)
    },
  )
})
