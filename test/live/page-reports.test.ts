import { readFileSync } from 'node:fs'
import { describe, expect } from 'vitest'
import Doctor from '../../src/commands/doctor.ts'
import Overcommit from '../../src/commands/overcommit.ts'
import Thp from '../../src/commands/thp.ts'
import { runCommand } from '../helpers/run-command.ts'
import { stopped } from '../helpers/stopped.ts'
import { liveTest } from './requirements.ts'
import { startWorkload } from './workload.ts'

const STALL = ['--max-stall', '0.5ms'] as const

/** A field of smaps_rollup, in bytes: read without any code of ours. */
function rollup(pid: number): (key: string) => number {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'latin1')
  return (key) => Number(new RegExp(`^${key}: +(\\d+) kB`, 'm').exec(text)?.[1] ?? Number.NaN) * 1024
}

/** The sum of a field of smaps over private writable mappings, in bytes. */
function ofWritable(pid: number, key: string): number {
  const records = readFileSync(`/proc/${pid}/smaps`, 'latin1').split(/^(?=[0-9a-f]+-[0-9a-f]+ )/m)
  return records
    .filter((text) => /^[0-9a-f]+-[0-9a-f]+ .w.p/.test(text))
    .reduce((sum, text) => sum + Number(new RegExp(`^${key}: +(\\d+) kB`, 'm').exec(text)?.[1] ?? 0) * 1024, 0)
}

/** What a report says of one process, as a program gets it. */
async function processOf(command: Parameters<typeof runCommand>[0], argv: readonly string[], pid: number) {
  const { stdout, exit } = await runCommand(command, [...argv, '--json', ...STALL])
  expect(exit).toBe(0)
  // biome-ignore lint/suspicious/noExplicitAny: what JSON.parse gives; the schemas are checked elsewhere
  const { processes } = JSON.parse(stdout) as { processes: readonly any[] }
  return processes.find((each) => each.pid === pid)
}

describe('where smaps would make the process wait', () => {
  const needs = { needs: ['gcc', 'pagemap-scan', 'root'], timeout: 60_000 } as const

  liveTest('thp has the kernel’s own totals all the same, of the process and among all', needs, async () => {
    await using workload = await startWorkload('grow', ['256'])
    using _ = await stopped(workload.pid)
    const { pid } = workload
    const kernel = rollup(pid)
    const found = await processOf(Thp, [String(pid), '--interval', '0'], pid)
    expect(found.depth).toBe('pagemap')
    const huge = {
      anonHugePages: kernel('AnonHugePages'),
      shmemPmdMapped: kernel('ShmemPmdMapped'),
      filePmdMapped: kernel('FilePmdMapped'),
    }
    expect(found.totals).toMatchObject({
      rss: kernel('Rss'),
      anonymous: kernel('Anonymous'),
      ...huge,
      sharedHuge: null,
    })
    expect(found.unavailable).toMatchObject({ 'totals.sharedHuge': expect.stringContaining('--max-stall') })
    const { start, end } = workload.region('grow')
    const grown = found.mappings.find((each: { start: string }) => Number.parseInt(each.start, 16) === start)
    expect(grown).toMatchObject({ rss: end - start, vmFlags: null, thpEligible: null })
    const listed = await processOf(Thp, ['--interval', '0', '--limit', '0'], pid)
    expect(listed).toMatchObject({ totals: huge, unavailable: {} })
    expect(listed.totals.small).toBe(kernel('Anonymous') - kernel('AnonHugePages'))
  })

  liveTest('overcommit says what of each promise is used, and that the charge is an estimate', needs, async () => {
    await using workload = await startWorkload('grow', ['256'])
    using _ = await stopped(workload.pid)
    const { pid } = workload
    const found = await processOf(Overcommit, [String(pid), '--limit', '0'], pid)
    expect(found.basis).toBe('pagemap')
    // Nothing of it is shared; what was made read-only since (RELRO) shows in VmFlags alone.
    expect(found.used).toBe(ofWritable(pid, 'Anonymous') + ofWritable(pid, 'Swap'))
    expect(found.copyOnWrite).toBeNull()
    expect(found.unavailable).toMatchObject({ copyOnWrite: 'smaps was not read' })
    const { start, end } = workload.region('grow')
    const grown = found.promises.find((each: { start: string }) => Number.parseInt(each.start, 16) === start)
    expect(grown).toMatchObject({ charge: end - start, used: end - start, latent: 0, copyOnWrite: null })
  })

  liveTest('doctor checks what pages tell, and says of the rest why not', needs, async () => {
    await using workload = await startWorkload('grow', ['256'])
    using _ = await stopped(workload.pid)
    const { pid } = workload
    const known = ['hoarded-memory', 'modified-text', 'malloc-arenas', 'hugetlb-exhausted']
    const unknown = ['thp-advice-without-effect', 'fork-copies', 'lazily-freed-memory', 'relocated-libraries']
    const rules = ['--rules', [...known, ...unknown].join(), '--interval', '0']
    const found = await processOf(Doctor, [String(pid), ...rules], pid)
    expect(found.clear).toEqual(expect.arrayContaining(known))
    const left: readonly { rule: string; why: string }[] = found.notChecked
    expect(left.map(({ rule }) => rule).sort()).toEqual([...unknown].sort())
    for (const { why } of left) expect(why).toContain('--max-stall')
    // A rule that could not look fails a run that was to fail for what it finds.
    const failing = ['--rules', 'fork-copies', '--fail-on', 'low', '--interval', '0', ...STALL]
    expect((await runCommand(Doctor, [String(pid), ...failing])).exit).toBe(4)
  })
})
