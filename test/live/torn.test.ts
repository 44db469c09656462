import { describe, expect } from 'vitest'
import { readProcess } from './read.ts'
import { liveTest } from './requirements.ts'
import { startWorkload } from './workload.ts'

const READS = 12

describe('an address space that changes while it is read', () => {
  for (const basic of [false, true]) {
    const depth = basic ? 'maps' : 'smaps'
    liveTest(`a mapping that moves is seen exactly once (${depth})`, { needs: ['gcc'], timeout: 120_000 }, async () => {
      await using workload = await startWorkload('mover', ['30000', '5'])
      const low = workload.region('low')
      for (let read = 0; read < READS; read++) {
        const report = readProcess(workload.pid, { basic })
        const confidence = report.memory.space?.consistency.confidence
        const seen = sizesOf(report).filter((size) => size === low.end - low.start).length
        if (confidence === 'low') continue
        expect(seen, `read ${read}, confidence ${confidence}`).toBe(1)
      }
    })
  }

  liveTest('never stands still, and the report says so', { needs: ['gcc'], timeout: 120_000 }, async () => {
    await using workload = await startWorkload('mover', ['churn', '20000'])
    const report = readProcess(workload.pid)
    const consistency = report.memory.space?.consistency
    if (consistency?.confidence !== 'high') expect(consistency?.explanation).toMatch(/did not add up|changed during/)
    const starts = Array.from(report.table.start.subarray(0, report.table.length))
    if (consistency?.confidence !== 'low') expect(starts).toEqual([...starts].sort((a, b) => a - b))
  })
})

function sizesOf(report: ReturnType<typeof readProcess>): number[] {
  return Array.from({ length: report.table.length }, (_, row) => report.table.size(row))
}
