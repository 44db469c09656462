import { type MapsReport, mapsReport, WHOLE } from '../../src/analysis/maps-report.ts'
import { collectHost } from '../../src/collectors/host.ts'
import { collectProcess } from '../../src/collectors/process.ts'
import { liveTrees } from '../../src/sources/trees.ts'

/** Options of a live read that tests vary. */
export interface ReadOptions {
  basic?: boolean
  maxStallMs?: number
}

/** Reads a process of this machine the way `mmapctl maps` does. */
export function readProcess(pid: number, options: ReadOptions = {}): MapsReport {
  const trees = liveTrees()
  const host = collectHost(trees)
  const depth = {
    basic: options.basic ?? false,
    wanted: 'all' as const,
    maxStallMs: options.maxStallMs ?? 60_000,
    pageSize: host.pageSize,
  }
  return mapsReport(collectProcess(trees, host, pid, depth), host, WHOLE, trees.ledger.take())
}

/** Sum of a smaps field over all mappings, in bytes. */
export function sumOf(report: MapsReport, key: string): number {
  const { table } = report
  let sum = 0
  for (let row = 0; row < table.length; row++) sum += table.value(key, row)
  return sum
}

/** Rows that lie in an address range. */
export function rowsIn(report: MapsReport, start: number, end: number): number[] {
  const { table } = report
  const rows: number[] = []
  for (let row = 0; row < table.length; row++) {
    if ((table.start[row] ?? 0) >= start && (table.end[row] ?? 0) <= end) rows.push(row)
  }
  return rows
}
