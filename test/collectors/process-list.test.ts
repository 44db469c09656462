import { afterAll, describe, expect, it } from 'vitest'
import type { FactSource } from '../../src/collectors/process-facts.ts'
import { parseSmapsRollup } from '../../src/parsers/smaps-rollup.ts'
import { FakeProc, type FakeProcess } from '../helpers/fake-proc.ts'
import { fixtureBytes, fixtureText } from '../helpers/fixtures.ts'
import { processOf, survey } from '../helpers/process-lists.ts'

const KIB = 1024
const MIB = 1024 * KIB

const procs: FakeProc[] = []
afterAll(() => {
  for (const proc of procs) proc[Symbol.dispose]()
})

function host(processes: Readonly<Record<number, FakeProcess>>): FakeProc {
  const proc = new FakeProc()
  procs.push(proc)
  for (const [pid, process] of Object.entries(processes)) proc.add(Number(pid), process)
  return proc
}

/** A process of an old kernel: the same without the files that it does not have. */
function without(...files: readonly string[]): FakeProcess {
  return { sample: 'thp', files: Object.fromEntries(files.map((file) => [file, null])) }
}

describe('a list of processes', () => {
  const trees = host({ 100: { sample: 'java', cmdline: ['java', 'S.java'], cgroup: '/shop' }, 101: { sample: 'thp' } })

  it('has what status and smaps_rollup tell of each', () => {
    const java = processOf(survey(trees.trees()), 100)
    const rollup = parseSmapsRollup(fixtureBytes('proc/java/smaps_rollup'))
    expect(java).toMatchObject({
      user: '0',
      cmdline: ['java', 'S.java'],
      cgroup: '/shop',
      container: '',
      threadRead: null,
    })
    expect(java.status).toMatchObject({ name: 'java', ppid: 15043, threads: 20 })
    expect(java.status.sizes).toMatchObject({ vmRss: 145_668 * KIB, vmHwm: 146_384 * KIB, vmPte: 572 * KIB })
    expect(java.walk).toMatchObject({
      source: 'smaps_rollup',
      figures: { pss: rollup.pss, privateDirty: rollup.privateDirty },
    })
    expect(java.oomScore).toBeGreaterThan(0)
    expect(java.space).toEqual({ mappings: Number.NaN, commit: Number.NaN })
  })

  const FILES: readonly (readonly [FactSource, string])[] = [
    ['stat', 'stat'],
    ['cgroup', 'cgroup'],
    ['oom_score', 'oom_score'],
    ['cmdline', 'cmdline'],
    ['smaps_rollup', 'smaps_rollup'],
  ]
  it.each(FILES)('reads of each process nothing but status and what is wanted: %s', (wanted, file) => {
    expect(filesRead(trees, [])).toEqual(['status'])
    expect(filesRead(trees, [wanted])).toEqual(['status', file].sort())
  })

  it('tells how far it has come', () => {
    const done: number[] = []
    survey(trees.trees(), [], { onProgress: (count) => done.push(count) })
    expect(done).toEqual([1, 2])
  })

  it('can be of one user alone', () => {
    const proc = host({
      7: {},
      8: { files: { status: fixtureText('proc/ia32/status').replace(/^Uid:.*$/m, 'Uid:\t0\t33\t33\t33') } },
    })
    proc.write('1/root/etc/passwd', 'www-data:x:33:33::/:/bin/false\n')
    const { list } = survey(proc.trees(), [], { uid: 33 })
    expect(list.processes.map(({ pid, user }) => [pid, user])).toEqual([[8, 'www-data']])
    expect(list.missing.get(7)).toBe('other-user')
  })
})

function filesRead(proc: FakeProc, wanted: readonly FactSource[]): readonly string[] {
  const { reads } = survey(proc.trees(), wanted)
  const own = reads.map(({ path }) => /\/10[01]\/(.+)$/.exec(path)?.[1]).filter((file) => file !== undefined)
  return [...new Set(own)].sort()
}

describe('what is no process with memory is counted', () => {
  it('kernel threads, with and without a line that says so, and zombies', () => {
    const older = fixtureText('proc/kernel-thread/status').replace(/^Kthread:.*\n/m, '')
    const proc = host({
      2: { sample: 'kernel-thread' },
      3: { sample: 'kernel-thread', files: { status: older } },
      4: { sample: 'zombie' },
      5: { comm: 'real' },
    })
    const { list } = survey(proc.trees())
    expect(list.processes.map(({ pid }) => pid)).toEqual([5])
    expect(list.none).toMatchObject({ 'kernel-thread': 2, zombie: 1, vanished: 0 })
  })

  it('what has given up its memory and is about to be a zombie is no kernel thread', () => {
    const exiting = fixtureText('proc/zombie/status')
      .replace('Z (zombie)', 'R (running)')
      .replace(/^Kthread:.*\n/m, '')
    const proc = host({ 6: { sample: 'ia32', files: { status: exiting } } })
    expect(survey(proc.trees()).list.missing.get(6)).toBe('vanished')
  })

  it.each(['status', 'smaps_rollup'])('a process that has ended when its %s is read', (file) => {
    const proc = host({ 8: { sample: 'java' }, 9: without(file, 'statm') })
    const { list } = survey(proc.trees())
    expect(list.processes.map(({ pid }) => pid)).toEqual([8])
    expect(list.none.vanished).toBe(1)
  })
})

