import { readFileSync } from 'node:fs'
import { isDeepStrictEqual } from 'node:util'
import { describe, expect } from 'vitest'
import type { MapsReport } from '../../src/analysis/maps-report.ts'
import { countMappings } from '../../src/model/mapping-table.ts'
import { parseSmapsRollup, type SmapsRollup } from '../../src/parsers/smaps-rollup.ts'
import { parseStatm } from '../../src/parsers/statm.ts'
import { parseStatus } from '../../src/parsers/status.ts'
import { readProcess, sumOf } from './read.ts'
import { liveTest } from './requirements.ts'
import { startWorkload } from './workload.ts'

const KIB = 1024

/** Programs that stand still once they are ready, with what each must be given to run. */
const STEADY = [
  { name: 'kinds', args: [], needs: ['gcc'] },
  { name: 'cow', args: [], needs: ['gcc'] },
  { name: 'thp', args: [], needs: ['gcc'] },
  { name: 'locked', args: [], needs: ['gcc'] },
  { name: 'arenas', args: [], needs: ['gcc'] },
  { name: 'hostile-names', args: [], needs: ['gcc'] },
  { name: 'grow', args: ['16', 'memfd'], needs: ['gcc'] },
  { name: 'many', args: ['20000', 'files'], needs: ['gcc'] },
  { name: 'hugetlb', args: [], needs: ['gcc', 'hugetlb'] },
  { name: 'swapped', args: [], needs: ['gcc', 'swap'] },
] as const

const rollupOf = (pid: number) => parseSmapsRollup(readFileSync(`/proc/${pid}/smaps_rollup`))
const statusOf = (pid: number) => parseStatus(readFileSync(`/proc/${pid}/status`))
const statmOf = (pid: number) => parseStatm(readFileSync(`/proc/${pid}/statm`))

describe('the sums over the mappings are the kernel’s own', () => {
  for (const { name, args, needs } of STEADY) {
    liveTest([name, ...args].join(' '), { needs }, async () => {
      await using workload = await startWorkload(name, args)
      const { report, rollup } = readSteadily(workload.pid)
      expect(report.memory.space?.consistency.confidence).toBe('high')
      expectSumsOfRollup(report, rollup)
      expectSumsOfStatus(report, workload.pid)
    })
  }
})

/**
 * Reads the mappings between two equal rollups. PSS, and what is shared or private, change whenever any other process
 * maps or leaves the same library, so a read with such a change in it is made again.
 */
function readSteadily(pid: number): { report: MapsReport; rollup: SmapsRollup } {
  for (let attempt = 0; attempt < 50; attempt++) {
    const before = rollupOf(pid)
    const report = readProcess(pid)
    const rollup = rollupOf(pid)
    if (isDeepStrictEqual(before.fields, rollup.fields)) return { report, rollup }
  }
  throw new Error('other processes never left the shared pages alone')
}

/**
 * smaps_rollup walks the same pages. Fields that count whole pages are equal to the byte; the PSS family is a fraction
 * that smaps cuts to a KiB for every mapping, so its sum is lower by less than one KiB a mapping.
 */
function expectSumsOfRollup(report: MapsReport, rollup: SmapsRollup): void {
  const rows = report.table.length
  for (const key of rollup.fields.keys()) {
    if (report.table.column(key) === undefined) continue
    const expected = rollup.fields.get(key) ?? Number.NaN
    const sum = sumOf(report, key)
    if (key.includes('Pss') || key === 'Locked') {
      expect(sum, key).toBeLessThanOrEqual(expected)
      expect(sum, key).toBeGreaterThan(expected - rows * KIB)
    } else expect(sum, key).toBe(expected)
  }
}

/** status keeps running totals; since Linux 6.16 they are exact, before they may lag by a few pages a CPU. */
function expectSumsOfStatus(report: MapsReport, pid: number): void {
  const status = statusOf(pid)
  const { table, host } = report
  const gate = (table.end[table.length - 1] ?? 0) - (table.start[table.length - 1] ?? 0)
  const gateBytes = countMappings(table) === table.length ? 0 : gate
  let size = 0
  for (let row = 0; row < table.length; row++) size += table.size(row)
  expect(size - gateBytes).toBe(status.vmSize)
  expect(size - gateBytes).toBe(statmOf(pid).size * host.pageSize)
  expect(sumOf(report, 'Rss')).toBe(status.vmRss)
  expect(sumOf(report, 'Shared_Hugetlb') + sumOf(report, 'Private_Hugetlb')).toBe(status.hugetlbPages)
  expect(report.totals.totals.rss).toBe(status.vmRss)
  expect(report.totals.totals.size).toBe(status.vmSize)
  expect(report.totals.totals.locked).toBe(status.vmLck)
}
