import { afterAll, describe, expect, it } from 'vitest'
import Ps from '../../src/commands/ps.ts'
import { FakeProc } from '../helpers/fake-proc.ts'
import { fixtureText } from '../helpers/fixtures.ts'
import { SERVICES } from '../helpers/process-lists.ts'
import { type Outcome, runCommand, type World } from '../helpers/run-command.ts'

const owned = (uid: number): string => fixtureText('proc/ia32/status').replace(/^Uid:.*$/m, `Uid:\t0\t${uid}\t0\t0`)

const proc = new FakeProc()
proc
  .add(1, { sample: 'ia32', comm: 'init' })
  .add(2, { sample: 'kernel-thread' })
  .add(100, { sample: 'java', comm: 'java', cmdline: ['java', 'S.java'], ppid: 1, cgroup: '/shop/web' })
  .add(101, { sample: 'thp', comm: 'zoo', ppid: 100, cgroup: '/shop' })
  .add(102, { sample: 'zombie', comm: 'gone', ppid: 100 })
  .add(103, { comm: 'small', ppid: 101, files: { status: owned(33) } })
  .add(104, { comm: 'small', ppid: 1, files: { status: owned(33) } })
proc.write('1/root/etc/passwd', 'www-data:x:33:33::/:/bin/false\nnobody:x:65534:65534::/:/bin/false\n')
afterAll(() => proc[Symbol.dispose]())

function run(line: string, world: World = {}): Promise<Outcome> {
  return runCommand(Ps, [...line.split(' ').filter((word) => word !== ''), '--procfs', proc.path], world)
}

/** PIDs of the rows, in order. */
async function pids(line: string, world: World = {}): Promise<number[]> {
  const { stdout } = await run(`${line} --csv --no-header`, world)
  return stdout
    .split('\n')
    .slice(0, -1)
    .map((row) => Number.parseInt(row, 10))
}

/** Files of the processes that a command line reads. */
async function files(line: string): Promise<string[]> {
  const { stdout } = await run(`${line} --json`)
  const { provenance } = JSON.parse(stdout) as { provenance: { path: string }[] }
  return provenance.flatMap(({ path }) => /\/\[pid\]\/([^/]+)$/.exec(path)?.[1] ?? []).sort()
}

describe('a wrong command line', () => {
  it.each([
    ['--columns rs', 'did you mean rss'],
    ['--columns qqqqqqq', 'columns are pid, memory, pss, '],
    ['--sort qqqqqqq', '--sort does not take "qqqqqqq"'],
    ['--group-by colour', 'group-by'],
    ['--group-by name --columns age', '--columns does not take "age"'],
    ['--group-by name --sort user', '--sort does not take "user"'],
    ['--basic --columns pid,pss', '--basic does not go with the column pss'],
    ['--basic --sort command', '--basic does not go with the column command'],
    ['--children', '--children needs a TARGET'],
    ['--max-stall 5', '--max-stall does not take "5"'],
    ['--limit -1', 'limit'],
    ['--ndjson --csv', 'csv'],
    ['0', '0 is not a process ID'],
    ['--pgrep (', '--pgrep does not take "("'],
    ['--all', 'unknown flag --all'],
    ['--user who', '/etc/passwd has no user "who"'],
    ['--user nobodyx', 'did you mean nobody?'],
  ])('"%s" is refused with status 2, one line and a way out', async (line, words) => {
    const { stdout, stderr, exit } = await run(line)
    expect({ stdout, exit }).toEqual({ stdout: '', exit: 2 })
    expect(stderr).toContain(words)
    expect(stderr.trimEnd().split('\n')).toHaveLength(1)
  })
})

it('shows a column once that was named twice', async () => {
  const { stdout } = await run('100 --columns pid,PID,rss,pid --csv')
  expect(stdout.split('\n')[0]).toBe('pid,rss')
})

describe('which processes', () => {
  it('all of them without a TARGET, the costliest first', async () => {
    expect(await pids('')).toEqual([100, 101, 1, 103, 104])
    expect(await pids('--reverse')).toEqual([1, 103, 104, 101, 100])
  })

  it.each([
    ['100', [100]],
    ['small', [103, 104]],
    ['100 small', [100, 103, 104]],
    ['java --children', [100, 101, 103]],
    ['--pgrep ^java', [100]],
    ['--cgroup /shop', [100, 101]],
    ['--user www-data', [103, 104]],
    ['--user 33', [103, 104]],
    ['java --children --user www-data', [103]],
    ['--sort pid --top 2', [1, 100]],
    ['--sort rss --limit 1', [101]],
    ['--sort name --limit 1', [100]],
  ])('%s', async (line, expected) => {
    expect(await pids(line)).toEqual(expected)
  })

  it.each([
    ['nobody-has-this', 'no process is named "nobody-has-this"'],
    ['--pgrep zzzz', 'no process matches --pgrep zzzz'],
    ['--user nobody', 'no process matches --user nobody'],
    ['--cgroup /nope', 'no process is in cgroup /nope, nor below it'],
    ['999', 'no process 999: it has ended, or never was'],
    ['2', 'process 2 (kthreadd) is a kernel thread'],
    ['102', 'process 102 (gone) is a zombie'],
  ])('%s: no answer, status 4', async (line, words) => {
    const { stdout, stderr, exit } = await run(line)
    expect({ stdout, exit }).toEqual({ stdout: '', exit: 4 })
    expect(stderr).toContain(words)
    const json = await run(`${line} --json`)
    expect(json.exit).toBe(4)
    expect(JSON.parse(json.stdout).error.message).toContain(words.slice(0, 20))
  })

  it('one that was asked for by its PID and is not there does not keep the others back', async () => {
    const { stdout, stderr, exit } = await run('100 999 2 --json')
    expect(exit).toBe(4)
    expect(stderr.trimEnd().split('\n')).toHaveLength(2)
    const report = JSON.parse(stdout)
    expect(report.processes.map((row: { pid: number }) => row.pid)).toEqual([100])
    expect(report.failures.map((failure: { code: string }) => failure.code)).toEqual([
      'no-such-process',
      'kernel-thread',
    ])
  })
})

