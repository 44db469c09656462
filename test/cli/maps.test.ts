import { mkdirSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { FakeProc } from '../helpers/fake-proc.ts'
import { fixtureText } from '../helpers/fixtures.ts'
import { type Outcome, runMaps, type World } from '../helpers/run-command.ts'

const proc = new FakeProc()
proc
  .add(2, { sample: 'kernel-thread' })
  .add(100, {
    sample: 'java',
    comm: 'java',
    cmdline: ['java', 'S.java'],
    exe: '/usr/lib/jvm/java-17-openjdk-amd64/bin/java',
    ppid: 1,
  })
  .add(101, { sample: 'names', comm: 'zoo', ppid: 100 })
  .add(102, { sample: 'zombie', comm: 'gone', ppid: 100 })
  .add(103, { comm: 'small', ppid: 1 })
  .add(104, { comm: 'small', ppid: 1 })
afterAll(() => proc[Symbol.dispose]())

function run(line: string, world: World = {}): Promise<Outcome> {
  return runMaps([...line.split(' ').filter((word) => word !== ''), '--procfs', proc.path], world)
}

/** Lines of the rows alone. */
async function rows(line: string): Promise<string[]> {
  const { stdout } = await run(`${line} --quiet --no-header --group-by none`)
  return stdout.split('\n').slice(0, -1)
}

describe('a wrong command line', () => {
  it.each([
    ['', 'no TARGET'],
    ['0', '0 is not a process ID'],
    ['99999999999999999999', 'is not a process ID'],
    ['4194305', 'process IDs are 1 to 4194304'],
    ['-1', '-1 is not a process ID'],
    ['/bin/sh', '"/bin/sh" is no TARGET: it is a file, but no capture'],
    ['/', '"/" is no TARGET: it is a directory'],
    ['./no/such', '"./no/such" is no TARGET: there is no such file'],
    ['100 --nonsense', 'unknown flag --nonsense'],
    ['100 --colums rss', 'did you mean --columns?'],
    ['100 --columns rs', 'did you mean rss'],
    ['100 --columns qqqqqqq', 'columns are address, '],
    ['100 --sort rs', 'did you mean rss'],
    ['100 --sort qqqqqqq', '--sort does not take "qqqqqqq"; sort by one of address'],
    ['100 --kind heep', 'did you mean heap?'],
    ['100 --kind qqqqqqq', 'kinds are program, library, '],
    ['100 --addr xyz', '--addr does not take "xyz"; write it in hexadecimal'],
    ['100 --perms rq', '--perms does not take "rq"'],
    ['100 --path [', '--path does not take "["'],
    ['100 --min-rss 5M', '--min-rss does not take "5M"; write it as one of 4096'],
    ['100 --max-stall 5', '--max-stall does not take "5"; write it as one of 20ms'],
    ['100 --limit -1', 'limit'],
    ['100 --limit many', 'limit'],
    ['100 --csv --ndjson', 'ndjson'],
    ['100 --group-by colour', 'group-by'],
    ['100 --all-fields --basic', '--all-fields does not go with --basic'],
    ['--pgrep (', '--pgrep does not take "("'],
  ])('"%s" is refused with status 2, one line and a way out', async (line, words) => {
    const { stdout, stderr, exit } = await run(line)
    expect([exit, stdout]).toEqual([2, ''])
    expect(stderr).toContain(words)
    expect(stderr).toMatch(/^mmapctl: [^\n]*see mmapctl [^\n]*--help\)?\n$/)
  })

  it('names a procfs that is not there, or is none', async () => {
    expect(await runMaps(['1', '--procfs', '/no/such'])).toMatchObject({ exit: 2, stdout: '' })
    const { exit, stderr } = await runMaps(['1', '--procfs', '/etc'])
    expect([exit, stderr]).toEqual([
      4,
      'mmapctl: /etc is not a procfs: sys/kernel/osrelease cannot be read there; mount the host’s /proc there, or leave --procfs out\n',
    ])
  })

  it('shows nothing of what was typed that a terminal could obey', async () => {
    for (const words of [
      ['100', '--addr', '\x1b[31m'],
      ['\x1b[31m'],
      ['100', '--kind', '\x9b'],
      ['--pgrep', '(\x07'],
      ['100', '--\x1b[2J'],
    ]) {
      const { stderr } = await runMaps([...words, '--procfs', proc.path])
      expect(stderr.slice(0, -1)).not.toMatch(/\p{Cc}/u)
    }
  })
})

