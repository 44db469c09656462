import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'
import { describe, expect } from 'vitest'
import type { LimitId } from '../../src/analysis/overcommit/limits.ts'
import type { LimitOutlook } from '../../src/analysis/overcommit/outlook.ts'
import { inMode } from './overcommit-mode.ts'
import { committed, expectNearly, GIB, MIB, readHost, readPromises, tell } from './promises.ts'
import { liveTest } from './requirements.ts'
import { startWorkload, type Workload } from './workload.ts'

const TIB = 1024 * GIB
/** Other tests on this machine may hold the lock for some time. */
const LOCK_PATIENCE = 180_000
const ENOMEM = 'error\tCannot allocate memory'

function limitOf(workload: Workload, id: LimitId, where = ''): LimitOutlook {
  const { outlook } = readPromises(workload.pid)
  const found = outlook.limits.find((each) => each.id === id && each.where === where)
  if (found === undefined) throw new Error(`no limit ${id}`)
  return found
}

/** Expects that what is left can be had, and what is more cannot. */
async function expectLeft(workload: Workload, left: number, slack: number): Promise<void> {
  const mib = (bytes: number): number => Math.floor(bytes / MIB)
  expect(await workload.send(`private ${mib(left + slack) + 1}`)).toBe(ENOMEM)
  expect(await workload.send(`private ${mib(left - slack) - 1}`)).toBe('ok')
  await tell(workload, 'unmap')
}

describe('what is said to be left is left', () => {
  liveTest('of RLIMIT_AS', { needs: ['gcc'] }, async () => {
    await using workload = await startWorkload('promise')
    await tell(workload, 'as 2048')
    const { limit, left } = limitOf(workload, 'rlimit-as')
    expect(limit).toBe(2 * GIB)
    await expectLeft(workload, left, 0)
  })

  liveTest('of RLIMIT_DATA', { needs: ['gcc'] }, async () => {
    await using workload = await startWorkload('promise')
    await tell(workload, 'data 1024')
    const { left } = limitOf(workload, 'rlimit-data')
    await expectLeft(workload, left, 0)
    // Read-only memory does not count, but becoming writable does.
    await tell(workload, 'readonly 1100')
    expect(await workload.send('write')).toBe(ENOMEM)
  })

  liveTest('of vm.max_map_count', { needs: ['gcc'], timeout: 90_000 }, async () => {
    await using workload = await startWorkload('promise')
    const { left, used } = limitOf(workload, 'max-map-count')
    // The mapping to be cut is one itself, and stdio may make one more.
    await tell(workload, `pieces ${left - 4}`)
    expectNearly(limitOf(workload, 'max-map-count').left, 4, 2)
    expectNearly(limitOf(workload, 'max-map-count').used, used + left - 4, 2)
    expect(await workload.send('pieces 100')).toBe(ENOMEM)
    expect(readPromises(workload.pid).risk).toMatchObject({ grade: 'critical' })
    expect(readPromises(workload.pid).risk.factors[0]?.limit?.id).toBe('max-map-count')
  })

  liveTest('of a request in mode 0', { needs: ['gcc', 'root', 'overcommit'] }, async () => {
    await using workload = await startWorkload('promise')
    const { policy } = readPromises(workload.pid).view
    if (policy.mode === 0) await expectLeft(workload, policy.largestRequest, 0)
    else expect(policy.mode).toBe(1)
  })

  liveTest('of a cgroup, on the level that has the limit', { needs: ['gcc', 'root', 'memory-cgroup-v1'] }, async () => {
    const cgroup = `/sys/fs/cgroup/memory/mmapctl-test-${process.pid}`
    mkdirSync(`${cgroup}/inner`, { recursive: true })
    // Not disposed of as usual: it ends killed.
    const workload = await startWorkload('promise')
    try {
      writeFileSync(`${cgroup}/memory.limit_in_bytes`, String(96 * MIB))
      // Where there is swap, it is limited too, so that what is more is killed.
      const both = `${cgroup}/memory.memsw.limit_in_bytes`
      if (existsSync(both)) writeFileSync(both, String(96 * MIB))
      writeFileSync(`${cgroup}/inner/cgroup.procs`, String(workload.pid))
      await tell(workload, 'private 64')
      await tell(workload, 'touch 48')
      const where = cgroup.slice('/sys/fs/cgroup/memory'.length)
      const limit = limitOf(workload, 'cgroup-limit', where)
      expect(limit).toMatchObject({ limit: 96 * MIB, effect: 'cgroup-kill' })
      expectNearly(limit.used, 48 * MIB, 4 * MIB)
      const { supply, outlook } = readPromises(workload.pid)
      expectNearly(supply, 48 * MIB, 4 * MIB)
      expect(outlook.unlimited.map((each) => each.where)).toContain(`${where}/inner`)
      // More than fits: the kernel kills it, and counts that where we look.
      expect(readPromises(workload.pid).risk.factors.map((each) => each.rule)).toContain('oom-kills-cgroup')
      await tell(workload, 'private 128')
      await Promise.all([expect(workload.send('touch 128')).rejects.toThrow('ended'), workload.exited])
      expect(readFileSync(`${cgroup}/inner/memory.oom_control`, 'utf8')).toMatch(/oom_kill [1-9]/)
    } finally {
      await workload.stop().catch(() => undefined)
      for (const below of readdirSync(cgroup, { withFileTypes: true })) {
        if (below.isDirectory()) rmdirSync(`${cgroup}/${below.name}`)
      }
      rmdirSync(cgroup)
    }
  })
})

describe('in another mode', () => {
  liveTest(
    '1, a promise of more than there is is granted, and graded',
    { needs: ['gcc', 'overcommit-settings'], timeout: LOCK_PATIENCE },
    async () => {
      await inMode(1, null, async () => {
        await using workload = await startWorkload('promise')
        const before = committed()
        await tell(workload, `private ${TIB / MIB}`)
        expectNearly(committed() - before, TIB, 8 * GIB)
        const { commit, risk, view } = readPromises(workload.pid)
        expect(view.policy.mode).toBe(1)
        expect(commit.largest).toBe(TIB)
        expect(risk).toMatchObject({ grade: 'high' })
        expect(risk.factors[0]).toMatchObject({ rule: 'promises', grade: 'high' })
        const { whatIf, owners } = readHost(0)
        expect(owners[0]).toMatchObject({ pid: workload.pid })
        expect(whatIf?.mode === 0 && whatIf.requestsRefused).toMatchObject([{ pid: workload.pid, bytes: TIB }])
      })
    },
  )

  liveTest(
    '2, a request beyond what is left is refused',
    { needs: ['gcc', 'overcommit-settings'], timeout: LOCK_PATIENCE },
    async () => {
      await inMode(2, (40 * TIB) / 1024, async () => {
        await using workload = await startWorkload('promise')
        const limit = limitOf(workload, 'commit')
        expectNearly(limit.limit, 40 * TIB, GIB)
        // The counter that decides is off by up to a 256th of RAM, and others use it too.
        await expectLeft(workload, limit.left, 8 * GIB)
        expect(await workload.send(`noreserve ${(limit.left + 8 * GIB) / MIB}`)).toBe(ENOMEM)
        await tell(workload, `noreserve ${GIB / MIB}`)
        const { commit } = readPromises(workload.pid)
        expect(commit).toMatchObject({ noReserve: 0, largest: GIB })
      })
    },
  )
})
