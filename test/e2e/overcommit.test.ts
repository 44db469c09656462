import { chmodSync, cpSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv2020, type AnySchema } from 'ajv/dist/2020.js'
import { describe, expect, test } from 'vitest'
import { LIMIT_RULES } from '../../src/analysis/overcommit/outlook.ts'
import { GRADES, RISK_RULES } from '../../src/analysis/overcommit/risk-rules.ts'
import { KIND_NAMES } from '../../src/model/kinds.ts'
import { FakeHost } from '../helpers/fake-host.ts'
import { readSchema } from '../helpers/schema.ts'
import { has, lines, mmapctl, NOBODYS_PID, NODE, ROOT, run, shell, sleeper, temporary } from './mmapctl.ts'

const schema = readSchema('overcommit')
const validate = new Ajv2020({ strict: true, allowUnionTypes: true, allErrors: true }).compile(schema as AnySchema)

/** What is wrong with a document, in a few lines. */
function wrong(text: string): string[] {
  if (validate(JSON.parse(text)) === true) return []
  return (validate.errors ?? []).slice(0, 5).map((error) => `${error.instancePath} ${error.message}`)
}

describe('JSON is as its schema says', () => {
  test.each([
    ['of the host', []],
    ['without smaps', ['--basic']],
    ['with a second look', ['--interval', '50ms']],
    ...['0', '1', '2'].map((mode) => [`in mode ${mode}`, ['--what-if', mode]] as const),
  ] as const)('%s', async (_, flags) => {
    const { stdout, status, stderr } = await mmapctl(['overcommit', '--json', ...flags])
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect(wrong(stdout)).toEqual([])
  })

  test('of processes, one of which is not there', async () => {
    using target = sleeper()
    const pids = [String(target.pid), String(NOBODYS_PID)]
    const { stdout, status } = await mmapctl(['overcommit', ...pids, '--json', '--interval', '50ms', '--what-if', '2'])
    expect(status).toBe(4)
    expect(wrong(stdout)).toEqual([])
    const { processes, failures, ownership } = JSON.parse(stdout)
    expect(processes).toMatchObject([{ pid: target.pid, comm: 'sleep', basis: 'smaps' }])
    expect(failures).toMatchObject([{ code: 'no-such-process' }])
    expect(ownership).toBeNull()
  })

  test('of a host without most of its files, with the reasons', async () => {
    using host = new FakeHost()
    for (const file of [
      'pressure/memory',
      'vmstat',
      'sysvipc/shm',
      'sys/vm/overcommit_memory',
      'sys/vm/max_map_count',
    ]) {
      host.proc.write(file, null)
    }
    host.proc.add(100, { cgroup: '/../outside', files: { limits: null, oom_score: null } })
    for (const targets of [[], ['100']]) {
      const { stdout, status } = await mmapctl(['overcommit', ...targets, '--json', ...host.flags])
      expect(status).toBe(0)
      expect(wrong(stdout)).toEqual([])
      const { overcommit, unavailable, processes } = JSON.parse(stdout)
      expect(overcommit).toMatchObject({ mode: null, pressure: null, oomKills: null, commitLimitEnforced: null })
      expect(Object.keys(unavailable)).toEqual(expect.arrayContaining(['mode', 'pressure', 'oomKills']))
      if (targets.length > 0) {
        expect(processes[0].unavailable.cgroups).toBe('its cgroup lies outside of what is mounted here')
        expect(processes[0].unknownLimits.map((each: { id: string }) => each.id)).toEqual(
          expect.arrayContaining(['rlimit-as', 'max-map-count']),
        )
      }
    }
  })

  test('the schema is strict, and has the words of the code', async () => {
    const { stdout } = await mmapctl(['overcommit', '--json'])
    expect(wrong(JSON.stringify({ ...JSON.parse(stdout), more: 1 }))).not.toEqual([])
    const factor = schema.$defs?.['risk']?.properties?.['factors']?.items?.properties
    expect(factor?.['rule']?.enum).toEqual(Object.keys(RISK_RULES))
    expect(factor?.['grade']?.enum).toEqual(GRADES)
    const ids = schema.$defs?.['limits']?.items?.properties?.['id']?.enum
    expect([...(ids ?? [])].sort()).toEqual(Object.keys(LIMIT_RULES).sort())
    const promise = schema.properties?.['processes']?.items?.properties?.['promises']?.items?.properties
    expect(promise?.['kind']?.enum).toEqual(KIND_NAMES)
  })
})