describe('a question without an answer', () => {
  it.each([
    ['999', 'mmapctl: no process 999: it has ended, or never was\n'],
    ['2', 'mmapctl: process 2 (kthreadd) is a kernel thread: it has no memory mappings\n'],
    [
      '102',
      'mmapctl: process 102 (gone) is a zombie: it has exited and its memory is freed; its parent, process 100, has not waited for it yet\n',
    ],
    ['smal', 'mmapctl: no process is named "smal"; did you mean small?\n'],
    ['abc', 'mmapctl: no process is named "abc"; give a PID, or search with --pgrep\n'],
  ])('about %s ends with status 4 and says why', async (line, message) => {
    expect(await run(line)).toEqual({ stdout: '', stderr: message, exit: 4 })
  })

  it('about an ambiguous name lists whom it may mean', async () => {
    const { exit, stderr } = await run('small')
    expect(exit).toBe(4)
    expect(stderr.split('\n')).toEqual([
      'mmapctl: 2 processes fit "small":',
      '  PID  COMMAND',
      '  103  small',
      '  104  small',
      'give one of these PIDs, or --all',
      '',
    ])
  })

  it('is a document too when JSON was asked for', async () => {
    const { stdout, stderr, exit } = await run('999 --json')
    expect(JSON.parse(stdout)).toEqual({
      schema: 'mmapctl/error@1',
      error: { code: 'no-such-process', message: 'no process 999: it has ended, or never was', hint: null },
    })
    expect([stderr, exit]).toEqual(['mmapctl: no process 999: it has ended, or never was\n', 4])
  })

  it('is a document for wrong usage too', async () => {
    for (const line of ['100 --json --kind nonsense', '100 --json --csv', '100 --nonsense --json', '--json']) {
      const { stdout, exit } = await run(line)
      expect(JSON.parse(stdout)).toMatchObject({ schema: 'mmapctl/error@1', error: { code: 'usage' } })
      expect(exit).toBe(2)
    }
  })

  it('is a bug with status 1 when the kernel’s text is not understood', async () => {
    proc.add(130, { files: { smaps: 'nonsense\n' } })
    const { stderr, exit } = await run('130')
    expect(exit).toBe(1)
    expect(stderr).toMatch(/^mmapctl: a bug in mmapctl: smaps is not as the kernel prints it: smaps, line 1: [^\n]+\n$/)
  })
})

describe('a program that has been deleted', () => {
  const gone = 'its executable has been deleted or replaced'
  const name = '/srv/lab/kernel/files/not-deleted (deleted)'

  it('is told from one that is really called so', async () => {
    const path = join(proc.path, '150/root', name)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, '')
    const smaps = fixtureText('proc/names/smaps').replaceAll(' 2573423 ', ` ${statSync(path).ino} `)
    proc.add(150, { sample: 'names', exe: name, files: { smaps } }).add(151, { sample: 'names', exe: name })
    expect((await run('150')).stdout).not.toContain(gone)
    expect((await run('151')).stdout).toContain(gone)
  })
})

