import { chmodSync, cpSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv2020, type AnySchema } from 'ajv/dist/2020.js'
import { describe, expect, test } from 'vitest'
import { KIND_NAMES } from '../../src/model/kinds.ts'
import { THP_REASONS } from '../../src/model/thp-reasons.ts'
import { readSchema } from '../helpers/schema.ts'
import { has, lines, mmapctl, NOBODYS_PID, NODE, ROOT, run, sleeper, temporary } from './mmapctl.ts'

const HOST = ['--procfs', 'test/fixtures/hosts/huge/proc', '--sysfs', 'test/fixtures/hosts/huge/sys']
const schema = readSchema('thp')
const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, allErrors: true })
const validate = ajv.compile(schema as AnySchema)

/** What is wrong with a document, in a few lines. */
function wrong(document: unknown): string[] {
  if (validate(document) === true) return []
  return (validate.errors ?? []).slice(0, 8).map((error) => `${error.instancePath} ${error.message}`)
}

async function document(args: readonly string[], status = 0): Promise<Record<string, unknown>> {
  const { stdout, stderr, status: real } = await mmapctl(['thp', ...args, '--json'])
  expect(real, stderr).toBe(status)
  return JSON.parse(stdout) as Record<string, unknown>
}

describe('reports are as their schema says', () => {
  test.each([
    ['this machine', []],
    ['this machine without rates', ['--interval', '0']],
    ['a live process', [String(process.pid)]],
    ['a process in every depth that is allowed', [String(process.pid), '--zeros']],
    ['a process whose smaps is not read', [String(process.pid), '--max-stall', '0']],
    ['a captured machine', HOST],
    ['a captured process', ['thp', ...HOST]],
    ['one with hugetlb memory', ['htlb', ...HOST]],
    ['a few of its mappings', ['thp', '--kind', 'anonymous', '--limit', '3', ...HOST]],
    ['several', ['thp', 'java', ...HOST]],
  ])('%s', async (_name, args) => {
    expect(wrong(await document(args))).toEqual([])
  })

  test('several processes, one of which is not there', async () => {
    using other = sleeper()
    const report = await document([String(process.pid), String(NOBODYS_PID), String(other.pid)], 4)
    expect(wrong(report)).toEqual([])
    expect(report['processes']).toHaveLength(2)
    expect(report['failures']).toHaveLength(1)
  })

  test('and nothing else: another key, a missing one and a wrong unit are faults', async () => {
    const report = await document(['thp', ...HOST])
    expect(wrong({ ...report, extra: 1 })).toEqual([' must NOT have additional properties'])
    const { system, ...rest } = report
    expect(wrong(rest)).toEqual([" must have required property 'system'"])
    expect(wrong({ ...report, hugePageSize: '2 MiB' })).toEqual(['/hugePageSize must be integer'])
    expect(wrong({ ...report, system: { ...(system as object), findings: [{ code: 'pool-idle' }] } })).not.toEqual([])
  })

  test('with the reasons and kinds of the code', () => {
    expect(schema.$defs?.['reason']?.enum).toEqual(THP_REASONS.map(([reason]) => reason))
    const mapping = schema.$defs?.['asked']?.properties?.['mappings']?.items
    expect(mapping?.properties?.['kind']?.enum).toEqual(KIND_NAMES)
  })
})

describe('the packaged command', () => {
  test('explains the host it runs on', async () => {
    const { status, stdout, stderr } = await mmapctl(['thp'])
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect(stdout).toMatch(/^anonymous .* huge of /m)
    expect(stdout).toMatch(/\ball [\d,]+ process(es)?: huge /)
    expect(lines(stdout).at(-1)).toMatch(/^read [\d,]+ files in /)
  })

  test('explains a process, in text, CSV and JSON alike', async () => {
    const text = await mmapctl([
      'thp',
      'thp',
      '--columns',
      'address,gain',
      '--bytes',
      '--quiet',
      '--no-header',
      '--limit',
      '1',
      ...HOST,
    ])
    const csv = await mmapctl([
      'thp',
      'thp',
      '--csv',
      '--columns',
      'address,gain',
      '--sort',
      'gain',
      '--limit',
      '1',
      ...HOST,
    ])
    const json = await document(['thp', '--sort', 'gain', '--limit', '1', ...HOST])
    const [{ mappings }] = json['processes'] as [{ mappings: [{ start: string; gain: number }] }]
    const [{ start, gain }] = mappings
    expect(lines(text.stdout)).toEqual([`${start.slice(2)}  ${gain}`])
    expect(lines(csv.stdout)).toEqual(['address,gain', `${start.slice(2)},${gain}`])
  })

  test('has a help that names its columns', async () => {
    const { stdout, status } = await mmapctl(['thp', '--help'])
    expect(status).toBe(0)
    expect(stdout.replace(/\s+/g, ' ')).toContain('Columns of processes: pid, rss, huge')
  })

  test('tells others what everybody may know, and that the rest is missing', async (context) => {
    if (process.geteuid?.() !== 0) return context.skip('needs root')
    if (!has('setpriv')) return context.skip('needs setpriv of util-linux')
    using copy = temporary()
    for (const part of ['package.json', 'oclif.manifest.json', 'bin', 'dist']) {
      cpSync(join(ROOT, part), join(copy.path, part), { recursive: true })
    }
    for (const entry of ['.', ...readdirSync(copy.path, { recursive: true, encoding: 'utf8' })]) {
      const path = join(copy.path, entry)
      chmodSync(path, statSync(path).isDirectory() ? 0o755 : 0o644)
    }
    const asNobody = (...args: string[]) => {
      const command = ['--reuid=65534', '--regid=65534', '--clear-groups', '--', NODE, join(copy.path, 'bin/run.cjs')]
      return run('setpriv', [...command, 'thp', ...args], { cwd: '/' })
    }
    using target = sleeper()
    const one = await asNobody(String(target.pid))
    expect(one.status).toBe(4)
    expect(lines(one.stderr)).toHaveLength(1)
    expect(one.stdout).toMatch(/^huge – of \d/m)
    const json = await asNobody(String(target.pid), '--json')
    const report = JSON.parse(json.stdout) as { processes: { totals: Record<string, unknown>; unavailable: object }[] }
    expect(wrong(report)).toEqual([])
    expect(report.processes[0]?.totals).toMatchObject({ huge: null, anonHugePages: null })
    expect(report.processes[0]?.totals['rss']).toBeGreaterThan(0)
    expect(report.processes[0]?.unavailable).toMatchObject({ totals: 'needs ptrace access to the process' })
    const host = await asNobody()
    expect(host.status).toBe(0)
    expect(host.stdout).toMatch(/that do not let you read them/)
    expect(host.stdout).toMatch(/^enabled /m)
  })
})
