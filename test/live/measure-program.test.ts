import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { measureRun } from '../../src/cli/measure-run.ts'
import { METHODS } from '../../src/model/raw-measurement.ts'
import { cleanEnvironment } from '../../src/runners/measure/environment.ts'
import { readStat } from '../../src/runners/proc-counters.ts'
import { has, NODE, temporary } from '../e2e/mmapctl.ts'
import { compiled } from './compile.ts'
import { acts, groupMib, KIB, MIB, metric, options, said } from './measure.ts'
import { liveTest } from './requirements.ts'

/** Counters of the resident set are kept for each CPU, and added up late before Linux 6.16. */
const SLACK = 512 * KIB
/** Loader, C library and stack of a small program. */
const SMALL = 2 * MIB

const TRACED = ['gcc', 'native'] as const

describe('the peak is exact', () => {
  liveTest('as the program itself sees it at its end, with the memory still there', { needs: TRACED }, async () => {
    using folder = temporary()
    const run = await acts(['anon:40', `say:${folder.path}/said`])
    const { vmHwm } = said(folder.path)
    expect(run).toMatchObject({ end: { how: 'exited', status: 0 }, fidelity: 'exact', method: 'ptrace', notes: [] })
    expect(run.metrics['peak-rss']).toMatchObject({ fidelity: 'exact' })
    expect(metric(run, 'peak-rss')).toBeGreaterThanOrEqual(vmHwm)
    expect(metric(run, 'peak-rss') - vmHwm).toBeLessThan(SLACK)
    expect(groupMib(run, 'anonymous >= 1 MiB')).toBe(40)
    expect(metric(run, 'anon') - 40 * MIB).toBeLessThan(SMALL)
  })

  liveTest('when it is given back long before the end', { needs: TRACED }, async () => {
    const run = await acts(['anon:60', 'sleep:400', 'free', 'sleep:20'])
    expect(metric(run, 'peak-rss') - 60 * MIB).toBeLessThan(SMALL)
    expect(metric(run, 'peak-rss')).toBeGreaterThan(60 * MIB)
    expect(groupMib(run, 'anonymous >= 1 MiB')).toBe(60)
    expect(run.anonPeak?.why).toBe('new-high')
    // The mapping that is gone at the end was seen.
    expect(run.mostMappings).toBe(metric(run, 'mappings') + 1)
  })

  liveTest('as GNU time sees it', { needs: [...TRACED, 'gnu-time'] }, async () => {
    const program = compiled('measure', 'acts')
    const time = spawnSync('/usr/bin/time', ['-f', '%M', program, 'anon:30'], { encoding: 'utf8' })
    const run = await acts(['anon:30'])
    expect(Math.abs(metric(run, 'peak-rss') - Number(time.stderr) * KIB)).toBeLessThan(SLACK)
  })

  liveTest('when a signal ends the program', { needs: TRACED }, async () => {
    for (const signal of [9, 11]) {
      const run = await acts(['anon:20', `raise:${signal}`])
      expect(run.fidelity).toBe('exact')
      expect(metric(run, 'peak-rss')).toBeGreaterThan(20 * MIB)
    }
  })

  liveTest('when the first thread ends before the others', { needs: TRACED }, async () => {
    const run = await acts(['leave:30'])
    expect(run).toMatchObject({ fidelity: 'exact', end: { status: 0 } })
    expect(metric(run, 'peak-rss')).toBeGreaterThan(30 * MIB)
    expect(groupMib(run, 'anonymous >= 1 MiB')).toBe(30)
  })

  liveTest('when the program becomes another, from any thread', { needs: TRACED }, async () => {
    // How the threads of the earlier image end is another race each time.
    for (const way of ['exec', ...Array<string>(6).fill('thread-exec')]) {
      const run = await acts(['anon:50', way, 'anon:10'])
      expect(run).toMatchObject({ fidelity: 'exact', end: { status: 0 } })
      // What the earlier image had is known too, though it is gone when its tracer hears of it.
      expect(Math.round(metric(run, 'peak-rss') / MIB)).toBeGreaterThanOrEqual(50)
      expect(Math.round((run.processes[0]?.peakRss ?? 0) / MIB)).toBeLessThan(14)
    }
  })

  liveTest('and nobody else’s: a large parent leaves no trace in it', { needs: TRACED }, async () => {
    const ballast = Buffer.alloc(300 * MIB, 1)
    const run = await acts(['anon:1'])
    expect(ballast.length).toBe(300 * MIB)
    expect(metric(run, 'peak-rss')).toBeLessThan(8 * MIB)
  })
})