describe('rows', () => {
  it('are all of them, or as many as --limit says', async () => {
    const all = await rows('100 --no-coalesce')
    expect(all).toHaveLength(214)
    expect(await rows('100 --no-coalesce --limit 0')).toEqual(all)
    expect(await rows('100 --no-coalesce --limit 3')).toHaveLength(3)
  })

  it('are of the kinds, paths, permissions and sizes asked for', async () => {
    expect(await rows('100 --kind stack,heap --columns path')).toEqual(['[heap]', '[stack]'])
    expect(await rows('100 --kind stack --kind heap --columns path')).toEqual(['[heap]', '[stack]'])
    expect(await rows('100 --path libjvm.* --columns path')).toEqual([
      '/usr/lib/jvm/java-17-openjdk-amd64/lib/server/libjvm.so',
    ])
    expect(await rows('100 --path [heap] --columns path')).toEqual(['[heap]'])
    expect(await rows('101 --path /srv/**/gone* --columns path')).toHaveLength(3)
    // A name as the table shows it, and as the file was called.
    const gone = (await rows('101 --path /srv/**/gone* --columns path')).map((name) =>
      name.replace(/ \(deleted\)$/, ''),
    )
    for (const name of gone) {
      const line = ['101', '--path', `${name} (deleted)`, '--procfs', proc.path, '--columns', 'path', '--limit', '0']
      const { stdout } = await runMaps([...line, '--quiet', '--no-header', '--group-by', 'none'])
      expect(stdout).toContain(`${name} (deleted)\n`)
    }
    expect(await rows('100 --perms wx --columns perms')).toEqual(['rwxp', 'rwxp', 'rwxp'])
    expect(await rows('100 --min-rss 20MiB --columns address')).toHaveLength(1)
  })

  it('have the columns asked for, in any case, in that order', async () => {
    expect(await rows('100 --kind heap --columns path,KIND,privateDirty -b')).toEqual(['[heap]  heap  106496'])
  })

  it.each(['rss', 'RSS', 'privateDirty'])('are sorted by %s', async (column) => {
    const values = (await rows(`100 --sort ${column} --columns ${column} --bytes`)).map(Number)
    expect(values).toEqual([...values].sort((a, b) => b - a))
    expect(new Set(values).size).toBeGreaterThan(10)
  })

  it('are integers of bytes with --bytes', async () => {
    expect(await rows('100 --kind heap --columns size,rss --bytes')).toEqual(['290816  106496'])
    expect(await rows('100 --kind heap --columns size,rss')).toEqual([' 284 KiB   104 KiB'])
  })

  it('alone are shown with --quiet, and nothing on stderr', async () => {
    const { stdout, stderr } = await run('103 --quiet --group-by none')
    expect(stderr).toBe('')
    expect(stdout.split('\n')).toHaveLength(9)
    expect(stdout).toMatch(/^ +ADDRESS +SIZE /)
  })

  it('of a very long list are the largest on a terminal, all in a pipe', async () => {
    proc.add(140, { files: { maps: null, smaps: null } })
    const one = fixtureText('proc/ia32/maps').split('\n')[0]?.slice(17) ?? ''
    const maps = Array.from(
      { length: 600 },
      (_, row) => `${(0x10000000 + row * 0x2000).toString(16)}-${(0x10001000 + row * 0x2000).toString(16)}${one}\n`,
    )
    proc.write('140/maps', maps.join(''))
    proc.write('140/statm', '600 5 5 1 0 5 0\n')
    const terminal = await run('140 --basic', { columns: 80 })
    expect(terminal.stdout).toContain('the largest 50 of 600 rows; --limit 0 shows all')
    expect(
      (await run('140 --basic --no-coalesce')).stdout.split('\n').filter((line) => /^0*1\w{7} /.test(line.trim())),
    ).toHaveLength(600)
    expect((await run('140 --basic --limit 0 --no-coalesce', { columns: 80 })).stdout).not.toContain('the largest')
  })
})

describe('the terminal', () => {
  it.each([40, 60, 80, 100, 132, 200])('of %i columns is never overrun by a row', async (columns) => {
    for (const target of ['100', '101', '103']) {
      const { stdout } = await run(`${target} --quiet --group-by none --color never`, { columns })
      const widest = Math.max(...stdout.split('\n').map((line) => [...line].length))
      if (columns >= 60) expect(widest).toBeLessThanOrEqual(columns)
    }
  })

  it('gets colours, a pipe none, unless told otherwise', async () => {
    const colour = /\x1b\[/
    expect((await run('103', { columns: 80 })).stdout).toMatch(colour)
    expect((await run('103')).stdout).not.toMatch(colour)
    expect((await run('103 --color always')).stdout).toMatch(colour)
    expect((await run('103 --color never', { columns: 80 })).stdout).not.toMatch(colour)
    expect((await run('103', { columns: 80, env: { NO_COLOR: '1' } })).stdout).not.toMatch(colour)
    expect((await run('103', { columns: 80, env: { TERM: 'dumb' } })).stdout).not.toMatch(colour)
    expect((await run('103', { env: { FORCE_COLOR: '1' } })).stdout).toMatch(colour)
    expect((await run('103', { columns: 80, env: { FORCE_COLOR: '0' } })).stdout).not.toMatch(colour)
  })

  it('does not shorten paths with --wide', async () => {
    const long = '/usr/lib/jvm/java-17-openjdk-amd64/lib/server/libjvm.so'
    expect((await run('100', { columns: 80 })).stdout).not.toContain(long)
    expect((await run('100 --wide', { columns: 80 })).stdout).toContain(long)
  })
})

describe('JSON', () => {
  it('is one document on one process', async () => {
    const { stdout, exit } = await run('100 --json')
    const report = JSON.parse(stdout)
    expect(report).toMatchObject({
      schema: 'mmapctl/maps@1',
      target: { pid: 100, comm: 'java' },
      depth: 'smaps',
      partial: false,
    })
    expect([report.mappings.length, exit]).toEqual([214, 0])
  })

  it('is a set on several, whatever matched', async () => {
    using small = new FakeProc()
    small.add(100).add(103, { cgroup: '/x' })
    for (const line of ['100 103', '103 --children', '103 --all', '--cgroup /', '--cgroup /x']) {
      const { stdout } = await runMaps([...line.split(' '), '--json', '--procfs', small.path])
      expect(JSON.parse(stdout).schema).toBe('mmapctl/maps-set@1')
    }
  })

  it('of several has those that can be read; the rest is on stderr, with status 4', async () => {
    const { stdout, stderr, exit } = await run('100 102 999 103 --json')
    expect(JSON.parse(stdout).reports.map((report: { target: { pid: number } }) => report.target.pid)).toEqual([
      100, 103,
    ])
    expect(stderr.split('\n')).toHaveLength(3)
    expect(exit).toBe(4)
  })

  it('by lines is an object a mapping, each with its process', async () => {
    const { stdout } = await run('100 103 --ndjson')
    const objects = stdout
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line))
    expect(objects.filter(({ pid }) => pid === 100)).toHaveLength(214)
    expect(objects.filter(({ pid }) => pid === 103)).toHaveLength(7)
  })

  it('is refused columns by no one, and keeps every field whatever is shown', async () => {
    const { stdout } = await run('103 --json --kind heap')
    expect(Object.keys(JSON.parse(stdout).mappings[0])).toEqual(
      expect.arrayContaining(['rss', 'protectionKey', 'thpEligible', 'uss', 'vmFlags']),
    )
  })
})

