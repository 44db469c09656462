import { execFileSync } from 'node:child_process'
import { describe, expect } from 'vitest'
import type { MapsReport } from '../../src/analysis/maps-report.ts'
import { readProcess } from './read.ts'
import { liveTest } from './requirements.ts'
import { startWorkload } from './workload.ts'

const KIB = 1024

/** What changes in a file's mapping as soon as another process, such as pmap itself, maps the same file. */
const DEPENDS_ON_OTHERS = /^(?:Pss|SwapPss|Shared_|Private_|Referenced|Locked)/

/** One mapping as `pmap -XX` prints it: the kernel's field names, values in KiB. */
type PmapRow = ReadonlyMap<string, number>

describe('every field equals pmap -XX', () => {
  for (const name of ['kinds', 'thp', 'arenas', 'locked', 'cow']) {
    liveTest(name, { needs: ['gcc', 'pmap'] }, async () => {
      await using workload = await startWorkload(name)
      const report = readProcess(workload.pid)
      const rows = pmapRows(workload.pid)
      expect(rows.size).toBe(report.table.length)
      for (let row = 0; row < report.table.length; row++) expectRow(report, row, rows)
    })
  }
})

function expectRow(report: MapsReport, row: number, rows: ReadonlyMap<number, PmapRow>): void {
  const start = report.table.start[row] ?? Number.NaN
  const theirs = rows.get(start)
  expect(theirs, `pmap has ${start.toString(16)}`).toBeDefined()
  for (const column of report.table.columns) {
    const expected = theirs?.get(column.key)
    if (report.table.hasInode(row) && DEPENDS_ON_OTHERS.test(column.key)) continue
    // pmap prints ProtectionKey and THPeligible only where the kernel does, as we do.
    expect(expected, column.key).toBeDefined()
    const scale = column.unit === 'bytes' ? KIB : 1
    expect(column.at(row), `${column.key} at ${start.toString(16)}`).toBe((expected ?? Number.NaN) * scale)
  }
}

/** Reads pmap's table by its heading; VmFlags and names, which hold spaces, come last and are not numbers. */
function pmapRows(pid: number): ReadonlyMap<number, PmapRow> {
  const [, heading = '', ...lines] = execFileSync('pmap', ['-XX', String(pid)], { encoding: 'latin1' }).split('\n')
  const names = heading.trim().split(/\s+/)
  const rows = new Map<number, PmapRow>()
  for (const line of lines) {
    const cells = line.trim().split(/\s+/)
    if (!/^[0-9a-f]{8,16}$/.test(cells[0] ?? '') || cells.length < names.length - 2) continue
    const values = names.map((name, index): [string, number] => [name, Number(cells[index])])
    rows.set(Number(`0x${cells[0]}`), new Map(values))
  }
  return rows
}
