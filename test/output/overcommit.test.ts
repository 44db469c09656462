import { afterAll, describe, expect, it } from 'vitest'
import Overcommit from '../../src/commands/overcommit.ts'
import { parseStat } from '../../src/parsers/stat.ts'
import { FakeHost } from '../helpers/fake-host.ts'
import { fixtureBytes, fixtureText } from '../helpers/fixtures.ts'
import { type Outcome, runCommand, type World } from '../helpers/run-command.ts'

/** A host with four captured processes, one of which may not be read, in a cgroup that has killed. */
const host = new FakeHost()
  .cgroup('v2', 'shop')
  .sys('kernel/mm/hugepages/hugepages-2048kB/nr_hugepages', '0\n')
  .sys('kernel/mm/hugepages/hugepages-2048kB/free_hugepages', '0\n')
afterAll(() => host[Symbol.dispose]())
const PIDS = Object.fromEntries(
  ['java', 'node20', 'kinds', 'swap-forked'].map((sample) => {
    const { pid } = parseStat(fixtureBytes(`proc/${sample}/stat`))
    host.proc.add(pid, { sample, cgroup: sample === 'java' ? '/shop' : '/' })
    return [sample, pid]
  }),
)
const MEMINFO = fixtureText('system/meminfo').replace(/^Committed_AS:.*$/m, 'Committed_AS:    1600000 kB')
host.proc.write('meminfo', MEMINFO)

const steady = (text: string): string =>
  text
    .replaceAll(/\d[\d.,]* ms/g, '# ms')
    .replaceAll(/("(?:durationMs|longestReadMs|at)": )[\d.e+-]+/g, '$10')
    .replaceAll(/"(?:ageSeconds)": [\d.]+/g, '"ageSeconds": 1')
    .replaceAll(host.proc.path, '/proc')
    .replaceAll(host.sysfs, '/sys')

/** Where the lines of costs break depends on how long reading took. */
const unbroken = (text: string): string => text.replaceAll(/^read .*(?:\n.+)*/gm, (cost) => cost.replaceAll('\n', ' '))

async function run(argv: readonly string[], columns: number | null = null): Promise<Outcome> {
  const world: World = columns === null ? {} : { columns, env: { NO_COLOR: '1' } }
  const outcome = await runCommand(Overcommit, [...argv, ...host.flags], world)
  return { ...outcome, stdout: steady(outcome.stdout), stderr: steady(outcome.stderr) }
}

const widest = (text: string): number => Math.max(...text.split('\n').map((line) => line.length))

const golden = (name: string): string => `../golden/overcommit-${name}.txt`

describe('what people see of the host', () => {
  it.each([
    ['host-pipe', [], null],
    ['host-80', [], 80],
    ['host-60', ['--limit', '4'], 60],
    ['host-bytes', ['--bytes', '--limit', '3'], null],
    ['host-what-if-2', ['--what-if', '2', '--limit', '1'], 100],
    ['host-basic', ['--basic', '--limit', '4'], 100],
    ['host-columns', ['--quiet', '--columns', 'pid,latent,cow,oomscore,name', '--sort', 'latent'], null],
  ] as const)('%s', async (name, argv, columns) => {
    const { stdout, exit } = await run(argv, columns)
    expect(exit).toBe(0)
    expect(stdout.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u)
    expect(widest(stdout)).toBeLessThanOrEqual(columns ?? Number.POSITIVE_INFINITY)
    await expect(unbroken(stdout)).toMatchFileSnapshot(golden(name))
  })
})

describe('what people see of a process', () => {
  it.each([
    ['java-pipe', ['java'], null],
    ['java-80', ['java'], 80],
    ['java-60', ['java', '--limit', '3'], 60],
    ['java-what-if-2', ['java', '--what-if', '2', '--limit', '1'], 100],
    ['kinds-100', ['kinds', '--sort', 'noreserve'], 100],
    ['swap-forked-100', ['swap-forked', '--limit', '3'], 100],
  ] as const)('%s', async (name, [sample, ...argv], columns) => {
    const { stdout, stderr, exit } = await run([String(PIDS[sample]), ...argv], columns)
    expect({ stderr, exit }).toEqual({ stderr: '', exit: 0 })
    expect(stdout.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u)
    expect(widest(stdout)).toBeLessThanOrEqual(columns ?? Number.POSITIVE_INFINITY)
    await expect(unbroken(stdout)).toMatchFileSnapshot(golden(name))
  })
})

describe('what programs get', () => {
  it('of the host as CSV', async () => {
    await expect((await run(['--csv'])).stdout).toMatchFileSnapshot(golden('host.csv'))
  })

  it('of processes as CSV, each row with its process', async () => {
    const { stdout } = await run([String(PIDS['swap-forked']), String(PIDS['kinds']), '--csv', '--limit', '2'])
    await expect(stdout).toMatchFileSnapshot(golden('processes.csv'))
  })

  it('of the host as JSON', async () => {
    const { stdout } = await run(['--json', '--what-if', '0', '--limit', '5'])
    await expect(stdout).toMatchFileSnapshot(golden('host.json'))
  })

  it('of a process as JSON', async () => {
    const { stdout } = await run([String(PIDS['kinds']), '--json', '--limit', '2'])
    await expect(stdout).toMatchFileSnapshot(golden('process.json'))
  })
})

describe('a name from the target', () => {
  it('can neither move the cursor nor break a row', async () => {
    using evil = new FakeHost()
    const comm = 'a\u001b[2J\nb'
    evil.proc.add(77, { sample: 'ia32', comm, cmdline: [comm, '\u0007'], cgroup: '/x\u001by' })
    for (const argv of [[], ['77'], ['--csv'], ['77', '--csv']]) {
      const { stdout, stderr } = await runCommand(Overcommit, [...argv, ...evil.flags])
      expect(stdout.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u)
      expect(stderr).toBe('')
      expect(stdout).toContain(argv[0] === '77' && argv.length > 1 ? '77,' : 'a\\x1b[2J\\x0ab')
    }
    const { stdout } = await runCommand(Overcommit, ['77', '--json', ...evil.flags])
    expect(JSON.parse(stdout).processes[0].comm).toBe(comm)
  })
})