describe('a program is all the processes that it starts', () => {
  liveTest('shared pages count once', { needs: TRACED }, async () => {
    const child = ['fork', 'anon:10', 'sleep:400', 'end']
    const run = await acts(['anon:50', ...child, ...child, ...child, 'wait'])
    expect(run.processes).toHaveLength(4)
    expect(run.anonPeak?.processes).toBe(4)
    expect(groupMib(run, 'anonymous >= 1 MiB')).toBe(80)
    expect(Math.round(metric(run, 'anon') / MIB)).toBeLessThan(82)
    // The largest of the processes, not their sum.
    expect(Math.round(metric(run, 'peak-rss') / MIB)).toBeGreaterThanOrEqual(60)
    expect(Math.round(metric(run, 'peak-rss') / MIB)).toBeLessThan(63)
  })

  liveTest('an orphan is followed to its end', { needs: TRACED }, async () => {
    const run = await acts(['fork', 'sleep:100', 'anon:25', 'end', 'exit:7'], { lingerMs: 5000 })
    expect(run).toMatchObject({ end: { how: 'exited', status: 7 }, fidelity: 'exact', notes: [] })
    expect(run.processes.map(({ outlived }) => outlived)).toEqual([false, false])
    expect(metric(run, 'peak-rss')).toBeGreaterThan(25 * MIB)
  })

  liveTest('what goes on is let go, and said', { needs: TRACED }, async () => {
    using folder = temporary()
    const run = await acts(['daemon', 'anon:5', 'sleep:1500', `say:${folder.path}/said`], { lingerMs: 300 })
    expect(run.end).toEqual({ how: 'exited', status: 0 })
    expect(run.notes).toEqual(["1 process went on after the program's end, unmeasured from then on: acts"])
    const survivor = run.processes.find(({ outlived }) => outlived)
    expect(survivor?.peakRss).toBe(null)
    await expect.poll(() => said(folder.path).vmHwm, { timeout: 10_000 }).toBeGreaterThan(5 * MIB)
  })

  liveTest('who shares its parent’s memory until exec has none of its own', { needs: TRACED }, async () => {
    const run = await acts(['anon:80', 'spawn:30', 'sleep:30'])
    expect(run.processes).toHaveLength(31)
    expect(Math.round(metric(run, 'anon') / MIB)).toBe(80)
    expect(metric(run, 'peak-rss')).toBeLessThan(83 * MIB)
    const children = run.processes.filter(({ comm }) => comm === 'true')
    expect(Math.max(...children.map(({ peakRss }) => peakRss ?? Number.NaN))).toBeLessThan(4 * MIB)
  })

  liveTest('however many come and go, and however fast', { needs: TRACED }, async () => {
    const threads = Array<string>(300).fill('thread:0')
    const many = Array<string[]>(8)
      .fill(['fork', ...threads.slice(0, 30), 'spawn:10', 'end'])
      .flat()
    const run = await acts([...threads, ...many, 'wait'], { timeoutMs: 60_000 })
    expect(run).toMatchObject({ fidelity: 'exact', notes: [], end: { how: 'exited', status: 0 } })
    expect(run.processes).toHaveLength(89)
    expect(run.processes.map(({ outlived }) => outlived)).not.toContain(true)
    expect(metric(run, 'minor-faults')).toBeGreaterThan(89 * 20)
  })

  liveTest('a launcher that becomes the program leaves it its faults, which is said', { needs: TRACED }, async () => {
    const run = await measureRun(
      options(['sh', '-c', `${compiled('measure', 'acts')} anon:20; exec ${compiled('measure', 'acts')} anon:5`]),
    )
    expect(run.processes.map(({ comm }) => comm)).toEqual(['acts', 'acts'])
    expect(run.notes).toHaveLength(1)
    expect(run.notes[0]).toMatch(
      /^5\d{3} of the 6\d{3} minor faults are those of sh, which became acts, and of what it started$/,
    )
  })
})

