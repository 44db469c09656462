import { describe, expect, it } from 'vitest'
import { eventMeaning, eventReport, pressureOf } from '../../../src/analysis/thp/events.ts'
import { fragmentationOf } from '../../../src/analysis/thp/fragmentation.ts'
import { type HostFindingSource, hostFindings } from '../../../src/analysis/thp/host-findings.ts'
import { groupReads } from '../../../src/analysis/thp/reads.ts'
import { tlbFacts, tlbReach } from '../../../src/analysis/thp/tlb.ts'
import type { HugetlbPool } from '../../../src/model/hugetlb.ts'
import type { SourceRead } from '../../../src/model/provenance.ts'
import { parseBuddyinfo } from '../../../src/parsers/buddyinfo.ts'
import { parseCpuInfo } from '../../../src/parsers/cpuinfo.ts'
import { fixtureBytes } from '../../helpers/fixtures.ts'
import { HUGE, MIB, SETTINGS, settingsWith } from '../../helpers/thp.ts'

const PAGE = 4096
const GIB = 2 ** 30

function snapshot(at: number, counters: Record<string, number> | null) {
  return { at, counters: counters === null ? null : new Map(Object.entries(counters)) }
}

describe('events', () => {
  const before = snapshot(1000, { thp_fault_alloc: 100, thp_fault_fallback: 5, thp_of_tomorrow: 1, nr_free_pages: 9 })
  const after = snapshot(1500, { thp_fault_alloc: 110, thp_fault_fallback: 15, thp_of_tomorrow: 1, nr_free_pages: 8 })

  it('are rates of what happened between two readings', () => {
    const { intervalMs, events } = eventReport(before, after)
    expect(intervalMs).toBe(500)
    expect(events).toEqual([
      { name: 'thp_fault_alloc', total: 110, delta: 10, perSecond: 20 },
      { name: 'thp_fault_fallback', total: 15, delta: 10, perSecond: 20 },
      { name: 'thp_of_tomorrow', total: 1, delta: 0, perSecond: 0 },
    ])
  })

  it('are unknown rates after one reading, and nothing where vmstat cannot be read', () => {
    expect(eventReport(before, null).events[0]).toEqual({
      name: 'thp_fault_alloc',
      total: 100,
      delta: Number.NaN,
      perSecond: Number.NaN,
    })
    expect(eventReport(snapshot(0, null), snapshot(9, null)).events).toEqual([])
  })

  it('say how hard huge pages are to get', () => {
    expect(pressureOf(eventReport(before, after), HUGE)).toEqual({
      fallbackShare: 0.5,
      chargeRefused: false,
      freeHuge: HUGE,
    })
    const quiet = pressureOf(eventReport(before, { ...before, at: 1500 }), 0)
    expect(quiet.fallbackShare).toBeNaN()
  })

  it('have a meaning where they are known', () => {
    expect(eventMeaning('thp_fault_alloc')).toMatch(/fault/)
    expect(eventMeaning('thp_of_tomorrow')).toBeNull()
  })
})

describe('fragmentation', () => {
  it('is the free memory that huge pages fit into', () => {
    const zones = parseBuddyinfo(fixtureBytes('system/buddyinfo'))
    const { free, freeHuge, order, unusable, zones: each } = fragmentationOf(zones, HUGE, PAGE)
    expect(order).toBe(9)
    const inBlocks = (blocks: readonly number[], from: number): number =>
      blocks.reduce((sum, count, index) => sum + (index < from ? 0 : count * 2 ** index * PAGE), 0)
    expect(free).toBe(zones.reduce((sum, { blocks }) => sum + inBlocks(blocks, 0), 0))
    expect(freeHuge).toBe(zones.reduce((sum, { blocks }) => sum + inBlocks(blocks, 9), 0))
    expect(unusable).toBeCloseTo(1 - freeHuge / free, 12)
    expect(each.map(({ zone }) => zone)).toEqual(['DMA', 'DMA32', 'Normal'])
  })

  it('is unknown where no block of the kernel is so large', () => {
    const zones = [{ node: 0, zone: 'Normal', blocks: [4, 2, 1] }]
    expect(fragmentationOf(zones, HUGE, PAGE).freeHuge).toBeNaN()
  })
})

describe('the TLB', () => {
  const facts = (fixture: string) => tlbFacts({ cpu: parseCpuInfo(fixtureBytes(fixture)), cpuidTlb: [] })

  it('is the documented one of a known family', () => {
    expect(facts('system/cpuinfo-amd')).toEqual({
      arrays: [{ entries: 2048, pageSizes: [PAGE, HUGE] }],
      source: 'documented',
    })
    expect(facts('synthetic/cpuinfo-intel.txt')?.arrays).toEqual([
      { entries: 1536, pageSizes: [PAGE, HUGE] },
      { entries: 16, pageSizes: [GIB] },
    ])
  })

  it('is unknown on a processor that is neither documented nor tells', () => {
    expect(facts('synthetic/cpuinfo-arm.txt')).toBeNull()
    expect(tlbFacts({ cpu: null, cpuidTlb: [] })).toBeNull()
  })

  it('is what CPUID says of a processor that is not documented', () => {
    const arrays = [{ entries: 1234, pageSizes: [PAGE] }]
    const cpu = { vendor: 'GenuineIntel', model: null, family: 6, modelNumber: 9999, hypervisor: null }
    expect(tlbFacts({ cpu, cpuidTlb: arrays })).toEqual({ arrays, source: 'cpuid' })
  })

  it('reaches as far as its entries do with the largest pages first', () => {
    const tlb = facts('synthetic/cpuinfo-intel.txt')
    const mix = [
      { pageSize: PAGE, bytes: 100 * MIB },
      { pageSize: HUGE, bytes: 200 * MIB },
      { pageSize: GIB, bytes: 2 * GIB },
    ]
    const reach = tlbReach(mix, tlb)
    expect(reach.needed).toBe(25_600 + 100 + 2)
    expect(reach.reach).toBe(2 * GIB + 200 * MIB + (1536 - 100) * PAGE)
    expect(reach.resident).toBe(2 * GIB + 300 * MIB)
  })

  it('covers all of what is small enough, and nothing of pages that it cannot hold', () => {
    const tlb = { arrays: [{ entries: 512, pageSizes: [PAGE] }], source: 'cpuid' } as const
    expect(tlbReach([{ pageSize: PAGE, bytes: MIB }], tlb).reach).toBe(MIB)
    expect(tlbReach([{ pageSize: HUGE, bytes: 4 * MIB }], tlb).reach).toBe(0)
    expect(tlbReach([{ pageSize: PAGE, bytes: MIB }], null).reach).toBeNaN()
  })
})

