import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import Dirty from '../../src/commands/dirty.ts'
import { FakeProc } from '../helpers/fake-proc.ts'
import { type Outcome, runCommand, type World } from '../helpers/run-command.ts'
import { WRITEBACK_HOST } from '../helpers/writeback-host.ts'

const { procfs, sysfs, store, peer } = WRITEBACK_HOST

function run(line: string, world: World = {}): Promise<Outcome> {
  const words = line.split(' ').filter((word) => word !== '')
  return runCommand(Dirty, [...words, '--procfs', procfs, '--sysfs', sysfs], world)
}

/** The words of a line of text. */
function rowsOf({ stdout }: Outcome): string[][] {
  return stdout
    .split('\n')
    .slice(0, -1)
    .map((line) => line.trim().split(/ {2,}/))
}

describe('which table', () => {
  it('is of files with a TARGET, and of processes without', async () => {
    expect(rowsOf(await run(`${store} --quiet`))[0]).toEqual(['ATRISK', 'MAPPED', 'MAPPINGS', 'DURABILITY', 'PATH'])
    expect(rowsOf(await run('--quiet'))[0]?.slice(0, 3)).toEqual(['PID', 'USER', 'ATRISK'])
    expect(rowsOf(await run(`${store} --quiet --by process`))[0]?.[0]).toBe('PID')
    expect(rowsOf(await run('--quiet --by file'))[0]?.at(-1)).toBe('PATH')
  })

  it('has the columns, the order and the rows that were asked for', async () => {
    const sorted = await run(`${store} --quiet --no-header --columns path,mapped --sort mapped --limit 2 --bytes`)
    expect(rowsOf(sorted).map(([, mapped]) => Number(mapped))).toEqual([2048 * 4096, 768 * 4096])
    const reversed = await run(`${store} --quiet --no-header -o mapped -s mapped -r -n 1 -b`)
    expect(rowsOf(reversed)).toEqual([[String(5 * 4096)]])
  })

  it('says which process a mapping is of when there are several', async () => {
    expect(rowsOf(await run(`${store} ${peer} --by mapping --quiet`))[0]?.[0]).toBe('PID')
    expect(rowsOf(await run(`${store} --by mapping --quiet`))[0]?.[0]).toBe('ADDRESS')
  })

  it('guesses at a mistyped column', async () => {
    const { exit, stderr } = await run(`${store} --columns mapped,durabilty`)
    expect([exit, stderr]).toEqual([2, expect.stringContaining('did you mean durability?')])
  })
})

describe('a terminal', () => {
  it('gets colours, unless NO_COLOR says otherwise', async () => {
    const env = { TERM: 'xterm' }
    expect((await run(String(store), { columns: 80, env })).stdout).toContain('\x1b[')
    const plain = (await run(String(store), { columns: 80, env: { ...env, NO_COLOR: '1' } })).stdout
    expect(plain).not.toContain('\x1b[')
  })

  it('gets twenty rows, and a pipe all', async () => {
    const cut = await run(`${store} ${peer} --by mapping --color never`, { columns: 100 })
    expect(cut.stdout).toMatch(/^20 of \d+ rows; --limit 0 shows all$/m)
    expect((await run(`${store} ${peer} --by mapping`)).stdout).not.toContain('--limit')
    expect((await run(`${store} ${peer} --by mapping --limit 0`, { columns: 100 })).stdout).not.toContain('--limit')
  })
})

describe('what may be read', () => {
  it('is kept to by --max-stall: mappings are not walked then, and the report says so', async () => {
    const { stdout, exit } = await run(`${store} --max-stall 0`)
    expect(exit).toBe(0)
    expect(stdout).toContain('– is unknown: smaps was not read: it would stall the process longer than --max-stall')
    expect(stdout).toContain('anonymous –')
  })

  it('is said of open files when they were not asked for', async () => {
    const { stdout } = await run(`${store} --json --no-open-files`)
    expect(JSON.parse(stdout).openFiles).toEqual({ looked: false, reason: '--no-open-files' })
  })
})

describe('a process that cannot be read', () => {
  let proc: FakeProc
  beforeEach(() => {
    proc = new FakeProc()
    for (const file of ['meminfo', 'vmstat']) proc.write(file, null)
    proc.add(100, { comm: 'a', files: { smaps: null, maps: null } }).add(101, { comm: 'b' })
  })
  afterEach(() => proc[Symbol.dispose]())

  it('ends the report with status 4, or stands among the failures of several', async () => {
    const alone = await runCommand(Dirty, ['102', '--procfs', proc.path])
    expect([alone.exit, alone.stdout]).toEqual([4, ''])
    const several = await runCommand(Dirty, ['101', '102', '--json', '--procfs', proc.path])
    expect(several.exit).toBe(4)
    const { processes, failures } = JSON.parse(several.stdout)
    expect([processes.length, failures]).toEqual([1, [expect.objectContaining({ code: 'no-such-process' })]])
  })

  it('leaves a host without its counters unknown, and never 0', async () => {
    const { stdout } = await runCommand(Dirty, ['101', '--json', '--procfs', proc.path])
    const { writeback } = JSON.parse(stdout)
    expect(writeback).toMatchObject({
      dirty: null,
      writeback: null,
      phase: 'unknown',
      thresholds: null,
      computed: null,
    })
    expect(Object.keys(writeback.unavailable)).toEqual(['dirty', 'thresholds', 'computed'])
    const text = await runCommand(Dirty, ['--procfs', proc.path])
    expect(text.stdout).toContain('dirty – + being written –')
  })
})

describe('a watch', () => {
  it('has as many lines as were asked for, titles once in a pipe', async () => {
    const { stdout, exit } = await run('--interval 100ms --count 3')
    expect([exit, rowsOf({ stdout, stderr: '', exit }).length]).toEqual([0, 4])
    expect(stdout).toMatch(/not growing/)
  })

  it('says once that looking at a process takes its time', async () => {
    const { stderr, stdout } = await run(`${store} --interval 100ms --count 2`)
    expect(stderr).toMatch(/^looking takes [\d.]+ ms, so lines come at least [\d.]+ m?s apart\n$/)
    expect(stdout).toContain('TARGET')
    expect((await run(`${store} --interval 100ms --count 2 --quiet`)).stderr).toBe('')
  })

  it('ends with Ctrl-C as with its count', async () => {
    const watch = run('--watch --interval 60s')
    await vi.waitFor(() => expect(process.listenerCount('SIGINT')).toBeGreaterThan(0))
    process.emit('SIGINT')
    expect((await watch).exit).toBe(0)
  })
})