describe('faults', () => {
  liveTest('are those of all processes and threads', { needs: TRACED }, async () => {
    using folder = temporary()
    const quiet = await acts(['exit:0'])
    const run = await acts(['thread:4', 'fork', 'anon:8', 'end', 'wait', `say:${folder.path}/said`])
    const pages = (12 * MIB) / 4096
    expect(metric(run, 'minor-faults') - metric(quiet, 'minor-faults')).toBeGreaterThanOrEqual(pages)
    expect(metric(run, 'minor-faults') - metric(quiet, 'minor-faults')).toBeLessThan(pages + 300)
    expect(metric(run, 'minor-faults')).toBeGreaterThan(said(folder.path).minflt + (8 * MIB) / 4096)
  })

  liveTest('are the same by every way of measuring', { needs: [...TRACED, 'strace'] }, async () => {
    const words = ['anon:10', 'fork', 'anon:3', 'end', 'wait', 'spawn:2']
    const counts = []
    for (const method of METHODS) counts.push(metric(await acts(words, { method }), 'minor-faults'))
    expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(4)
  })

  liveTest('of a child that nobody waits for are counted', { needs: TRACED }, async () => {
    // SIGCHLD ignored: the kernel reaps the child itself, and adds its faults to nobody's.
    const words = ['ignore:17', 'fork', 'anon:8', 'end', 'wait']
    const [exact, polled] = [await acts(words), await acts(words, { method: 'poll' })]
    expect(metric(exact, 'minor-faults') - metric(polled, 'minor-faults')).toBeGreaterThan((7 * MIB) / 4096)
  })
})

describe('every way of measuring says how true it is', () => {
  liveTest('strace holds a program at its end', { needs: ['gcc', 'strace'] }, async () => {
    using folder = temporary()
    const run = await acts(['anon:40', `say:${folder.path}/said`], { method: 'strace' })
    expect(run).toMatchObject({ method: 'strace', fidelity: 'exact', end: { status: 0 } })
    expect(metric(run, 'peak-rss') - said(folder.path).vmHwm).toBeLessThan(SLACK)
    expect(metric(run, 'peak-rss')).toBeGreaterThanOrEqual(said(folder.path).vmHwm)
    expect(groupMib(run, 'anonymous >= 1 MiB')).toBe(40)
  })

  liveTest('polling is a lower bound', { needs: ['gcc'] }, async () => {
    const run = await acts(['anon:40', 'sleep:200', 'exit:3'], { method: 'poll' })
    expect(run).toMatchObject({ method: 'poll', fidelity: 'polled', end: { how: 'exited', status: 3 } })
    expect(run.metrics['peak-rss']).toMatchObject({ fidelity: 'polled' })
    expect(groupMib(run, 'anonymous >= 1 MiB')).toBe(40)
    expect(run.processes).toMatchObject([{ comm: 'acts', peakRss: null }])
  })

  liveTest('a program that is over before it was looked at has no figures', { needs: ['gcc'] }, async () => {
    const run = await acts(['exit:0'], { method: 'poll' })
    expect(run.fidelity).toBe('polled')
    expect(['number', 'string']).toContain(
      typeof (run.metrics.anon.value ?? ('why' in run.metrics.anon && run.metrics.anon.why)),
    )
    expect(metric(run, 'minor-faults')).toBeGreaterThan(10)
  })

  liveTest('the best one is taken, and what was better said', { needs: ['gcc'] }, async () => {
    process.env['MMAPCTL_NO_NATIVE'] = '1'
    onTestFinished(() => {
      delete process.env['MMAPCTL_NO_NATIVE']
    })
    const run = await acts(['anon:2', 'sleep:50'], { method: 'best' })
    expect(run.method).not.toBe('ptrace')
    expect(run.notes[0]).toBe('not measured by ptrace: MMAPCTL_NO_NATIVE=1 forbids native calls')
    await expect(acts([], { method: 'ptrace' })).rejects.toMatchObject({ outcome: { exit: 4, code: 'not-measured' } })
  })
})

