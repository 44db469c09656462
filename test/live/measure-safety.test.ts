import { spawn, spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, onTestFinished } from 'vitest'
import type { MeasuredRun } from '../../src/model/measured-run.ts'
import { readStat } from '../../src/runners/proc-counters.ts'
import { NODE, ROOT, temporary } from '../e2e/mmapctl.ts'
import { compiled } from './compile.ts'
import { acts, MIB, metric, said } from './measure.ts'
import { liveTest } from './requirements.ts'

const TRACED = ['gcc', 'native'] as const
const MAIN = [
  '--import',
  pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href,
  join(ROOT, 'test/live/measure-main.ts'),
]

/** Processes that have a word on their command line, zombies not among them. */
function processesWith(word: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').includes(word)
      } catch {
        return false
      }
    })
}

/** The parent, up to the helper: through the shell that holds the gate. */
function helperOf(program: number): number {
  return readStat(readStat(program)?.ppid ?? 0)?.ppid ?? 0
}

describe('when things go wrong', () => {
  liveTest('the program goes on without its helper, and nothing is measured', { needs: TRACED }, async () => {
    using folder = temporary()
    const mark = `say:${folder.path}/said`
    const measuring = acts(['sleep:1500', 'anon:5', mark])
    const outcome = expect(measuring).rejects.toMatchObject({
      outcome: { exit: 4, code: 'not-measured', message: expect.stringContaining('SIGKILL') },
    })
    await expect.poll(() => runningWith(mark), { timeout: 10_000 }).toHaveLength(1)
    process.kill(helperOf(runningWith(mark)[0] ?? 0), 'SIGKILL')
    await outcome
    // It has come to its own end before that was said.
    expect(said(folder.path).vmHwm).toBeGreaterThan(5 * MIB)
    expect(runningWith(mark)).toEqual([])
  })

  liveTest('a program whose time is over ends also without a helper', { needs: TRACED }, async () => {
    using folder = temporary()
    const mark = `say:${folder.path}/said`
    const measuring = acts(['ignore:15', 'sleep:20000', mark], { timeoutMs: 2500, graceMs: 200 })
    const outcome = expect(measuring).rejects.toMatchObject({ outcome: { code: 'not-measured' } })
    await expect.poll(() => runningWith(mark), { timeout: 10_000 }).toHaveLength(1)
    process.kill(helperOf(runningWith(mark)[0] ?? 0), 'SIGKILL')
    await outcome
    expect(runningWith(mark)).toEqual([])
  })

  for (const method of ['ptrace', 'poll'] as const) {
    liveTest(`the program ends with us (${method})`, { needs: TRACED }, async () => {
      using folder = temporary()
      const mark = `say:${folder.path}/said`
      const words = [...MAIN, method, compiled('measure', 'acts'), 'sleep:20000', mark]
      const child = spawn(NODE, words, { cwd: ROOT, stdio: 'ignore' })
      onTestFinished(() => void child.kill('SIGKILL'))
      await expect.poll(() => runningWith(mark), { timeout: 20_000 }).toHaveLength(1)
      child.kill('SIGKILL')
      await expect.poll(() => processesWith(mark), { timeout: 10_000 }).toEqual([])
    })
  }
})

describe('who is traced already', () => {
  liveTest('measures by polling, and says why', { needs: [...TRACED, 'strace'] }, () => {
    const strace = ['-f', '--seccomp-bpf', '-qq', '-o', '/dev/null', '-e', 'trace=exit_group']
    const program = [compiled('measure', 'acts'), 'anon:5', 'sleep:100']
    const run = spawnSync('strace', [...strace, NODE, ...MAIN, 'best', ...program], {
      cwd: ROOT,
      encoding: 'utf8',
      maxBuffer: 64 * MIB,
    })
    const measured = JSON.parse(run.stdout) as MeasuredRun
    expect(measured).toMatchObject({ method: 'poll', fidelity: 'polled', end: { how: 'exited', status: 0 } })
    expect(measured.notes).toEqual([
      'not measured by ptrace: ptrace(2) is refused (EPERM)',
      'not measured by strace: there is no strace of 5.3 or later that may trace',
    ])
    expect(processesWith(program[0] ?? '')).toEqual([])
  })
})

/** Programs that run already, and are not those that start them. */
function runningWith(mark: string): number[] {
  return processesWith(mark).filter((pid) => readStat(pid)?.comm === 'acts')
}

describe('an ordinary user', () => {
  function asNobody(...words: string[]): MeasuredRun {
    const user = ['--reuid', '65534', '--regid', '65534', '--clear-groups', NODE, ...MAIN]
    const run = spawnSync('setpriv', [...user, ...words], {
      cwd: '/',
      encoding: 'utf8',
      env: { PATH: process.env['PATH'] ?? '', HOME: '/nonexistent' },
      maxBuffer: 64 * MIB,
    })
    if (run.status !== 0) throw new Error(run.stderr)
    return JSON.parse(run.stdout) as MeasuredRun
  }

  liveTest('has the same figures', { needs: [...TRACED, 'root'] }, async () => {
    const program = compiled('measure', 'acts')
    const words = ['anon:12', 'fork', 'anon:2', 'end', 'wait']
    const run = asNobody('ptrace', program, ...words)
    const root = await acts(words, {
      cwd: '/',
      env: { LANG: 'C.UTF-8', PATH: process.env['PATH'], HOME: '/nonexistent' },
    })
    expect(run).toMatchObject({ fidelity: 'exact', end: { how: 'exited', status: 0 }, notes: [] })
    expect(Math.abs(metric(run, 'minor-faults') - metric(root, 'minor-faults'))).toBeLessThanOrEqual(4)
    expect(metric(run, 'mappings')).toBe(metric(root, 'mappings'))
    expect(Math.abs(metric(run, 'peak-rss') - metric(root, 'peak-rss'))).toBeLessThan(MIB)
  })

  liveTest('hears of programs that lose their rights while they are traced', { needs: [...TRACED, 'root'] }, () => {
    const run = asNobody('ptrace', '/bin/mount', '--version')
    expect(run.notes).toEqual(['mount: set-user-ID or set-group-ID, which the kernel ignores while somebody traces'])
    expect(asNobody('poll', '/bin/mount', '--version').notes).toEqual([])
  })
})
