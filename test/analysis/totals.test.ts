import { describe, expect, it } from 'vitest'
import { longestRead } from '../../src/analysis/read-cost.ts'
import { fixtureText, SAMPLES } from '../helpers/fixtures.ts'
import { sampleReport } from '../helpers/reports.ts'

const KIB = 1024

describe('totals', () => {
  it.each(SAMPLES)('of %s each have a source or a reason, never both', (sample) => {
    for (const basic of [false, true]) {
      const { totals, sources, unavailable } = sampleReport(sample, {}, { basic }).totals
      for (const [id, value] of Object.entries(totals)) {
        expect([id, id in sources, id in unavailable]).toEqual([id, value !== null, value === null])
      }
    }
  })

  it('of a process are sums of smaps where only smaps knows', () => {
    const { totals, sources } = sampleReport('java').totals
    expect(totals).toMatchObject({
      size: 8982628 * KIB,
      rss: 145668 * KIB,
      pss: 142638 * KIB,
      swap: 0,
      mappings: 213,
      maxMappings: 65_530,
    })
    expect(sources).toMatchObject({
      pss: 'smaps: Σ Pss',
      uss: 'smaps: Σ Private_Clean + Private_Dirty',
      size: 'status: VmSize',
    })
  })

  it('do not count the gate page among the mappings', () => {
    expect(sampleReport('ia32').totals.totals.mappings).toBe(7)
    expect(sampleReport('kinds').totals.totals.mappings).toBe(81)
  })

  it('come from status when only maps was read, and the rest is unknown, not 0', () => {
    const { totals, unavailable } = sampleReport('java', {}, { basic: true }).totals
    expect(totals).toMatchObject({
      rss: 145668 * KIB,
      pss: null,
      uss: null,
      dirty: null,
      huge: null,
      swap: 0,
      hugetlb: 0,
    })
    expect(unavailable).toEqual({
      pss: 'smaps was not read: --basic',
      uss: 'smaps was not read: --basic',
      dirty: 'smaps was not read: --basic',
      huge: 'smaps was not read: --basic',
    })
  })

  it('say so when smaps would have cost too much', () => {
    const { totals } = sampleReport('java', {}, { maxStallMs: 0 })
    expect(totals.unavailable.pss).toBe('smaps was not read: it would stall the process longer than --max-stall')
  })

  it('say so when the kernel has no smaps', () => {
    const { totals, memory } = sampleReport('java', {}, { process: { files: { smaps: null } } })
    expect(memory.space?.depth).toBe('maps')
    expect(totals.unavailable.pss).toBe('smaps could not be read: no such file or directory')
  })

  it('say so when a kernel does not print a field', () => {
    const old = fixtureText('proc/java/smaps').replace(/^AnonHugePages.*\n/gm, '')
    const status = fixtureText('proc/java/status').replace(/^(RssAnon|VmHWM).*\n/gm, '')
    const { totals, unavailable } = sampleReport('java', {}, { process: { files: { smaps: old, status } } }).totals
    expect([totals.huge, totals.rssAnon, totals.rssPeak]).toEqual([null, null, null])
    expect(unavailable).toEqual({
      huge: 'this kernel does not print it',
      rssAnon: 'this kernel does not print it',
      rssPeak: 'this kernel does not print it',
    })
  })

  it('come from statm when status cannot be read', () => {
    const { totals, sources, unavailable } = sampleReport('java', {}, { process: { files: { status: null } } }).totals
    expect([totals.size, sources.size]).toEqual([8982628 * KIB, 'statm: size'])
    expect(unavailable.rssAnon).toBe('status could not be read')
  })

  it('count both levels of page tables on old kernels', () => {
    const status = fixtureText('proc/java/status').replace(
      /^VmPTE:\s+(\d+) kB\n/m,
      'VmPTE:\t     100 kB\nVmPMD:\t      12 kB\n',
    )
    const { totals, sources } = sampleReport('java', {}, { process: { files: { status } } }).totals
    expect([totals.pageTables, sources.pageTables]).toEqual([112 * KIB, 'status: VmPTE + VmPMD'])
  })
})

describe('the longest read', () => {
  it('bounds how long the process may have waited', () => {
    const read = { path: '/proc/1/smaps', at: 0, durationMs: 9, bytes: 1, reads: 1, refused: null }
    expect(
      longestRead([
        { ...read, longestReadMs: 0.2 },
        { ...read, longestReadMs: 3 },
      ]),
    ).toBe(3)
    expect(longestRead([])).toBe(0)
  })
})
