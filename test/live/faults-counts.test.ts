import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect } from 'vitest'
import { temporary } from '../e2e/mmapctl.ts'
import { faultProgram, faults } from './faults-run.ts'
import { liveTest } from './requirements.ts'

const PAGES = 1000
/** What a C program takes to start and end: exec, the loader, libc. */
const START = { least: 20, most: 130 }
/** What perf's account and the kernel's always differ by. */
const CONSTANT = 4

/** Whether a count is what the program does on purpose, and no more than a start besides. */
function expectAbout(count: number | null, expected: number): void {
  expect(count).not.toBeNull()
  expect((count ?? 0) - expected).toBeGreaterThanOrEqual(START.least)
  expect((count ?? 0) - expected).toBeLessThanOrEqual(START.most)
}

describe('counts are those that the program takes by construction', () => {
  for (const [name, args, expected] of [
    ['touch', [PAGES], PAGES],
    ['forkwrite', [500], 2 * 500],
    ['threads', [4, 500], 4 * 500],
    ['tree', ['reaped', 300], 6 * 300],
    ['kread', [PAGES], PAGES],
  ] as const) {
    liveTest(`${name} ${args.join(' ')}`, { needs: ['gcc', 'perf'] }, async () => {
      const { report, status } = await faults([], [faultProgram(name), ...args.map(String)])
      expect(status).toBe(0)
      // Every process of a tree has its own small share.
      const processes = name === 'tree' ? 7 : 1
      expect((report.accounting.kernel.value ?? 0) - expected).toBeLessThan(START.most * processes)
      expect((report.accounting.kernel.value ?? 0) - expected).toBeGreaterThanOrEqual(START.least)
      const difference = (report.accounting.kernel.value ?? 0) - (report.accounting.perf.all.value ?? 0)
      expect(Math.abs(difference)).toBeLessThanOrEqual(CONSTANT * processes)
      expect(report.accounting.major.value).toBeLessThan(20)
    })
  }

  liveTest('every execve has a page of arguments that the kernel fills in', { needs: ['perf', 'root'] }, async () => {
    const RUNS = 100
    const script = `n=0; while [ $n -lt ${RUNS} ]; do /bin/true; n=$((n + 1)); done`
    const { report } = await faults([], ['sh', '-c', script])
    expect(report.accounting.differences.map(({ id }) => id)).toEqual(['pre-faulted'])
    expect(report.accounting.preFaulted.value).toBeGreaterThanOrEqual(RUNS)
    expect(report.accounting.preFaulted.value).toBeLessThan(RUNS * 1.2)
  })

  for (const how of ['map', 'madvise', 'mlock']) {
    liveTest(`pages that the kernel fills in (${how}) are told apart`, { needs: ['gcc', 'perf', 'root'] }, async () => {
      const { report } = await faults([], [faultProgram('populate'), String(PAGES), how])
      expectAbout(report.accounting.kernel.value, PAGES)
      expectAbout(report.accounting.perf.all.value, 0)
      expect(report.accounting.differences.map(({ id }) => id)).toEqual(['pre-faulted'])
      expect(Math.abs((report.accounting.preFaulted.value ?? 0) - PAGES)).toBeLessThanOrEqual(CONSTANT)
    })
  }

  liveTest('descendants that nobody waited for are told apart', { needs: ['gcc', 'perf', 'root'] }, async () => {
    const { report } = await faults([], [faultProgram('tree'), 'unreaped', String(PAGES)])
    const [difference] = report.accounting.differences
    expect(difference?.id).toBe('unreaped')
    expect(difference?.faults).toBeGreaterThan(PAGES - 10)
    expectAbout(report.accounting.kernel.value, 0)
  })

  liveTest('faults in kernel mode are the kernel’s', { needs: ['gcc', 'perf', 'root'] }, async () => {
    const { report } = await faults([], [faultProgram('kread'), String(PAGES)])
    expect(report.accounting.perf.kernel.value).toBeGreaterThanOrEqual(PAGES)
    expectAbout(report.accounting.perf.user.value, 0)
  })

  liveTest('a huge page is one fault', { needs: ['gcc', 'perf'] }, async () => {
    const { report } = await faults([], [faultProgram('thpfault'), '4'])
    const count = report.accounting.kernel.value ?? 0
    // Without huge pages to give, it is 512 faults each.
    expect(count < START.most || count >= 512).toBe(true)
  })

  liveTest('swap-in is major', { needs: ['gcc', 'perf', 'swap'] }, async () => {
    const { report } = await faults([], [faultProgram('swapin'), String(PAGES)])
    expect(report.accounting.major.value).toBeGreaterThan(100)
  })

  liveTest('a file: warm without, and cold and random with major faults', { needs: ['gcc', 'perf'] }, async () => {
    using folder = temporary()
    const file = join(folder.path, 'data')
    writeFileSync(file, Buffer.alloc(200 * 4096, 1))
    const command = [faultProgram('mapfile'), file, 'shared', 'read', 'random']
    const warm = await faults([], command)
    expect(warm.report.accounting.major.value).toBeLessThan(20)
    const cold = await faults(['--cold'], command)
    const dropped = cold.report.notes.find(({ code }) => code === 'dropped-cache')
    expect(dropped?.text).toContain('dropped')
    if (isCached(folder.path)) expect(cold.report.accounting.major.value).toBeGreaterThan(150)
  })
})

describe('counts agree with other tools', () => {
  liveTest('perf stat', { needs: ['gcc', 'perf'] }, async () => {
    const program = faultProgram('touch')
    const { report } = await faults([], [program, String(PAGES)])
    const args = ['stat', '-x', ';', '-e', 'page-faults', '--', program, String(PAGES)]
    const perf = spawnSync('perf', args, { encoding: 'utf8', env: { ...process.env, LC_ALL: 'C' } })
    const theirs = Number(perf.stderr.split(';')[0])
    expect(Math.abs((report.accounting.perf.all.value ?? 0) - theirs)).toBeLessThanOrEqual(10)
  })

  liveTest('getrusage of the program itself', { needs: ['gcc'] }, async () => {
    const { report, stdout } = await faults(['--backend', 'proc'], [faultProgram('touch'), String(PAGES), 'rusage'])
    const own = Number(stdout.split(' ')[0])
    // It counts from fork, not from exec, and is asked before the program's end.
    expect(Math.abs((report.accounting.minor.value ?? 0) - own)).toBeLessThanOrEqual(150)
  })

  liveTest('GNU time', { needs: ['gcc', 'gnu-time'] }, async () => {
    const program = faultProgram('touch')
    const time = spawnSync('/usr/bin/time', ['-f', '%R', program, String(PAGES)], { encoding: 'utf8' })
    const { report } = await faults(['--backend', 'proc'], [program, String(PAGES)])
    expect(Math.abs((report.accounting.minor.value ?? 0) - Number(time.stderr.trim()))).toBeLessThanOrEqual(40)
  })

  liveTest('the same program again: the same count', { needs: ['gcc'] }, async () => {
    const command = [faultProgram('touch'), String(PAGES)]
    const counts: number[] = []
    for (let run = 0; run < 5; run++) {
      const { report } = await faults(['--backend', 'proc'], command)
      counts.push(report.accounting.total.value ?? 0)
    }
    expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(20)
  })
})

/** tmpfs and overlays in memory have no device to wait for. */
function isCached(path: string): boolean {
  const { stdout } = spawnSync('stat', ['-f', '-c', '%T', path], { encoding: 'utf8' })
  return !/tmpfs|ramfs|overlay/.test(stdout)
}
