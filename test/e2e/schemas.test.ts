import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv2020, type AnySchema } from 'ajv/dist/2020.js'
import { afterAll, describe, expect, test } from 'vitest'
import { FIGURES } from '../../src/analysis/figures.ts'
import { KIND_NAMES } from '../../src/model/kinds.ts'
import { readSchema, type Schema } from '../helpers/schema.ts'
import { lines, mmapctl, NOBODYS_PID, ROOT, sleeper, temporary } from './mmapctl.ts'

const PID = String(process.pid)
const NAMES = ['maps', 'maps-set', 'maps-row', 'error'] as const
type Name = (typeof NAMES)[number]

const schemas = Object.fromEntries(NAMES.map((name) => [name, readSchema(name)])) as Record<Name, Schema>
const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, allErrors: true })
for (const name of NAMES) ajv.addSchema(schemas[name] as AnySchema, `${name}.schema.json`)

/** What is wrong with a document, in a few lines. */
function faults(name: Name, document: unknown): string[] {
  const validate = ajv.getSchema(`${name}.schema.json`)
  if (validate === undefined) throw new Error(`no schema ${name}`)
  if (validate(document) === true) return []
  return (validate.errors ?? []).slice(0, 5).map((error) => `${error.instancePath} ${error.message}`)
}

async function document(args: readonly string[], status = 0): Promise<Record<string, unknown>> {
  const run = await mmapctl(['maps', ...args, '--json'])
  expect(run.status, run.stderr).toBe(status)
  return JSON.parse(run.stdout) as Record<string, unknown>
}

/** A captured process as a procfs of its own. */
const hosts = temporary()
afterAll(() => hosts[Symbol.dispose]())
function hostOf(fixture: string): { procfs: string; pid: string } {
  const captured = join(ROOT, 'test/fixtures/proc', fixture)
  const pid = readFileSync(join(captured, 'stat'), 'latin1').split(' ')[0] ?? ''
  const procfs = join(hosts.path, fixture)
  mkdirSync(join(procfs, 'sys/kernel'), { recursive: true })
  writeFileSync(join(procfs, 'sys/kernel/osrelease'), '6.18.44\n')
  writeFileSync(join(procfs, 'uptime'), '100000.00 100000.00\n')
  symlinkSync(captured, join(procfs, pid))
  return { procfs, pid }
}

const FIXTURES = readdirSync(join(ROOT, 'test/fixtures/proc')).filter((name) =>
  existsSync(join(ROOT, 'test/fixtures/proc', name, 'smaps')),
)

describe('reports are as their schemas say', () => {
  test.each([
    ['the usual report', []],
    ['maps alone', ['--basic']],
    ['gaps', ['--gaps']],
    ['an address', ['--addr', '7fff00000000']],
    ['a filter and groups by path', ['--path', '*.so*', '--group-by', 'path']],
    ['groups by permissions', ['--group-by', 'perms']],
    ['nothing that matches', ['--kind', 'sysv']],
  ])('%s of a live process', async (_name, flags) => {
    expect(faults('maps', await document([PID, ...flags]))).toEqual([])
  })

  test.each(FIXTURES)('the captured process %s', async (fixture) => {
    const { procfs, pid } = hostOf(fixture)
    expect(faults('maps', await document([pid, '--procfs', procfs, '--gaps']))).toEqual([])
    const ndjson = await mmapctl(['maps', pid, '--procfs', procfs, '--ndjson'])
    for (const line of lines(ndjson.stdout)) expect(faults('maps-row', JSON.parse(line))).toEqual([])
  })

  test('several processes, one of which is not there', async () => {
    using other = sleeper()
    const set = await document([PID, String(NOBODYS_PID), String(other.pid)], 4)
    expect(faults('maps-set', set)).toEqual([])
    expect(set['reports']).toHaveLength(2)
  })

  test('errors', async () => {
    expect(faults('error', await document([], 2))).toEqual([])
    expect(faults('error', await document(['--nope'], 2))).toEqual([])
    expect(faults('error', await document([String(NOBODYS_PID)], 4))).toEqual([])
    expect(faults('error', await document(['no-such-program-here'], 4))).toEqual([])
  })
})

describe('schemas are strict', () => {
  test('a key that nobody declared, a missing one and a wrong unit are faults', async () => {
    const report = await document([PID])
    expect(faults('maps', { ...report, extra: 1 })).toEqual([' must NOT have additional properties'])
    const { totals, ...rest } = report
    expect(faults('maps', rest)).toEqual([" must have required property 'totals'"])
    expect(faults('maps', { ...report, totals: { ...(totals as object), rss: '12 MiB' } })).toEqual([
      '/totals/rss must be integer,null',
    ])
    const [mapping] = report['mappings'] as [object]
    expect(faults('maps', { ...report, mappings: [{ ...mapping, start: 4096 }] })).not.toEqual([])
    expect(faults('maps', { ...report, mappings: [{ ...mapping, fieldOfTomorrow: 4096 }] })).toEqual([])
    expect(faults('maps', { ...report, mappings: [{ ...mapping, fieldOfTomorrow: { a: 1 } }] })).not.toEqual([])
  })

  test('every field that this kernel prints is described', async () => {
    const report = await document([PID])
    const known = Object.keys(schemas.maps.$defs?.['mapping']?.properties ?? {})
    const [mapping] = report['mappings'] as [object]
    expect(Object.keys(mapping).filter((key) => !known.includes(key))).toEqual([])
  })

  test('a row is a mapping with its process', () => {
    const { pid, ...rest } = schemas['maps-row'].properties ?? {}
    expect(pid).toBeDefined()
    expect(rest).toEqual(schemas.maps.$defs?.['mapping']?.properties)
  })

  test('kinds and figures are those of the code', () => {
    expect(schemas.maps.$defs?.['mapping']?.properties?.['kind']?.enum).toEqual(KIND_NAMES)
    const figures = FIGURES.map((figure) => figure.id)
    expect(Object.keys(schemas.maps.properties?.['matched']?.properties ?? {})).toEqual(['mappings', ...figures])
  })
})
