import { mkdirSync, rmdirSync, writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { describe, expect } from 'vitest'
import type { SourceAnswers } from '../../src/analysis/rules/sources.ts'
import { motionAnswer, sampleMotions } from '../../src/cli/doctor-memory-sources.ts'
import { sampleHost } from '../../src/cli/doctor-sources.ts'
import { collectHost } from '../../src/collectors/host.ts'
import { liveTrees } from '../../src/sources/trees.ts'
import { diagnosed } from '../helpers/diagnosed.ts'
import { inMode } from './overcommit-mode.ts'
import { MIB, tell } from './promises.ts'
import { liveTest } from './requirements.ts'
import { startWorkload } from './workload.ts'

/** The directory for temporary files may be a tmpfs, whose files are another kind of mapping. */
const ON_DISK = fileURLToPath(new URL('../../.tmp', import.meta.url))
const TIB_IN_MIB = 1024 * 1024
/** Other tests on this machine may hold the lock for some time. */
const LOCK_PATIENCE = 180_000

/** What changed about a process in a moment, and about the host. */
async function watched(pid: number): Promise<{ readonly answers: SourceAnswers }> {
  const trees = liveTrees()
  const looks = []
  for (let look = 0; look < 3; look++) {
    looks.push(sampleMotions(trees, [pid]))
    if (look < 2) await sleep(100)
  }
  const vmstatRates = { ok: true, value: new Map<string, number>() } as const
  return { answers: { motion: motionAnswer(looks, pid, collectHost(trees)), vmstatRates } }
}

describe('a rule fires on', () => {
  liveTest('stacks of threads without a guard, not on those that have one', { needs: ['gcc', 'root'] }, async () => {
    await using workload = await startWorkload('findings')
    await tell(workload, 'guarded 3')
    await expect.poll(() => diagnosed('unguarded-stack', liveTrees(), workload.pid)).toBe('clear')
    await tell(workload, 'bare 3')
    // The lowest has a hole below it.
    await expect
      .poll(() => diagnosed('unguarded-stack', liveTrees(), workload.pid), { timeout: 20_000 })
      .toMatchObject({ severity: 'medium', evidence: [{ value: 2 }, { value: 7 }, {}] })
  })

  liveTest('a memfd that is only open, from 64 MiB on', { needs: ['gcc'] }, async () => {
    await using workload = await startWorkload('findings')
    await tell(workload, 'held 60')
    expect(diagnosed('held-open-memory', liveTrees(), workload.pid)).toBe('clear')
    await tell(workload, 'held 4')
    expect(diagnosed('held-open-memory', liveTrees(), workload.pid)).toMatchObject({
      evidence: [{ value: 64 * MIB }, { value: 2 }, { what: expect.stringContaining('/memfd:findings') }, {}],
    })
  })

  liveTest('memory that was given back lazily', { needs: ['gcc'] }, async () => {
    await using workload = await startWorkload('findings')
    expect(diagnosed('lazily-freed-memory', liveTrees(), workload.pid)).toBe('clear')
    await tell(workload, 'lazy 128')
    // Under pressure the kernel may take some of it at once.
    expect(diagnosed('lazily-freed-memory', liveTrees(), workload.pid)).toMatchObject({ severity: 'info' })
  })

  liveTest('memory that is faulted again and again', { needs: ['gcc'], timeout: 60_000 }, async () => {
    await using workload = await startWorkload('findings')
    expect(diagnosed('faults-without-growth', liveTrees(), workload.pid, await watched(workload.pid))).toBe('clear')
    await tell(workload, 'refault')
    await expect
      .poll(async () => diagnosed('faults-without-growth', liveTrees(), workload.pid, await watched(workload.pid)), {
        timeout: 50_000,
      })
      .toMatchObject({ severity: 'low', confidence: 'certain' })
  })

  liveTest('mappings that come and go', { needs: ['gcc'], timeout: 60_000 }, async () => {
    await using workload = await startWorkload('findings')
    expect(diagnosed('mapping-churn', liveTrees(), workload.pid, await watched(workload.pid))).toBe('clear')
    await tell(workload, 'churn')
    await expect
      .poll(async () => diagnosed('mapping-churn', liveTrees(), workload.pid, await watched(workload.pid)), {
        timeout: 50_000,
      })
      .toMatchObject({ severity: 'low' })
  })

  liveTest('many windows of few files, from 1,000 on', { needs: ['gcc'] }, async () => {
    {
      // Of its mappings 45 % are windows of files that are no libraries.
      await using few = await startWorkload('many', ['2000', 'files'], { env: { TMPDIR: ON_DISK } })
      expect(diagnosed('small-file-mappings', liveTrees(), few.pid)).toBe('clear')
    }
    await using workload = await startWorkload('many', ['2500', 'files'], { env: { TMPDIR: ON_DISK } })
    expect(diagnosed('small-file-mappings', liveTrees(), workload.pid)).toMatchObject({
      summary: expect.stringContaining('1,125 small windows of 150 files'),
    })
  })

  liveTest(
    'huge pages that a cgroup has no room for',
    { needs: ['gcc', 'thp', 'memory-cgroup'], timeout: 60_000 },
    async () => {
      const fails = async () => {
        const before = sampleHost(liveTrees())
        await sleep(300)
        return diagnosed('thp-allocation-failing', liveTrees(), null, { before })
      }
      const cgroup = `/sys/fs/cgroup/memory/mmapctl-doctor-thp-${process.pid}`
      mkdirSync(cgroup)
      try {
        await using workload = await startWorkload('ailing', ['gulping'])
        // Room for what the program itself needs, and for no huge page.
        writeFileSync(`${cgroup}/memory.limit_in_bytes`, String(1.5 * MIB))
        writeFileSync(`${cgroup}/cgroup.procs`, String(workload.pid))
        await tell(workload, 'go')
        await expect.poll(fails, { timeout: 40_000 }).toMatchObject({
          severity: 'medium',
          summary: expect.stringContaining('cgroup is at its limit'),
        })
        // The same with room: what others are refused meanwhile is little against it.
        writeFileSync(`${cgroup}/memory.limit_in_bytes`, String(64 * MIB))
        await expect.poll(fails, { timeout: 40_000 }).toBe('clear')
      } finally {
        rmdirSync(cgroup)
      }
    },
  )

  liveTest(
    'a cgroup near its limit, and a promise beyond it',
    { needs: ['gcc', 'root', 'memory-cgroup-v1'] },
    async () => {
      const cgroup = `/sys/fs/cgroup/memory/mmapctl-doctor-${process.pid}`
      mkdirSync(cgroup)
      try {
        await using workload = await startWorkload('promise')
        writeFileSync(`${cgroup}/memory.limit_in_bytes`, String(400 * MIB))
        writeFileSync(`${cgroup}/cgroup.procs`, String(workload.pid))
        await tell(workload, 'private 300')
        expect(diagnosed('promised-beyond-memory', liveTrees(), workload.pid)).toBe('clear')
        await tell(workload, 'unmap')
        await tell(workload, 'private 600')
        await tell(workload, 'touch 200')
        expect(diagnosed('cgroup-near-limit', liveTrees(), workload.pid)).toBe('clear')
        expect(diagnosed('promised-beyond-memory', liveTrees(), workload.pid)).toMatchObject({ severity: 'high' })
        await tell(workload, 'touch 375')
        expect(diagnosed('cgroup-near-limit', liveTrees(), workload.pid)).toMatchObject({
          summary: expect.stringContaining('memory.limit_in_bytes'),
        })
      } finally {
        rmdirSync(cgroup)
      }
    },
  )

  liveTest(
    'promises near the limit of mode 2',
    { needs: ['gcc', 'overcommit-settings'], timeout: LOCK_PATIENCE },
    async () => {
      await inMode(2, 40 * TIB_IN_MIB * 1024, async () => {
        await using workload = await startWorkload('promise')
        await tell(workload, `private ${35 * TIB_IN_MIB}`)
        expect(diagnosed('commit-near-limit', liveTrees())).toBe('clear')
        await tell(workload, 'unmap')
        await tell(workload, `private ${37 * TIB_IN_MIB}`)
        expect(diagnosed('commit-near-limit', liveTrees())).toMatchObject({ severity: 'high' })
        // In this mode it is no surprise for anybody.
        expect(diagnosed('latent-overcommit', liveTrees())).toBe('clear')
      })
    },
  )
})
