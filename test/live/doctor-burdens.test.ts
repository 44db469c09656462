import { readFileSync, statfsSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { describe, expect } from 'vitest'
import { motionAnswer, sampleMotions } from '../../src/cli/doctor-memory-sources.ts'
import { sampleHost } from '../../src/cli/doctor-sources.ts'
import { collectHost } from '../../src/collectors/host.ts'
import { collectThreadPromise } from '../../src/collectors/thread-promise.ts'
import { liveTrees } from '../../src/sources/trees.ts'
import { diagnosed } from '../helpers/diagnosed.ts'
import { withHostSettings } from './host-settings.ts'
import { MIB, tell } from './promises.ts'
import { liveTest } from './requirements.ts'
import { startWorkload } from './workload.ts'

/** The directory for temporary files may be a tmpfs, whose files are never written anywhere. */
const ON_DISK = fileURLToPath(new URL('../../.tmp', import.meta.url))
const TMPFS_MAGIC = 0x01021994
/** Other tests on this machine may hold the lock for some time. */
const LOCK_PATIENCE = 180_000
/** Until a busy machine has given two threads a CPU each, or the disk has given pages back. */
const PATIENCE = { timeout: 50_000 }

describe('a rule about the host fires on', () => {
  liveTest('a segment whose maker has ended, when nobody attaches it any more', { needs: ['gcc'] }, async () => {
    await using workload = await startWorkload('burdens')
    const id = await tell(workload, 'segment 64')
    const named = expect.stringMatching(new RegExp(`^segment ${id}, made by process \\d+ \\(ended\\)$`))
    const finding = { evidence: expect.arrayContaining([expect.objectContaining({ what: named, value: 64 * MIB })]) }
    // Others on this machine may have left some behind.
    expect(diagnosed('detached-segments', liveTrees())).not.toMatchObject(finding)
    await tell(workload, 'detach')
    expect(diagnosed('detached-segments', liveTrees())).toMatchObject(finding)
  })

  liveTest(
    'promises that nobody uses yet',
    { needs: ['gcc', 'overcommit-settings'], timeout: LOCK_PATIENCE },
    (context) =>
      // Other tests choose the mode too, and in mode 2 it is no surprise for anybody.
      withHostSettings({ '/proc/sys/vm/overcommit_memory': '0' }, async () => {
        const kib = (name: string) => figure('meminfo', name)
        const unused = kib('Committed_AS') - kib('AnonPages') - kib('Shmem') - kib('SwapTotal') + kib('SwapFree')
        const left = kib('MemAvailable') + kib('SwapFree')
        if (unused > 0.6 * left) context.skip('most of what is left of memory has been promised already')
        /** What is promised and not used comes to this share of what is left. */
        const judgedAt = async (share: number) => {
          await using workload = await startWorkload('promise')
          // What threads of others may explain is not taken for promises that somebody will claim.
          const { stacks } = collectThreadPromise(liveTrees(), collectHost(liveTrees()).pageSize)
          const explained = share > 0.75 ? stacks / 1024 : 0
          const half = Math.round((left * share - unused + explained) / 2 / 1024)
          await tell(workload, `private ${half}`)
          await tell(workload, `private ${half}`)
          return diagnosed('latent-overcommit', liveTrees())
        }
        // Others are promised something meanwhile, and use some.
        await expect.poll(() => judgedAt(0.65), PATIENCE).toBe('clear')
        await expect.poll(() => judgedAt(0.85), PATIENCE).toMatchObject({ severity: 'low' })
        await expect
          .poll(() => judgedAt(1.2), PATIENCE)
          .toMatchObject({ severity: expect.stringMatching(/^(?:medium|high)$/) })
      }),
  )
})

describe('a rule about a process fires on', () => {
  liveTest(
    'memory in swap that it works with, not on what it does not need',
    { needs: ['gcc', 'swap', 'root'], timeout: 110_000 },
    async () => {
      await using workload = await startWorkload('burdens')
      const judge = async () => {
        const trees = liveTrees()
        const before = sampleHost(trees)
        const looks = [sampleMotions(trees, [workload.pid])]
        await sleep(200)
        looks.push(sampleMotions(trees, [workload.pid]))
        const answers = { motion: motionAnswer(looks, workload.pid, collectHost(trees)) }
        return diagnosed('swapped-working-set', trees, workload.pid, { before, answers })
      }
      await tell(workload, 'cold 24')
      expect(await judge()).toBe('clear')
      await tell(workload, 'warm')
      await expect.poll(judge, PATIENCE).toMatchObject({
        severity: 'medium',
        evidence: [{ what: 'VmSwap' }, {}, { what: 'major faults' }, { what: 'pages back from swap, on the host' }],
      })
    },
  )

  liveTest('what it stored to a file and nobody has written to disk', { needs: ['gcc'] }, async (context) => {
    const limit = figure('vmstat', 'nr_dirty_threshold') * 4096
    const least = Math.max(64 * MIB, 0.05 * limit) / MIB
    if (statfsSync(ON_DISK).type === TMPFS_MAGIC) context.skip('the project is on a tmpfs')
    if (least > 1024) context.skip('5 % of the limit for dirty memory is more than 1 GiB')
    {
      await using less = await startWorkload('burdens', [], { env: { TMPDIR: ON_DISK } })
      await tell(less, `stored ${Math.floor(least * 0.8)}`)
      expect(diagnosed('dirty-at-risk', liveTrees(), less.pid)).toBe('clear')
    }
    await using workload = await startWorkload('burdens', [], { env: { TMPDIR: ON_DISK } })
    await tell(workload, `stored ${Math.ceil(least * 1.2)}`)
    // The flusher, or somebody's sync, may have come at any moment.
    const judge = async () => {
      await tell(workload, 'again')
      return diagnosed('dirty-at-risk', liveTrees(), workload.pid)
    }
    await expect.poll(judge).toMatchObject({
      severity: 'medium',
      confidence: 'certain',
      summary: expect.stringContaining('stored through mappings'),
    })
  })
})

/** A figure of a file of procfs that has a name and a number in each line. */
function figure(file: string, name: string): number {
  const text = readFileSync(`/proc/${file}`, 'latin1')
  return Number(new RegExp(`^${name}:? +([0-9]+)`, 'm').exec(text)?.[1])
}
