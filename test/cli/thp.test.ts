import { describe, expect, it } from 'vitest'
import Thp from '../../src/commands/thp.ts'
import { THP_REASONS } from '../../src/model/thp-reasons.ts'
import { MAPPING_FIELDS } from '../../src/output/thp-mapping-fields.ts'
import { PROCESS_FIELDS } from '../../src/output/thp-process-fields.ts'
import { FakeProc } from '../helpers/fake-proc.ts'
import { FakeSys } from '../helpers/fake-sys.ts'
import { fixtureText } from '../helpers/fixtures.ts'
import { runCommand, type World } from '../helpers/run-command.ts'

const HOST = ['--procfs', 'test/fixtures/hosts/huge/proc', '--sysfs', 'test/fixtures/hosts/huge/sys', '--interval', '0']

const run = (argv: readonly string[], world: World = {}) => runCommand(Thp, argv, world)

/** A terminal without colours. */
function terminal(columns: number): World {
  return { columns, env: { NO_COLOR: '1' } }
}

/** What two readings of one thing may differ in. */
function stable(text: string): string {
  // Where the line of costs breaks depends on them.
  const whole = text.replace(/^read .*(?:\n {2}.*)*/gm, (cost) => cost.replace(/\n {2}/g, ' '))
  return whole.replace(/\d[\d.]* m?s\b/g, '# ms').replace(/"(at|durationMs|longestReadMs)": [\d.e-]+/g, '"$1": 0')
}

describe('what people see', () => {
  it.each([
    ['host-60', [], 60],
    ['host-80', [], 80],
    ['host-pipe', [], undefined],
    ['process-60', ['thp'], 60],
    ['process-80', ['thp'], 80],
    ['process-120', ['thp'], 120],
    ['process-pipe', ['thp'], undefined],
    ['process-hugetlb', ['htlb'], 100],
    ['process-java', ['java', '--limit', '5'], 100],
    ['process-columns', ['thp', '--columns', 'why,path', '--limit', '3'], 100],
    [
      'process-sorted',
      ['thp', '--sort', 'huge', '--limit', '4', '--columns', 'address,huge,reason,eligible,flags'],
      100,
    ],
    ['process-bytes', ['thp', '--bytes', '--limit', '3'], 120],
    ['process-quiet', ['thp', '--quiet', '--no-header', '--limit', '3'], 120],
  ])('%s', async (name, argv, columns) => {
    const { stdout, stderr, exit } = await run([...argv, ...HOST], columns === undefined ? {} : terminal(columns))
    expect({ stderr, exit }).toEqual({ stderr: '', exit: 0 })
    if (columns !== undefined) {
      // The head of a process is that of every command.
      const long = stdout.split('\n').filter((line) => [...line].length > columns && !line.startsWith('PID '))
      expect(long).toEqual([])
    }
    await expect(stable(stdout)).toMatchFileSnapshot(`../golden/thp-${name}.txt`)
  })

  it('colours nothing that goes into a pipe, or with NO_COLOR', async () => {
    const esc = String.fromCharCode(27)
    expect((await run(['thp', ...HOST])).stdout).not.toContain(esc)
    expect((await run(['thp', ...HOST], { columns: 80, env: { NO_COLOR: '1' } })).stdout).not.toContain(esc)
    expect((await run(['thp', ...HOST], { columns: 80, env: { TERM: 'xterm' } })).stdout).toContain(esc)
  })

  it('is a process whose smaps would cost too much, by what else is known', async () => {
    const { stdout, exit } = await run(['java', ...HOST, '--max-stall', '0'], { columns: 100 })
    expect(exit).toBe(0)
    expect(stdout).toContain('huge – of 142 MiB RSS')
    expect(stdout).toContain('smaps was not read: it would')
  })

  it('is what a kernel as old as 4.4 tells', async () => {
    const smaps = fixtureText('proc/thp/smaps').replace(/^THPeligible:.*\n/gm, '')
    using sys = new FakeSys()
    const old = ['enabled:always madvise [never]', 'defrag:[always] madvise never', 'khugepaged/max_ptes_none:511']
    sys.addListing(old.map((line) => `/sys/kernel/mm/transparent_hugepage/${line}`).join('\n'))
    using proc = new FakeProc().add(11, { sample: 'thp', files: { smaps, smaps_rollup: null } })
    proc.write('sys/kernel/osrelease', '4.4.155-94.50\n')
    proc.write('meminfo', fixtureText('synthetic/meminfo-linux-4.4.txt'))
    const host = ['--procfs', proc.path, '--sysfs', sys.path, '--interval', '0']
    const all = await run(host, terminal(100))
    expect(all).toMatchObject({ exit: 0, stderr: '' })
    await expect(stable(all.stdout)).toMatchFileSnapshot('../golden/thp-host-4.4.txt')
    const one = await run(['11', ...host], terminal(100))
    expect(one.stdout).toMatch(/^mode never +\d/m)
  })

  it('is that there are none, on a kernel without huge pages', async () => {
    using sys = new FakeSys()
    using proc = new FakeProc().add(11, { sample: 'thp' })
    const host = ['--procfs', proc.path, '--sysfs', sys.path, '--interval', '0']
    const { stdout, exit } = await run(host)
    expect(exit).toBe(0)
    expect(stdout).toContain('no transparent huge pages: the kernel lacks them')
    expect((await run(['11', ...host])).stdout).toContain('this kernel has no transparent huge pages')
  })

  it('is a name as hostile as it may be, harmless', async () => {
    using proc = new FakeProc().add(11, { sample: 'names', comm: 'a\x1b[31m\xff' })
    using sys = new FakeSys().addListing(fixtureText('system/sys-thp.txt'))
    const host = ['--procfs', proc.path, '--sysfs', sys.path, '--interval', '0']
    for (const argv of [['11', '--sort', 'size', '--limit', '0'], [], ['11', '--csv'], ['--csv']]) {
      const { stdout } = await run([...argv, ...host], { columns: 200, env: { NO_COLOR: '1' } })
      expect(stdout.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u)
    }
    const { processes } = JSON.parse((await run(['11', ...host, '--json'])).stdout)
    expect(processes[0]).toMatchObject({ comm: 'a\\x1b[31m\\xff', commHex: '611b5b33316dff' })
  })
})