describe('the program is as it would be without', () => {
  for (const method of METHODS) {
    const needs = method === 'ptrace' ? TRACED : method === 'strace' ? (['gcc', 'strace'] as const) : (['gcc'] as const)

    liveTest(`its end (${method})`, { needs, timeout: 60_000 }, async () => {
      for (const status of [0, 7, 255]) {
        expect((await acts([`exit:${status}`], { method })).end).toEqual({ how: 'exited', status })
      }
      for (const [number, signal] of [
        [11, 'SIGSEGV'],
        [9, 'SIGKILL'],
        [40, 'SIGRT40'],
      ] as const) {
        // Node has no name for real-time signals, and tells of a program that one has killed that it ended with 0.
        if (number === 40 && method !== 'ptrace') continue
        expect((await acts([`raise:${number}`], { method })).end).toEqual({ how: 'killed', signal, oom: false })
      }
    })

    liveTest(`its environment, descriptors and directory (${method})`, { needs }, async () => {
      using folder = temporary()
      const env = { PATH: process.env['PATH'], ODD: 'a b\nc', 'not.a-name': '1', EMPTY: '' }
      const script = 'env -0 >env; ls /proc/self/fd >fds; pwd >pwd; cat >stdin; echo out; echo err >&2'
      const file = (name: string): string => join(folder.path, name)
      const run = await measureRun(
        options(['sh', '-c', script], {
          method,
          env,
          cwd: folder.path,
          stdout: { file: file('stdout') },
          stderr: { file: file('stderr') },
        }),
      )
      expect(run.end).toEqual({ how: 'exited', status: 0 })
      const text = (name: string): string => readFileSync(file(name), 'utf8')
      // A shell drops what it has no name for, and adds its PWD: those are the program's own doing.
      expect(
        text('env')
          .split('\0')
          .filter((entry) => !/^(?:PWD|OLDPWD|_|SHLVL)?(?:=|$)/.test(entry))
          .sort(),
      ).toEqual(['EMPTY=', 'ODD=a b\nc', `PATH=${env.PATH}`].sort())
      const plain = spawnSync('sh', ['-c', 'ls /proc/self/fd'], { encoding: 'utf8' })
      expect(text('fds')).toBe(plain.stdout)
      expect([text('pwd'), text('stdin'), text('stdout'), text('stderr')]).toEqual([
        `${folder.path}\n`,
        '',
        'out\n',
        'err\n',
      ])
    })
  }

  liveTest('exactly the variables that it is to have, whatever they are called', { needs: TRACED }, async () => {
    using folder = temporary()
    const file = join(folder.path, 'env')
    const env = { PATH: process.env['PATH'], 'not.a-name': '1', PWD: '/nowhere', _: 'x' }
    await measureRun(options(['env', '-0'], { env, stdout: { file } }))
    expect(readFileSync(file, 'utf8').split('\0').sort()).toEqual(
      ['', `PATH=${env.PATH}`, 'PWD=/nowhere', '_=x', 'not.a-name=1'].sort(),
    )
  })

  liveTest('stops and continues as its shell tells it', { needs: TRACED }, async () => {
    using folder = temporary()
    const file = join(folder.path, 'out')
    // With job control the shell is told of a child that stops.
    const script = 'set -m; sh -c \'kill -STOP $$; exit 5\'; echo "stopped $?"; fg >/dev/null; echo "ended $?"'
    const shell = has('bash') ? 'bash' : 'sh'
    const plain = spawnSync(shell, ['-c', script], { encoding: 'utf8', timeout: 10_000 })
    const run = await measureRun(options([shell, '-c', script], { stdout: { file } }))
    expect(run.end).toEqual({ how: 'exited', status: 0 })
    expect(readFileSync(file, 'utf8')).toBe(plain.stdout)
  })

  liveTest(
    'but that nobody else can trace it, which is said when it is a tracer',
    { needs: [...TRACED, 'strace'] },
    async () => {
      expect((await acts(['traceme'])).end).toEqual({ how: 'exited', status: 3 })
      expect((await acts(['traceme'], { method: 'poll' })).end).toEqual({ how: 'exited', status: 0 })
      const run = await measureRun(options(['strace', '-f', '-o', '/dev/null', 'true']))
      expect(run.notes).toContain(
        'strace cannot trace what is traced already, as check does: check the program that it starts',
      )
    },
  )

  test('there must be one', async () => {
    await expect(measureRun(options(['/nonexistent/program']))).rejects.toMatchObject({ outcome: { exit: 127 } })
    await expect(measureRun(options(['/etc/passwd']))).rejects.toMatchObject({ outcome: { exit: 126 } })
  })
})

