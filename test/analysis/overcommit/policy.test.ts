import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { allowedIn2, commitLimit, commitPolicy, supplyOf } from '../../../src/analysis/overcommit/policy.ts'
import { parseMeminfo } from '../../../src/parsers/meminfo.ts'
import { GIB, KIB, MIB, SETTINGS, sampleWith } from '../../helpers/commit-samples.ts'
import { fixtureBytes } from '../../helpers/fixtures.ts'

const NEW = { pageSize: 4096, rules: { wholeRam: true, exactCommitted: true } }
const OLD = { pageSize: 4096, rules: { wholeRam: false, exactCommitted: false } }

describe('CommitLimit', () => {
  it('is what the kernel printed, from its parts', () => {
    const policy = commitPolicy(SETTINGS, sampleWith(), NEW)
    expect(policy.computed).toBe(12_342_048 * KIB)
    expect(policy.limit).toBe(policy.computed)
    expect(policy.headroom).toBe((12_342_048 - 86_756) * KIB)
  })

  it('is what another kernel printed, with huge pages taken off', () => {
    const meminfo = parseMeminfo(fixtureBytes('proc/hugetlb/meminfo'))
    expect(meminfo.hugetlb).toBeGreaterThan(0)
    const policy = commitPolicy(SETTINGS, { ...sampleWith(), meminfo }, NEW)
    expect(policy.computed).toBe(meminfo.commitLimit)
  })

  it('is the fixed size instead, where one is set', () => {
    const fixed = { ...SETTINGS, fixed: 3 * GIB, ratio: 0 }
    const policy = commitPolicy(fixed, sampleWith({ SwapTotal: 1024 }), NEW)
    expect(policy.computed).toBe(3 * GIB + MIB)
    expect(policy.parts).toMatchObject({ fixed: 3 * GIB, ratio: null })
  })

  it('finds the huge pages of every size where meminfo has the default size alone', () => {
    const meminfo = { ...sampleWith().meminfo, hugetlb: null }
    const pool = { isDefault: null, free: 0, reserved: 0, surplus: 0, overcommit: 0, nodes: [] }
    const pools = [
      { ...pool, size: 2 * MIB, total: 10 },
      { ...pool, size: GIB, total: 1 },
    ]
    expect(commitPolicy(SETTINGS, { ...sampleWith(), meminfo, pools }, NEW).parts.hugetlb).toBe(20 * MIB + GIB)
  })

  it('is cut to whole pages, as the kernel cuts it', () => {
    const pages = fc.integer({ min: 0, max: 2 ** 30 })
    fc.assert(
      fc.property(pages, fc.integer({ min: 0, max: 200 }), pages, (ram, ratio, swap) => {
        const parts = { ram: ram * 4096, hugetlb: 0, swap: swap * 4096, ratio, fixed: null }
        const expected = (BigInt(ram) * BigInt(ratio)) / 100n + BigInt(swap)
        expect(commitLimit(parts, 4096)).toBe(Number(expected * 4096n))
      }),
    )
  })

  it('is unknown without its settings', () => {
    expect(commitPolicy({ ...SETTINGS, ratio: null }, sampleWith(), NEW).computed).toBeNaN()
  })
})

describe('what is granted', () => {
  it('in mode 0 is any request up to RAM and swap', () => {
    const policy = commitPolicy(SETTINGS, sampleWith({ SwapTotal: 4 }), NEW)
    expect(policy.largestRequest).toBe((24_684_096 + 4) * KIB)
  })

  it('in mode 0 before Linux 5.2 is what could be had at once', () => {
    const { meminfo } = sampleWith()
    const { largestRequest } = commitPolicy(SETTINGS, sampleWith(), OLD)
    expect(largestRequest).toBeGreaterThan(meminfo.memFree ?? Number.NaN)
    expect(largestRequest).toBeLessThan(meminfo.memTotal ?? Number.NaN)
  })

  it('in mode 2 is less for who is not root, and less for who is large, but only to a point', () => {
    const limit = 10 * GIB
    expect(allowedIn2(limit, SETTINGS, { size: 64 * MIB, admin: true })).toBe(limit - 2 * MIB)
    expect(allowedIn2(limit, SETTINGS, { size: 64 * MIB, admin: false })).toBe(limit - 10 * MIB)
    expect(allowedIn2(limit, SETTINGS, { size: 2 ** 50, admin: true })).toBe(limit - 100_407 * KIB)
  })
})

describe('Committed_AS', () => {
  it('is exact since Linux 5.9, and before may be off by a 256th of RAM', () => {
    expect(commitPolicy(SETTINGS, sampleWith(), NEW).uncertainty).toBe(0)
    expect(commitPolicy(SETTINGS, sampleWith(), OLD).uncertainty).toBe((24_684_096 * KIB) / 256)
  })
})

describe('what is left', () => {
  it('is RAM available and swap free', () => {
    expect(supplyOf(sampleWith({ MemAvailable: 1000, SwapFree: 24 }).meminfo)).toBe(1024 * KIB)
  })

  it('is unknown where the kernel has no MemAvailable', () => {
    expect(supplyOf({ ...sampleWith().meminfo, memAvailable: null })).toBeNaN()
  })
})
