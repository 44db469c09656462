import { Ajv2020, type AnySchema } from 'ajv/dist/2020.js'
import { describe, expect, test } from 'vitest'
import { DURABILITY_NAMES } from '../../src/model/durability.ts'
import { KIND_NAMES } from '../../src/model/kinds.ts'
import { readSchema, type Schema } from '../helpers/schema.ts'
import { lines, mmapctl, NOBODYS_PID, type Run, sleeper } from './mmapctl.ts'

const HOST = 'test/fixtures/hosts/writeback'
const CAPTURED = ['--procfs', `${HOST}/proc`, '--sysfs', `${HOST}/sys`] as const
const STORE = '7123'

const NAMES = ['dirty', 'dirty-sample'] as const
const schemas = Object.fromEntries(NAMES.map((name) => [name, readSchema(name)])) as Record<
  (typeof NAMES)[number],
  Schema
>
const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, allErrors: true })
const validators = {
  dirty: ajv.compile(schemas.dirty as AnySchema),
  'dirty-sample': ajv.compile(schemas['dirty-sample'] as AnySchema),
}

/** What is wrong with a document, in a few lines. */
function wrong(document: unknown, name: (typeof NAMES)[number] = 'dirty'): string[] {
  const validate = validators[name]
  if (validate(document) === true) return []
  return (validate.errors ?? []).slice(0, 5).map((error) => `${error.instancePath} ${error.message}`)
}

