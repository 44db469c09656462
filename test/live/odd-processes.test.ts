import { describe, expect } from 'vitest'
import { sampleMotion } from '../../src/collectors/process-motion.ts'
import { FailureError } from '../../src/model/failure.ts'
import { liveTrees } from '../../src/sources/trees.ts'
import { diagnosed } from '../helpers/diagnosed.ts'
import { readProcess } from './read.ts'
import { liveTest } from './requirements.ts'
import { startWorkload } from './workload.ts'

const MIB = 1024 * 1024

describe('processes that are not as they should be', () => {
  liveTest('the leading thread has exited: another thread is read', { needs: ['gcc'] }, async () => {
    await using workload = await startWorkload('dead-leader')
    const report = readProcess(workload.pid)
    expect(report.memory.threadRead).not.toBeNull()
    expect(report.totals.totals.rss).toBeGreaterThan(8 * MIB)
    expect(sampleMotion(liveTrees(), workload.pid)?.mappings?.length).toBe(report.table.length)
    expect(diagnosed('snapshot-trust', liveTrees(), workload.pid)).toMatchObject({
      summary: expect.stringContaining('main thread has exited'),
      remedy: expect.stringContaining('same memory'),
    })
  })

  liveTest('a zombie is called one, and its parent named', { needs: ['gcc'] }, async () => {
    await using workload = await startWorkload('zombie')
    const pid = Number(workload.facts.find((fact) => fact.name === 'zombie')?.value)
    expect(failureOf(pid)).toMatchObject({ code: 'zombie', parent: workload.pid })
  })

  liveTest('a kernel thread is called one', { needs: ['gcc'] }, () => {
    expect(failureOf(2)).toMatchObject({ code: 'kernel-thread' })
  })

  liveTest('a process that ends half way is never half reported', { needs: ['gcc'], timeout: 60_000 }, async () => {
    for (const lifetime of ['30', '60', '90', '120', '150']) {
      const workload = await startWorkload('vanish', [lifetime, '20000'])
      for (;;) {
        const outcome = outcomeOf(workload.pid)
        if (outcome !== 'read') {
          expect(['no-such-process', 'vanished', 'zombie']).toContain(outcome)
          break
        }
      }
      await workload.exited
    }
  })

  liveTest('above --max-stall maps is read, and what is not known is said', { needs: ['gcc'] }, async () => {
    await using workload = await startWorkload('grow', ['64'])
    const report = readProcess(workload.pid, { maxStallMs: 0.01 })
    expect(report.memory.space).toMatchObject({ depth: 'maps', shallow: { why: 'too-costly' } })
    expect(report.totals.totals.pss).toBeNull()
    expect(report.totals.unavailable.pss).toMatch(/--max-stall/)
    expect(report.totals.totals.rss).toBe(report.memory.status?.vmRss)
  })
})

function failureOf(pid: number): unknown {
  try {
    readProcess(pid)
    return null
  } catch (error) {
    return error instanceof FailureError ? error.failure : error
  }
}

/** Either a whole report, whose sums hold, or why there is none. */
function outcomeOf(pid: number): string {
  try {
    const report = readProcess(pid)
    expect(report.totals.totals.mappings).toBeGreaterThan(20_000)
    return 'read'
  } catch (error) {
    if (error instanceof FailureError) return error.failure.code
    throw error
  }
}