describe('a process whose leading thread has exited', () => {
  it('is read through another thread', () => {
    const thread = Object.fromEntries(
      ['status', 'statm', 'smaps_rollup', 'stat'].map((file) => [
        `task/12802/${file}`,
        fixtureText(`proc/java/${file}`),
      ]),
    )
    const alive = { ...thread, 'task/12802/stat': fixtureText('proc/java/stat').replace(/^\d+/, '12802') }
    const proc = host({ 20: { sample: 'dead-leader', files: alive } })
    const facts = processOf(survey(proc.trees()), 20)
    expect(facts.threadRead).toBe(12802)
    expect(facts.status.sizes.vmRss).toBe(145_668 * KIB)
    expect(facts.walk.figures?.pss).toBe(142_649 * KIB)
  })
})

describe('a page walk', () => {
  it('adds smaps up where the kernel has no smaps_rollup (before Linux 4.14)', () => {
    const proc = host({ 30: without('smaps_rollup'), 31: without('smaps_rollup') })
    const { list } = survey(proc.trees())
    const rollup = parseSmapsRollup(fixtureBytes('proc/thp/smaps_rollup'))
    for (const { walk } of list.processes) {
      expect(walk.source).toBe('smaps')
      expect(walk.figures?.rss).toBe(rollup.rss)
      expect(walk.figures?.anonHugePages).toBe(rollup.anonHugePages)
      expect(walk.figures?.pss).toBeGreaterThan((rollup.pss ?? 0) - 64 * KIB)
      expect(walk.figures?.pss).toBeLessThanOrEqual(rollup.pss ?? 0)
      expect(walk.figures?.pssAnon).toBeNaN()
    }
    expect(list.processes).toHaveLength(2)
  })

  it('is not offered by a kernel that has neither', () => {
    const proc = host({ 32: without('smaps_rollup', 'smaps'), 33: without('smaps_rollup', 'smaps') })
    const { list } = survey(proc.trees())
    expect(list.processes.map(({ walk }) => walk.gap)).toEqual([{ why: 'not-offered' }, { why: 'not-offered' }])
  })

  it('is left out where the process would have to wait too long', () => {
    const proc = host({ 34: { sample: 'thp' }, 35: { sample: 'ia32' } })
    const { list, reads } = survey(proc.trees(), ['smaps_rollup'], { maxStallMs: 0.1 })
    const [large, small] = list.processes
    expect(large?.walk.gap).toMatchObject({ why: 'too-costly' })
    expect(large?.status.sizes.vmRss).toBe(158_384 * KIB)
    expect(small?.walk.source).toBe('smaps_rollup')
    expect(reads.some(({ path }) => path.endsWith('/34/smaps_rollup'))).toBe(false)
  })

  it('of a kernel that holds the lock for all of it is predicted for all of it', () => {
    const stall = (release: string): number => {
      const proc = host({ 36: { sample: 'glibc-arenas-threads' } })
      proc.write('sys/kernel/osrelease', release)
      const status = fixtureText('proc/glibc-arenas-threads/status').replace(/^VmRSS:.*$/m, 'VmRSS:\t 8000000 kB')
      proc.write('36/status', status)
      const gap = processOf(survey(proc.trees(), ['smaps_rollup'], { maxStallMs: 0.001 }), 36).walk.gap
      return gap?.why === 'too-costly' ? gap.stallMs : 0
    }
    // Its largest mapping has 64 MiB.
    expect(stall('5.4.0\n')).toBeGreaterThan(20 * stall('5.10.0\n'))
  })

  it('counts mappings, and what is charged of them, when that is wanted', () => {
    const proc = host({ 37: { sample: 'thp' }, 38: { sample: 'java' } })
    const counted = survey(proc.trees(), ['maps'])
    expect(counted.list.processes.map(({ space }) => space.mappings)).toEqual([45, 213])
    expect(counted.list.processes[0]?.walk.gap).toEqual({ why: 'not-asked' })
    const whole = survey(proc.trees(), ['smaps'])
    expect(processOf(whole, 37).space).toEqual({ mappings: 45, commit: 114_044 * KIB })
    expect(processOf(whole, 38).space).toEqual({ mappings: 213, commit: 1_333_384 * KIB })
    expect(processOf(whole, 38).walk.figures?.rss).toBeGreaterThan(140 * MIB)
  })
})