describe('the command', () => {
  test('takes names, sorts, and ends well when nobody reads on', async () => {
    using target = sleeper()
    const named = await mmapctl(['overcommit', 'sleep', '--all', '--sort', 'latent', '--columns', 'latent,path'])
    expect(named.status).toBe(0)
    expect(named.stdout).toContain(`PID ${target.pid} · sleep`)
    const { stdout, stderr } = await shell('set -o pipefail; mmapctl overcommit --limit 0 | head -1; echo $?')
    expect(stdout).toMatch(/^risk .*\n0\n$/)
    expect(stderr).toBe('')
  })

  test('writes no colours into a pipe, nor where NO_COLOR is set', async () => {
    expect((await mmapctl(['overcommit'])).stdout).not.toContain('\u001b')
    expect((await mmapctl(['overcommit'], { env: { FORCE_COLOR: '1' } })).stdout).toContain('\u001b')
    const both = { env: { FORCE_COLOR: '1', NO_COLOR: '1' } }
    expect((await mmapctl(['overcommit'], both)).stdout).not.toContain('\u001b')
  })

  test.each([
    [['--sort', 'charg'], 'did you mean charge'],
    [['--columns', 'rss'], 'columns are pid, kind, charge'],
    [['1', '--columns', 'share'], 'columns are address, size'],
    [['--json', '--columns', 'pid'], '--columns does not go with --json'],
    [['--csv', '--what-if', '2'], '--what-if does not go with --csv'],
    [['--what-if', '3'], 'Expected --what-if=3 to be one of: 0, 1, 2'],
    [['--interval', '1ms'], 'at least 10ms'],
    [['--reverse'], '--reverse needs --sort'],
    [['--children'], '--children needs a TARGET'],
  ])('%j is refused: %s', async (flags, message) => {
    const { status, stderr, stdout } = await mmapctl(['overcommit', ...flags])
    expect(status).toBe(2)
    expect(stderr).toContain(message)
    expect(lines(stderr)).toHaveLength(1)
    if (!flags.includes('--json')) expect(stdout).toBe('')
  })
})

describe('to an ordinary user', () => {
  test('other people’s processes are estimates, and a TARGET among them ends with status 4', async (context) => {
    if (process.geteuid?.() !== 0) return context.skip('needs root')
    if (!has('setpriv')) return context.skip('needs setpriv of util-linux')
    using copy = temporary()
    for (const part of ['package.json', 'oclif.manifest.json', 'bin', 'dist']) {
      cpSync(join(ROOT, part), join(copy.path, part), { recursive: true })
    }
    for (const entry of ['', ...copy.entries()]) {
      const path = join(copy.path, entry)
      chmodSync(path, statSync(path).isDirectory() ? 0o755 : 0o644)
    }
    const nobody = ['--reuid=65534', '--regid=65534', '--clear-groups', '--', NODE, join(copy.path, 'bin/run.cjs')]
    const asNobody = (...args: string[]) => run('setpriv', [...nobody, 'overcommit', ...args], { cwd: '/' })
    using target = sleeper()

    const host = await asNobody('--json')
    expect({ status: host.status, wrong: wrong(host.stdout) }).toEqual({ status: 0, wrong: [] })
    const { counts, owners } = JSON.parse(host.stdout).ownership
    expect(counts.status).toBeGreaterThan(0)
    expect(owners.find((each: { pid: number }) => each.pid === target.pid)).toMatchObject({ basis: 'status' })

    const text = await asNobody(String(target.pid))
    expect(text.status).toBe(4)
    expect(lines(text.stderr)).toHaveLength(1)
    expect(text.stdout).toMatch(/^promised +about .* VmData \+ VmStk of status/m)
    expect(text.stdout).toMatch(/^RAM \+ swap /m)
    expect(text.stdout).toContain('not known: vm.max_map_count')
    const json = await asNobody(String(target.pid), '--json')
    expect(wrong(json.stdout)).toEqual([])
    expect(JSON.parse(json.stdout).processes[0].unavailable.noReserve).toBe('needs ptrace access to the process')
  })
})
