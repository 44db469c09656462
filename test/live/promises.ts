import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'vitest'
import { type OwnershipReport, ownershipReport } from '../../src/analysis/overcommit/ownership.ts'
import { type PromiseReport, promiseReport } from '../../src/analysis/overcommit/process-report.ts'
import { lookAtHost } from '../../src/cli/overcommit-host.ts'
import { readTarget } from '../../src/cli/overcommit-processes.ts'
import { scanHost } from '../../src/cli/overcommit-scan.ts'
import { cgroupMounts, readersMounts } from '../../src/collectors/cgroup-mounts.ts'
import { collectHost } from '../../src/collectors/host.ts'
import { collectOomScores } from '../../src/collectors/limit-sample.ts'
import { listPids } from '../../src/collectors/processes.ts'
import { parseMeminfo } from '../../src/parsers/meminfo.ts'
import { liveTrees } from '../../src/sources/trees.ts'
import type { Workload } from './workload.ts'

export const MIB = 1024 * 1024
export const GIB = 1024 * MIB

const EVERYTHING = { order: null, limit: null, whatIf: null }

function options(pageSize: number) {
  return { basic: false, maxStallMs: 60_000, pageSize, onProgress: () => undefined }
}

/** Reads this machine the way `mmapctl overcommit` does. */
export function readHost(whatIf: 0 | 1 | 2 | null = null): OwnershipReport {
  const trees = liveTrees()
  const facts = collectHost(trees)
  const view = lookAtHost(trees, facts, null)
  return ownershipReport(view, scanHost(trees, view, options(facts.pageSize)), { ...EVERYTHING, whatIf })
}

/** Reads a process the way `mmapctl overcommit PID` does. */
export function readPromises(pid: number): PromiseReport {
  const trees = liveTrees()
  const facts = collectHost(trees)
  const view = lookAtHost(trees, facts, null)
  const mounts = cgroupMounts(trees, readersMounts(trees))
  const candidates = collectOomScores(trees, listPids(trees))
  const context = { trees, facts, view, mounts, earlier: new Map(), candidates }
  return promiseReport(
    view,
    readTarget(pid, context, options(facts.pageSize)),
    { scaled: true, adminBonus: false },
    EVERYTHING,
  )
}

/** Committed_AS as the kernel has it, in bytes. */
export function committed(): number {
  return parseMeminfo(readFileSync('/proc/meminfo')).committedAs ?? Number.NaN
}

/** Tells a workload something that must succeed; returns what stands behind `ok`. */
export async function tell(workload: Workload, line: string): Promise<string> {
  const answer = await workload.send(line)
  expect(answer).toMatch(/^ok/)
  return answer.slice('ok'.length).trim()
}

/**
 * Since Linux 5.9 meminfo has Committed_AS to the page, but other processes of the machine come and go: a moment is
 * chosen in which they do little. Before, a 256th of RAM may be hidden in the counters of the CPUs.
 */
const NOISE = 64 * MIB
const ATTEMPTS = 20

/** What Committed_AS rises by when a workload is told something; undone and tried again while others disturb it. */
export async function risenBy(workload: Workload, line: string, undo: string, expected: number): Promise<number> {
  for (let attempt = 1; ; attempt++) {
    const before = committed()
    await tell(workload, line)
    const risen = committed() - before
    if (Math.abs(risen - expected) <= NOISE || attempt === ATTEMPTS) return risen
    await tell(workload, undo)
    await sleep(100)
  }
}

/** Expects a figure to be another but for what other processes do meanwhile. */
export function expectNearly(figure: number, expected: number, noise = NOISE): void {
  expect(figure).toBeGreaterThanOrEqual(expected - noise)
  expect(figure).toBeLessThanOrEqual(expected + noise)
}