describe('a program that does not end', () => {
  liveTest('is told to when its time is over', { needs: TRACED }, async () => {
    const run = await acts(['anon:5', 'sleep:20000'], { timeoutMs: 300 })
    expect(run).toMatchObject({ end: { how: 'timeout', afterMs: 300 }, fidelity: 'exact' })
    expect(run.seconds).toBeLessThan(5)
    expect(groupMib(run, 'anonymous >= 1 MiB')).toBe(5)
  })

  liveTest('is told once', { needs: TRACED }, async () => {
    using folder = temporary()
    const file = join(folder.path, 'out')
    const script = `process.on('SIGTERM', () => { console.log('told'); setTimeout(() => process.exit(4), 300) }); setInterval(() => 0, 1000)`
    for (const method of ['ptrace', 'poll'] as const) {
      const run = await measureRun(
        options([NODE, '-e', script], { method, timeoutMs: 1500, graceMs: 5000, stdout: { file } }),
      )
      expect(run.end).toEqual({ how: 'timeout', afterMs: 1500 })
    }
    expect(readFileSync(file, 'utf8')).toBe('told\ntold\n')
  })

  liveTest('is killed with all its processes when it will not', { needs: TRACED }, async () => {
    const child = ['fork', 'ignore:15', 'sleep:20000', 'end']
    // In a session of its own, and an orphan: only who traces it, or has seen it before, can tell whose it is.
    const away = ['fork', 'daemon', 'ignore:15', 'sleep:20000', 'end']
    for (const [method, words] of [
      ['ptrace', [...child, ...away]],
      ['poll', child],
    ] as const) {
      const run = await acts(['ignore:15', ...words, 'sleep:20000'], { method, timeoutMs: 400, graceMs: 200 })
      expect(run.end).toEqual({ how: 'timeout', afterMs: 400 })
      expect(run.processes.length).toBeGreaterThanOrEqual(2)
      for (const { pid } of run.processes) expect(['Z', undefined]).toContain(readStat(pid)?.state)
    }
  })

  liveTest('ends when it is no longer wanted', { needs: TRACED }, async () => {
    const stop = new AbortController()
    setTimeout(() => stop.abort(), 300)
    const run = await acts(['sleep:20000'], { abort: stop.signal })
    expect(run.end).toEqual({ how: 'killed', signal: 'SIGTERM', oom: false })
  })
})

