import { readFileSync } from 'node:fs'
import { describe, expect } from 'vitest'
import Doctor from '../../src/commands/doctor.ts'
import { runCommand } from '../helpers/run-command.ts'
import { liveTest } from './requirements.ts'
import { startWorkload, type Workload } from './workload.ts'

interface Found {
  readonly rule: string
  readonly severity: string
  readonly evidence: readonly { readonly what: string; readonly value: number }[]
  /** What is told with it, of the same cause. */
  readonly also: readonly Found[]
}

/** What doctor says of a workload, by rule: what it found, `clear`, or why it could not tell. */
async function verdicts(workload: Workload, rules: readonly string[], ...flags: readonly string[]) {
  const { stdout, stderr } = await runCommand(Doctor, [
    String(workload.pid),
    '--json',
    '--rules',
    rules.join(),
    ...flags,
  ])
  expect(stderr).toBe('')
  const [process] = JSON.parse(stdout).processes as {
    readonly findings: readonly Found[]
    readonly clear: readonly string[]
    readonly notChecked: readonly { readonly rule: string; readonly why: string }[]
  }[]
  return new Map<string, Found | string>([
    ...(process?.findings ?? [])
      .flatMap((found) => [found, ...found.also])
      .map((found) => [found.rule, found] as const),
    ...(process?.clear ?? []).map((rule) => [rule, 'clear'] as const),
    ...(process?.notChecked ?? []).map(({ rule, why }) => [rule, why] as const),
  ])
}

const MIB = 2 ** 20
const MEMORY = ['thp-bloat', 'fork-copies', 'locked-in-swap', 'thp-unused', 'thp-advice-without-effect']

/** What the machine really gave in huge pages, of 80 MiB that were asked for: what it has free decides. */
function huge({ pid }: Workload): number {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'latin1')
  return Number(/^AnonHugePages: +([0-9]+) kB/m.exec(text)?.[1]) * 1024
}

describe('doctor', () => {
  liveTest('finds zeros in huge pages, and what a fork shares', { needs: ['gcc', 'thp', 'root'] }, async () => {
    await using workload = await startWorkload('ailing', ['ill'])
    const found = await verdicts(workload, [...MEMORY, 'thp-disabled'], '--zeros', '--interval', '0')
    const much = huge(workload) >= 64 * MIB
    expect(found.get('fork-copies')).toEqual(much ? expect.objectContaining({ severity: 'low' }) : 'clear')
    expect(found.get('thp-bloat')).toEqual(much ? expect.objectContaining({ severity: 'medium' }) : 'clear')
    expect(found.get('thp-advice-without-effect')).toBe('clear')
    expect(found.get('thp-disabled')).toBe('clear')
  })

  liveTest(
    'calls written huge pages no bloat, and reads them when told to alone',
    { needs: ['gcc', 'thp', 'root'] },
    async () => {
      await using workload = await startWorkload('ailing', ['well'])
      const looked = await verdicts(workload, MEMORY, '--zeros', '--interval', '0')
      expect(looked.get('thp-bloat')).toBe('clear')
      expect(looked.get('locked-in-swap')).toBe('clear')
      const found = await verdicts(workload, ['thp-bloat'], '--interval', '0')
      expect(found.get('thp-bloat')).toEqual(huge(workload) >= 64 * MIB ? expect.stringContaining('--zeros') : 'clear')
    },
  )

  liveTest('finds advice that prctl(PR_SET_THP_DISABLE) makes void', { needs: ['gcc', 'thp', 'root'] }, async () => {
    await using workload = await startWorkload('thp-reasons', ['prctl'])
    const found = await verdicts(workload, ['thp-advice-without-effect', 'thp-disabled'], '--interval', '0')
    const also = [{ rule: 'thp-disabled', severity: 'info' }]
    expect(found.get('thp-advice-without-effect')).toMatchObject({ severity: 'low', also })
  })

  liveTest(
    'finds locked memory in swap, where the lock waits for a touch',
    { needs: ['gcc', 'swap', 'root'] },
    async () => {
      await using workload = await startWorkload('ailing', ['ill'])
      const found = await verdicts(workload, ['locked-in-swap'], '--interval', '0')
      expect(found.get('locked-in-swap')).toMatchObject({ severity: 'medium' })
    },
  )

  liveTest(
    'finds swap where a real-time policy says that nobody waits',
    { needs: ['gcc', 'swap', 'root'] },
    async () => {
      {
        await using patient = await startWorkload('ailing', ['patient'])
        const found = await verdicts(patient, ['latency-in-swap'], '--interval', '0')
        expect(found.get('latency-in-swap')).toBe('clear')
      }
      await using hurried = await startWorkload('ailing', ['hurried'])
      // A container may be refused the policy.
      if (hurried.regions.length === 0) return
      const found = await verdicts(hurried, ['latency-in-swap'], '--interval', '0')
      expect(found.get('latency-in-swap')).toMatchObject({
        severity: 'medium',
        evidence: expect.arrayContaining([
          { what: 'policy', value: 'SCHED_FIFO', unit: 'text', source: 'stat: policy' },
        ]),
      })
    },
  )

  liveTest('tells faults that a sync brings from those of new memory', { needs: ['gcc', 'root'] }, async () => {
    const rules = ['sync-refaults']
    {
      await using growing = await startWorkload('ailing', ['growing'])
      expect((await verdicts(growing, rules)).get('sync-refaults')).toBe('clear')
    }
    await using syncing = await startWorkload('ailing', ['syncing'])
    // What lies in memory needs no sync.
    if (syncing.region('stored').kind !== 'file-shared') return
    // A loaded machine may leave it no time in one interval: asked until it shows.
    let found: Found | string | undefined
    for (let attempt = 0; attempt < 10 && typeof found !== 'object'; attempt++) {
      found = (await verdicts(syncing, rules)).get('sync-refaults')
    }
    expect(found).toMatchObject({ severity: 'medium', confidence: 'likely' })
  })
})