describe('CSV', () => {
  it('has one header for all processes, and none with --no-header', async () => {
    const { stdout } = await run('100 103 --csv')
    const lines = stdout.split('\n').slice(0, -1)
    expect(lines).toHaveLength(1 + 214 + 7)
    expect(lines.filter((line) => line.startsWith('pid,'))).toHaveLength(1)
    expect((await run('103 --csv --no-header')).stdout.split('\n')).toHaveLength(8)
  })

  it('has no column twice', async () => {
    const header = (await run('103 --csv')).stdout.split('\n')[0]?.split(',') ?? []
    expect(header.filter((name, at) => header.indexOf(name) !== at)).toEqual([])
  })

  it('has the columns asked for behind the PID', async () => {
    expect((await run('103 --csv --kind heap --columns size,path')).stdout).toBe('pid,size,path\n103,12288,[heap]\n')
  })
})

describe('--addr', () => {
  it('shows the mapping and its neighbours', async () => {
    const { stdout } = await run('101 --addr 0x7f60ea650123 --quiet --columns address,path')
    expect(stdout.split('\n')[0]).toMatch(/^0x7f60ea650\w{3} is in \/usr\/lib\/x86_64-linux-gnu\/libc\.so\.6/)
    expect(stdout).toContain('adjacent, no gap')
  })
})

describe('--addr with --json', () => {
  it('has the mapping, its neighbours and the gaps', async () => {
    const located = async (address: string): Promise<unknown> =>
      JSON.parse((await run(`101 --addr ${address} --json`)).stdout).located
    expect(await located('0x7f60ea650000')).toEqual({
      address: '0x7f60ea650000',
      mapping: '0x7f60ea650000',
      below: '0x7f60ea62a000',
      above: '0x7f60ea7a6000',
    })
    expect(await located('0x7f60ea80c000')).toMatchObject({ mapping: null, below: '0x7f60ea7ff000' })
    expect(await located('1000')).toMatchObject({ mapping: null, below: null, above: '0x55cdd212f000' })
  })
})

describe('--max-stall', () => {
  it('below what smaps is expected to cost reads maps, and says how to get more', async () => {
    const { stdout, exit } = await run('100 --max-stall 0ms')
    expect(stdout).toMatch(
      /smaps was not read: it would block [^\n]+ \(more than --max-stall 0\.0 ms\); --max-stall \d+ms/,
    )
    expect(stdout).toContain('PSS –')
    expect(exit).toBe(0)
    expect((await run('100')).stdout).not.toContain('maps and status only')
  })
})

describe('--children', () => {
  it('shows a process and those below it', async () => {
    const { stdout, stderr } = await run('100 --children --json')
    expect(JSON.parse(stdout).reports).toHaveLength(2)
    // Process 102 is a zombie, which nobody asked for by its PID.
    expect(stderr).toBe('')
  })
})