function dirty(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Run> {
  return mmapctl(['dirty', ...args], { env })
}

async function document(args: readonly string[], status = 0): Promise<Record<string, unknown>> {
  const run = await dirty([...args, '--json'])
  expect(run.status, run.stderr).toBe(status)
  return JSON.parse(run.stdout) as Record<string, unknown>
}

describe('the packaged command answers', () => {
  test('about the host', async () => {
    const { status, stdout, stderr } = await dirty([])
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect(stdout).toMatch(/^Linux /)
    expect(stdout).toMatch(/^background .*\nfree run .*\nlimit /m)
    expect(stdout).toMatch(/^at risk in all: /m)
  })

  test('about a process, and about the shell it is typed in', async () => {
    const own = await dirty([String(process.pid)])
    expect([own.status, own.stderr]).toEqual([0, ''])
    expect(own.stdout).toMatch(new RegExp(`^PID ${process.pid} · `))
    expect(own.stdout).toMatch(/^at risk: /m)
    const self = await dirty(['self', '--quiet'])
    expect([self.status, self.stderr]).toEqual([0, ''])
  })

  test('about another host, of which nothing is opened here', async () => {
    const { status, stdout } = await dirty([STORE, ...CAPTURED])
    expect(status).toBe(0)
    expect(stdout).toContain('at risk: at least 12.2 MiB in 4 files')
    expect(stdout).toContain('cannot be opened (no such file or directory)')
  })

  test('without native calls, and says what that leaves out', async () => {
    const { stdout } = await dirty([String(process.pid)], { MMAPCTL_NO_NATIVE: '1' })
    expect(stdout).toContain('at risk: at least')
    expect(stdout).toContain('MMAPCTL_NO_NATIVE=1 forbids native calls')
  })

  test('as CSV, with the columns that were asked for', async () => {
    const { stdout } = await dirty([
      STORE,
      ...CAPTURED,
      '--csv',
      '--columns',
      'path,mapped',
      '--sort',
      'mapped',
      '--limit',
      '2',
    ])
    expect(lines(stdout)).toEqual([
      'path,mapped',
      '/srv/store/mmapctl-workload-bz60R6/shared.dat,8388608',
      '/srv/store/mmapctl-workload-bz60R6/halves.dat,3145728',
    ])
  })

  test('line by line, as often as it was told', async () => {
    const { status, stdout } = await dirty(['--watch', '--interval', '100ms', '--count', '3'])
    expect(status).toBe(0)
    expect(lines(stdout)).toHaveLength(4)
    const json = await dirty([STORE, ...CAPTURED, '--interval', '100ms', '--count', '2', '--json'])
    const samples = lines(json.stdout).map((line) => JSON.parse(line))
    expect(samples.map((sample) => wrong(sample, 'dirty-sample'))).toEqual([[], []])
    expect(samples[1].rates.dirtied).toBeGreaterThanOrEqual(0)
    const csv = await dirty(['--watch', '--interval', '100ms', '--count', '2', '--csv'])
    expect(lines(csv.stdout)[0]).toMatch(/^time,dirty,writeback,/)
  })
})

describe('a question without an answer', () => {
  test('ends with status 4, and 2 when it is none', async () => {
    expect((await dirty([String(NOBODYS_PID)])).status).toBe(4)
    expect((await dirty([String(NOBODYS_PID), '--watch'])).status).toBe(4)
    for (const args of [
      ['--by', 'mapping'],
      ['--count', '2'],
      ['--watch', '--sort', 'dirty'],
      ['--interval', '1ms'],
      ['--columns', 'pat'],
      ['--children'],
    ]) {
      const { status, stdout, stderr } = await dirty(args)
      expect({ args, status, stdout }).toEqual({ args, status: 2, stdout: '' })
      expect(stderr).toMatch(/^mmapctl: [^\n]+\n$/)
    }
  })

  test('is a document too, when tables are chosen of the document that has them all', async () => {
    const { status, stdout } = await dirty(['--json', '--by', 'file'])
    expect([status, JSON.parse(stdout).error.message]).toEqual([2, '--by does not go with --json'])
  })

  test('keeps no other from its answer', async () => {
    using other = sleeper()
    const report = await document([String(process.pid), String(NOBODYS_PID), String(other.pid)], 4)
    expect(wrong(report)).toEqual([])
    expect(report['processes']).toHaveLength(2)
    expect(report['failures']).toEqual([
      { code: 'no-such-process', message: expect.stringContaining(String(NOBODYS_PID)) },
    ])
  })

  test('ends a watch when its process has gone', async () => {
    using other = sleeper()
    const watch = dirty([String(other.pid), '--watch', '--interval', '200ms', '--quiet'])
    setTimeout(() => other.child.kill('SIGKILL'), 1500)
    const { status, stderr } = await watch
    expect(status).toBe(4)
    expect(stderr).toMatch(/^mmapctl: .*process/)
  })
})

describe('documents are as their schemas say', () => {
  test.each([
    ['the host', []],
    ['a live process', [String(process.pid)]],
    ['mapped files alone', ['--no-open-files']],
    ['a captured host', [...CAPTURED]],
    ['a captured process', [STORE, ...CAPTURED]],
    ['a process too costly to walk', [STORE, ...CAPTURED, '--max-stall', '0']],
  ])('%s', async (_name, args) => {
    expect(wrong(await document(args))).toEqual([])
  })

  test('a key that nobody declared, a missing one and a wrong unit are faults', async () => {
    const report = await document([STORE, ...CAPTURED])
    const { total, ...rest } = report
    expect(wrong({ ...report, extra: 1 })).toEqual([' must NOT have additional properties'])
    expect(wrong(rest)).toEqual([" must have required property 'total'"])
    expect(wrong({ ...report, total: { ...(total as object), atRisk: '8 MiB' } })).toEqual([
      '/total/atRisk must be integer',
    ])
  })

  test('it has the words of the code', () => {
    const process = schemas.dirty.properties?.['processes']?.items?.properties
    expect(process?.['stores']?.items?.properties?.['durability']?.enum).toEqual(DURABILITY_NAMES)
    expect(process?.['mappings']?.items?.properties?.['durability']?.enum).toEqual(DURABILITY_NAMES)
    expect(process?.['mappings']?.items?.properties?.['kind']?.enum).toEqual(KIND_NAMES)
  })
})
