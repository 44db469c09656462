import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type RamReport, ramReport } from '../../../src/analysis/ps/ram.ts'
import { fileReads } from '../../../src/analysis/ps/reads.ts'
import type { ProcessFacts } from '../../../src/collectors/process-facts.ts'
import { type Meminfo, parseMeminfo } from '../../../src/parsers/meminfo.ts'
import { fixtureBytes } from '../../helpers/fixtures.ts'
import { captured, reportOn } from '../../helpers/process-lists.ts'

const READ = captured()
const ROWS = READ.list.processes
const MEMINFO = READ.meminfo as Meminfo
const KIB = 1024

/** The parts that a person sees; they are said to add up. */
function partsOf(ram: RamReport): number {
  const { mapped, tmpfs, cache, kernel, hugetlb, zswap, free, other } = ram
  const shmem = Number.isNaN(tmpfs.atLeast) ? 0 : tmpfs.atLeast
  return mapped.listed + mapped.rest + shmem + cache + kernel.total + hugetlb.total + zswap + free + other
}

const unwalked = (row: ProcessFacts): ProcessFacts => ({
  ...row,
  walk: { source: null, figures: null, gap: { why: 'denied' } },
})

describe('where the RAM is', () => {
  it('adds up to all of it, to the byte', () => {
    const ram = ramReport(MEMINFO, ROWS, true)
    expect(partsOf(ram)).toBe(ram.total)
    expect(ram.mapped.total).toBe((MEMINFO.anonPages ?? 0) + (MEMINFO.mapped ?? 0))
    expect(ram.kernel.total).toBeGreaterThan(ram.kernel.slab)
  })

  it('adds up whoever can be read, and however old the kernel', () => {
    const old = parseMeminfo(fixtureBytes('synthetic/meminfo-linux-4.4.txt'))
    fc.assert(
      fc.property(fc.subarray([...ROWS]), fc.boolean(), fc.constantFrom(MEMINFO, old), (known, whole, meminfo) => {
        if (known.length === 0) return
        const rows = ROWS.map((row) => (known.includes(row) ? row : unwalked(row)))
        const ram = ramReport(meminfo, rows, whole)
        expect(partsOf(ram)).toBe(ram.total)
        expect(ram.tmpfs.atLeast).not.toBeGreaterThan(ram.tmpfs.atMost)
      }),
    )
  })

  it('names what processes that were not walked may have at most', () => {
    const [first, ...rest] = ROWS as [ProcessFacts, ...ProcessFacts[]]
    const ram = ramReport(MEMINFO, [unwalked(first), ...rest], true)
    expect(ram.mapped.unwalked).toBe(first.status.sizes.vmRss)
    expect(ramReport(MEMINFO, ROWS, true).mapped.unwalked).toBe(0)
  })

  it('tells shared memory that nobody maps from page cache, as closely as it can', () => {
    const mapped = ROWS.reduce((sum, row) => sum + (row.walk.figures?.pssShmem ?? 0), 0)
    const exact = ramReport(MEMINFO, ROWS, true)
    expect(exact.tmpfs).toEqual({ atLeast: (MEMINFO.shmem ?? 0) - mapped, atMost: (MEMINFO.shmem ?? 0) - mapped })
    // 48 MiB of it were in a file that no process had mapped.
    expect(exact.tmpfs.atLeast).toBeGreaterThan(48 * 1024 * KIB)

    const postgres = ROWS.find((row) => row.status.name === 'postgres') as ProcessFacts
    const bounded = ramReport(
      MEMINFO,
      ROWS.map((row) => (row === postgres ? unwalked(row) : row)),
      true,
    ).tmpfs
    expect(bounded.atLeast).toBeLessThan(exact.tmpfs.atLeast)
    expect(bounded.atMost).toBeGreaterThan(exact.tmpfs.atMost)

    expect(ramReport(MEMINFO, ROWS, false).tmpfs.atLeast).toBeNaN()
  })

  it('knows what the kernel says of all processes when none was walked', () => {
    const ram = ramReport(MEMINFO, ROWS.map(unwalked), true)
    expect(ram.mapped.listed).toBeNaN()
    expect(ram.mapped.total).toBeGreaterThan(0)
  })

  it('counts hugetlb pools of all sizes, or of the one that old kernels tell', () => {
    const sample = parseMeminfo(fixtureBytes('proc/hugetlb/meminfo'))
    expect(ramReport(sample, ROWS, true).hugetlb).toEqual({
      total: 32_768 * KIB,
      free: (sample.hugePagesFree ?? 0) * 2048 * KIB,
    })
    expect(ramReport({ ...sample, hugetlb: null }, ROWS, true).hugetlb.total).toBe(32_768 * KIB)
  })
})

describe('a list is of the whole host', () => {
  const report = reportOn(READ)
  it('only where kernel threads are to be seen: else of a PID namespace, or of what /proc does not hide', () => {
    expect(report.whole).toBe(false)
    const none = { ...READ.list.none, 'kernel-thread': 3 }
    const read = { ...READ, list: { ...READ.list, none } }
    expect(reportOn(read).whole).toBe(true)
    expect(reportOn(read, { whole: false }).whole).toBe(false)
    expect(reportOn({ ...read, list: { ...READ.list, none: { ...none, hidden: 1 } } }).whole).toBe(false)
  })
})

describe('reads', () => {
  it('are added up by the kind of file', () => {
    const read = (path: string, ms: number, refused = false) => ({
      path,
      at: 0,
      durationMs: ms,
      bytes: refused ? 0 : 10,
      reads: 1,
      longestReadMs: ms,
      refused: refused ? ({ reason: 'denied', errno: 'EACCES', path } as const) : null,
    })
    const all = [
      read('/h/7/proc/1/status', 1),
      read('/h/7/proc/22/status', 3),
      read('/h/7/proc/22/task/23/status', 1),
      read('/h/7/proc/3/smaps_rollup', 1, true),
      read('/h/7/proc/meminfo', 1),
    ]
    expect(
      fileReads(all, '/h/7/proc').map(({ path, files, refused, bytes, longestReadMs }) => [
        path,
        files,
        refused,
        bytes,
        longestReadMs,
      ]),
    ).toEqual([
      ['/h/7/proc/[pid]/status', 2, 0, 20, 3],
      ['/h/7/proc/[pid]/task/[tid]/status', 1, 0, 10, 1],
      ['/h/7/proc/[pid]/smaps_rollup', 0, 1, 0, 1],
      ['/h/7/proc/meminfo', 1, 0, 10, 1],
    ])
  })
})