describe('what programs get', () => {
  it.each([
    ['host.json', ['--json']],
    ['process.json', ['thp', '--json', '--limit', '3']],
    ['host.csv', ['--csv']],
    ['process.csv', ['thp', '--csv', '--limit', '5']],
  ])('%s', async (name, argv) => {
    const { stdout, exit } = await run([...argv, ...HOST])
    expect(exit).toBe(0)
    await expect(stable(stdout)).toMatchFileSnapshot(`../golden/thp-${name}.txt`)
  })

  it('every mapping, unless a limit was asked for', async () => {
    const { processes } = JSON.parse((await run(['thp', '--json', ...HOST])).stdout)
    expect(processes[0].mappings).toHaveLength(46)
    expect(processes[0].matched).toBe(46)
  })

  it('null for what is unknown, and why', async () => {
    const { processes } = JSON.parse((await run(['java', '--json', ...HOST, '--max-stall', '0'])).stdout)
    expect(processes[0].totals).toMatchObject({ huge: null, gain: null, sharePercent: null })
    expect(processes[0].unavailable).toMatchObject({
      totals: expect.stringContaining('--max-stall'),
      folios: expect.stringContaining('--folios'),
      zeros: expect.stringContaining('--zeros'),
    })
  })

  it('those mappings alone that were asked for', async () => {
    const { processes } = JSON.parse((await run(['thp', '--json', '--kind', 'anonymous-shared', ...HOST])).stdout)
    expect(processes[0].mappings.map(({ kind }: { kind: string }) => kind)).toEqual(['anonymous-shared'])
  })

  it('several processes in one document, without those that are not there', async () => {
    const { stdout, stderr, exit } = await run(['thp', '99', 'java', '--json', ...HOST])
    const { processes, failures } = JSON.parse(stdout)
    expect(processes.map(({ pid }: { pid: number }) => pid)).toEqual([15412, 15044])
    expect(failures).toEqual([{ code: 'no-such-process', message: expect.any(String) }])
    expect({ exit, stderr }).toEqual({ exit: 4, stderr: 'mmapctl: no process 99: it has ended, or never was\n' })
  })
})

describe('what is refused', () => {
  it.each([
    [['--folios'], '--folios needs a TARGET'],
    [['--zeros'], '--zeros needs a TARGET'],
    [['--kind', 'heap'], 'a filter of mappings needs a TARGET'],
    [['--children'], '--children needs a TARGET'],
    [['--columns', 'pid,hue'], 'did you mean huge'],
    [['thp', '--sort', 'missed'], '--sort does not take "missed"'],
    [['thp', '--columns', 'rss', '--json'], '--columns does not go with --json'],
    [['thp', '--reverse'], '--reverse needs --sort'],
    [['thp', '--counters'], '--counters needs an --interval'],
    [['thp', '--json', '--csv'], '--csv'],
  ])('%j', async (argv, message) => {
    const { stderr, exit } = await run([...argv, ...HOST])
    expect(exit).toBe(2)
    expect(stderr).toContain(message)
  })

  it('is to filter by what could not be read', async () => {
    const { stderr, exit } = await run(['java', '--min-rss', '1MiB', '--max-stall', '0', ...HOST])
    expect(exit).toBe(4)
    expect(stderr).toContain('--min-rss cannot be answered')
  })

  it('is a look that was asked for and cannot be had, beside all else', async () => {
    const { stdout, stderr, exit } = await run(['thp', '--folios', '--zeros', ...HOST])
    expect({ exit, stderr }).toEqual({ exit: 4, stderr: '' })
    expect(stdout).toContain('large folios are unknown')
    expect(stdout).toContain('WHY SMALL')
    const json = await run(['thp', '--folios', '--json', ...HOST])
    expect(json.exit).toBe(4)
    expect(json.stderr).toContain('pagemap')
  })
})

it('every reason and column has a name of its own', () => {
  for (const names of [
    THP_REASONS.map(([name]) => name),
    MAPPING_FIELDS.map(({ name }) => name),
    PROCESS_FIELDS.map(({ name }) => name),
  ]) {
    expect(new Set(names).size).toBe(names.length)
  }
})