describe('findings on the host', () => {
  const POOL: HugetlbPool = {
    size: HUGE,
    isDefault: true,
    total: 16,
    free: 10,
    reserved: 6,
    surplus: 0,
    overcommit: 0,
    nodes: [],
  }
  const NOTHING: HostFindingSource = {
    settings: SETTINGS,
    pools: [],
    events: { intervalMs: 0, events: [] },
    pressure: { fallbackShare: Number.NaN, chargeRefused: false, freeHuge: GIB },
    fragmentation: null,
  }
  const codes = (source: Partial<HostFindingSource>) => hostFindings({ ...NOTHING, ...source })

  it('are none on a quiet host', () => {
    expect(codes({})).toEqual([])
    expect(codes({ pools: [{ ...POOL, total: 0, free: 0, reserved: 0 }] })).toEqual([])
  })

  it('are pages of a pool that nobody uses, and those that are promised', () => {
    expect(codes({ pools: [POOL] })).toEqual([
      { code: 'pool-idle', size: HUGE, pages: 4, bytes: 4 * HUGE },
      { code: 'pool-reserved', size: HUGE, pages: 6, bytes: 6 * HUGE },
    ])
  })

  it('are pools with nothing left, unless they may grow', () => {
    const exhausted = { ...POOL, free: 0, reserved: 0 }
    expect(codes({ pools: [exhausted] })).toEqual([{ code: 'pool-exhausted', size: HUGE, pages: 16 }])
    expect(codes({ pools: [{ ...exhausted, overcommit: 4 }] })).toEqual([])
    expect(codes({ pools: [{ ...exhausted, overcommit: 4, surplus: 4 }] })).toHaveLength(1)
  })

  it('are faults that fall back', () => {
    const events = eventReport(
      snapshot(0, { thp_fault_alloc: 0, thp_fault_fallback: 0, thp_fault_fallback_charge: 0 }),
      snapshot(1000, { thp_fault_alloc: 1, thp_fault_fallback: 3, thp_fault_fallback_charge: 3 }),
    )
    expect(codes({ events, pressure: pressureOf(events, GIB) })).toEqual([
      { code: 'fallbacks', share: 0.75, perSecond: 3, charged: true },
    ])
  })

  it('are little free memory in large blocks', () => {
    const fragmentation = fragmentationOf(
      [{ node: 0, zone: 'Normal', blocks: [1e6, 0, 0, 0, 0, 0, 0, 0, 0, 1] }],
      HUGE,
      PAGE,
    )
    expect(codes({ fragmentation })).toEqual([{ code: 'fragmented', free: 1e6 * PAGE + HUGE, freeHuge: HUGE }])
  })

  it('are sizes that are on although the mode is never, and folios that are mapped in part', () => {
    const settings = settingsWith({ enabled: 'never' }, { 65536: { enabled: 'always' } })
    expect(codes({ settings })).toEqual([{ code: 'size-overrides-never', sizes: [65_536] }])
    const sizes = SETTINGS.sizes.map((size) =>
      size.size === HUGE ? { ...size, stats: { ...size.stats, nr_anon_partially_mapped: 100 } } : size,
    )
    expect(codes({ settings: { ...SETTINGS, sizes } })).toEqual([{ code: 'partially-mapped', bytes: 100 * HUGE }])
  })
})

describe('the account of reads', () => {
  const read = (path: string, errno: string | null = null): SourceRead => ({
    path,
    at: 1,
    durationMs: 2,
    bytes: 10,
    reads: 1,
    longestReadMs: path.includes('/7/') ? 9 : 1,
    refused: errno === null ? null : { reason: 'denied', errno, path },
  })

  it('puts files alike of all processes together, and those that were refused apart', () => {
    const grouped = groupReads([
      read('/proc/meminfo'),
      read('/proc/1/smaps_rollup', 'EACCES'),
      read('/proc/7/smaps_rollup'),
      read('/proc/8/smaps_rollup'),
      read('/proc/8/status'),
      read('/sys/kernel/mm/transparent_hugepage/hugepages-64kB/stats/split'),
      read('/sys/kernel/mm/transparent_hugepage/hugepages-128kB/stats/swpin'),
    ])
    expect(
      grouped.map(({ path, reads, longestReadMs, refused }) => [path, reads, longestReadMs, refused?.errno]),
    ).toEqual([
      ['/proc/meminfo', 1, 1, undefined],
      ['/proc/*/smaps_rollup', 1, 1, 'EACCES'],
      ['/proc/*/smaps_rollup', 2, 9, undefined],
      ['/proc/*/status', 1, 1, undefined],
      ['/sys/kernel/mm/transparent_hugepage/hugepages-*/stats/*', 2, 1, undefined],
    ])
  })
})