describe('only what the columns need is read', () => {
  it.each([
    ['--columns pid,rss,swap,user,name', ['status']],
    ['--columns pid,majflt', ['stat', 'status']],
    ['--columns rss --sort pss', ['smaps_rollup', 'status']],
    ['--columns rss,command', ['cmdline', 'status']],
    ['--columns rss,container', ['cgroup', 'status']],
    ['--columns rss,mappings', ['maps', 'statm', 'status']],
    ['--columns pss,commit', ['smaps', 'statm', 'status']],
    ['--group-by user --columns processes,rss', ['status']],
    ['--group-by cgroup --columns rss', ['cgroup', 'status']],
    ['--basic', ['cgroup', 'oom_score', 'oom_score_adj', 'stat', 'status']],
  ])('%s', async (line, expected) => {
    expect((await files(line)).filter((file, index, all) => all.indexOf(file) === index)).toEqual(expected)
  })
})

describe('what a person sees', () => {
  it('on a terminal as many rows as leave room for the rest, in a pipe all', async () => {
    const rows = async (world: World): Promise<number> => {
      const { stdout } = await runCommand(Ps, ['--procfs', SERVICES, '--quiet', '--no-header'], world)
      return stdout.trimEnd().split('\n').length
    }
    expect(await rows({ columns: 100, rows: 30 })).toBe(11)
    expect(await rows({ columns: 100, rows: 10 })).toBe(8)
    expect(await rows({ columns: 100 })).toBe(18)
    expect(await rows({})).toBe(18)
  })

  it('the column that the rows are sorted by, before the text that ends the line', async () => {
    const head = async (line: string): Promise<string> => (await run(`${line} --quiet`)).stdout.split('\n')[0] ?? ''
    expect(await head('--columns pid,name --sort majflt')).toMatch(/PID +MAJFLT +NAME$/)
    expect(await head('--columns pid,majflt --sort majflt')).toMatch(/PID +MAJFLT$/)
    expect(await head('--group-by name --columns pss,name --sort processes')).toMatch(/PSS +PROCESSES +NAME$/)
  })

  it('colours only where they are wanted', async () => {
    const coloured = async (world: World, line = ''): Promise<boolean> =>
      (await run(line, world)).stdout.includes('\u001b[')
    expect(await coloured({ columns: 100 })).toBe(true)
    expect(await coloured({ columns: 100, env: { NO_COLOR: '1' } })).toBe(false)
    expect(await coloured({})).toBe(false)
    expect(await coloured({}, '--color always')).toBe(true)
  })

  it('what cannot be known, and why, with status 0: a list is an answer', async () => {
    const { stdout, exit } = await run('--max-stall 0 --columns pid,pss,rss,name')
    expect(exit).toBe(0)
    expect(stdout).toMatch(/^100 +– +142 MiB +java$/m)
    expect(stdout).toMatch(/would block its own mmap calls for about .*, and 4 more; --max-stall \d+ms does it/)
    const { processes, counts } = JSON.parse((await run('--max-stall 0 --json')).stdout)
    expect(counts).toMatchObject({ processes: 5, walked: 0, tooCostly: 5, kernelThreads: 1, zombies: 1 })
    // What cannot be walked stands where its RSS would.
    expect(processes.slice(0, 2)).toMatchObject([
      { pid: 101, pss: null, rss: 158_384 * 1024 },
      { pid: 100, pss: null, rss: 145_668 * 1024 },
    ])
  })
  it('what an old kernel does not tell, and that it is the kernel', async () => {
    using old = new FakeProc()
    const files = { status: fixtureText('synthetic/status-linux-4.4.txt'), smaps_rollup: null }
    old.add(7, { sample: 'thp', files })
    old.write('sys/kernel/osrelease', '4.4.0\n')
    const { stdout, exit } = await runCommand(Ps, ['--procfs', old.path])
    expect(exit).toBe(0)
    expect(stdout).toMatch(/^ +7 +1000 +121 MiB +[\d.]+ MiB +5.0 MiB +– +– +–/m)
    expect(stdout).toContain('– in RSSANON, RSSFILE, RSSSHMEM: this kernel does not print it\n')
    expect(stdout).toMatch(/^read 1 process in .*: .*smaps/m)
  })
})