describe('want of memory', () => {
  liveTest('is told from any other SIGKILL', { needs: [...TRACED, 'memory-cgroup'] }, async () => {
    const cgroup = `/sys/fs/cgroup/memory/mmapctl-test-${process.pid}`
    mkdirSync(cgroup)
    onTestFinished(() => rmdirSync(cgroup))
    writeFileSync(join(cgroup, 'memory.limit_in_bytes'), '30M')
    // Where there is swap, nothing would be killed.
    writeFileSync(join(cgroup, 'memory.swappiness'), '0')
    const inside = (what: string): string[] => ['sh', '-c', `echo $$ >${cgroup}/cgroup.procs; ${what}`]
    const program = compiled('measure', 'acts')
    const run = await measureRun(options(inside(`exec ${program} anon:60`)))
    expect(run).toMatchObject({ end: { how: 'killed', signal: 'SIGKILL', oom: true }, fidelity: 'exact' })
    expect(metric(run, 'peak-rss')).toBeGreaterThan(25 * MIB)
    const child = await measureRun(options(inside(`${program} anon:60; exit 9`)))
    expect(child.end).toEqual({ how: 'exited', status: 9 })
    expect(child.notes).toContain('the kernel killed 1 of the processes for want of memory')
    const other = await measureRun(options(inside('kill -KILL $$')))
    expect(other.end).toEqual({ how: 'killed', signal: 'SIGKILL', oom: false })
  })
})

describe('other figures', () => {
  liveTest('locked memory, page tables, mappings', { needs: TRACED }, async () => {
    const small = await acts(['exit:0'])
    const run = await acts([
      'lock:64',
      'anon:32',
      'file:/proc/self/exe'.replace('/proc/self/exe', compiled('measure', 'acts')),
    ])
    expect(metric(run, 'locked')).toBe(64 * KIB)
    expect(metric(run, 'mappings')).toBe(metric(small, 'mappings') + 3)
    expect(metric(run, 'page-tables') - metric(small, 'page-tables')).toBeGreaterThanOrEqual(64 * KIB)
    expect(run.metrics['dtlb-misses']).toEqual({ value: null, why: 'it was not asked for' })
  })

  liveTest('TLB misses are counted by perf, or there is a reason', { needs: [...TRACED, 'perf'] }, async () => {
    const { metrics } = await acts(['anon:10'], { dtlbMisses: true })
    const measured = metrics['dtlb-misses']
    if (measured.value === null) expect(measured.why).toMatch(/^[a-z].*[a-z)]$/)
    else expect(measured.value).toBeGreaterThan(0)
  })

  liveTest('are the same in every run without randomisation', { needs: TRACED }, async () => {
    const runs = []
    for (let run = 0; run < 4; run++) runs.push(await acts(['anon:3', 'lock:64']))
    expect(runs[0]?.randomised).toBe(false)
    for (const name of ['peak-rss', 'mappings', 'minor-faults'] as const) {
      expect(new Set(runs.map((run) => metric(run, name))).size).toBeLessThanOrEqual(2)
    }
    const groups = runs.map((run) => run.anonPeak?.groups.map(({ key, mappings }) => `${key} ${mappings}`).sort())
    expect(new Set(groups.map((keys) => JSON.stringify(keys))).size).toBe(1)
  })

  test('a clean environment has what programs need, and what is asked for', () => {
    const from = { PATH: '/bin', HOME: '/h', TERM: 'x', SECRET: 's', LANG: 'de_DE.UTF-8', TZ: 'UTC' }
    expect(cleanEnvironment(from, ['TZ', 'ABSENT'])).toEqual({ PATH: '/bin', HOME: '/h', LANG: 'C.UTF-8', TZ: 'UTC' })
  })
})
