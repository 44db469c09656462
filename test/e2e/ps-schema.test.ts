import { Ajv2020, type AnySchema } from 'ajv/dist/2020.js'
import { describe, expect, test } from 'vitest'
import { PS_FIELDS } from '../../src/analysis/ps/fields.ts'
import { PS_GROUPINGS, SUMMED_FIELDS } from '../../src/analysis/ps/groups.ts'
import { SERVICES } from '../helpers/process-lists.ts'
import { readSchema } from '../helpers/schema.ts'
import { lines, mmapctl, NOBODYS_PID } from './mmapctl.ts'

const schema = readSchema('ps')
const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, allErrors: true })
ajv.addSchema(schema as AnySchema, 'ps')
const validate = ajv.compile({ $ref: 'ps' })
const row = ajv.compile({ $ref: 'ps#/$defs/process' })
const group = ajv.compile({ $ref: 'ps#/$defs/group' })

/** What is wrong with a document, in a few lines. */
function faults(check: typeof validate, document: unknown): string[] {
  if (check(document) === true) return []
  return (check.errors ?? []).slice(0, 5).map((error) => `${error.instancePath} ${error.message}`)
}

async function document(args: readonly string[], status = 0): Promise<Record<string, unknown>> {
  const run = await mmapctl(['ps', ...args, '--json'])
  expect(run.status, run.stderr).toBe(status)
  return JSON.parse(run.stdout) as Record<string, unknown>
}

describe('reports are as their schema says', () => {
  test.each([
    ['all processes of this host', []],
    ['one process', [String(process.pid)]],
    ['some columns', ['--columns', 'pss,age,command']],
    ['the costly columns', [String(process.pid), '--columns', 'pid,commit,mappings']],
    ['nothing that takes a lock', ['--basic']],
    ['nothing that can be walked', ['--max-stall', '0']],
    ...PS_GROUPINGS.map((grouping) => [`groups by ${grouping}`, ['--group-by', grouping]] as [string, string[]]),
    ['a captured host', ['--procfs', SERVICES]],
    ['one without meminfo', ['--procfs', 'test/fixtures/hosts/java/proc']],
  ])('%s', async (_name, args) => {
    expect(faults(validate, await document(args))).toEqual([])
  })

  test('a process that is not there', async () => {
    expect(faults(validate, await document([String(process.pid), String(NOBODYS_PID)], 4))).toEqual([])
  })

  test('rows alone', async () => {
    const rows = await mmapctl(['ps', '--ndjson', '--procfs', SERVICES])
    expect(lines(rows.stdout)).toHaveLength(18)
    for (const line of lines(rows.stdout)) expect(faults(row, JSON.parse(line))).toEqual([])
    const groups = await mmapctl(['ps', '--ndjson', '--group-by', 'name', '--procfs', SERVICES])
    for (const line of lines(groups.stdout)) expect(faults(group, JSON.parse(line))).toEqual([])
  })
})

describe('the schema is strict', () => {
  test('a key that nobody declared, a missing one and a wrong unit are faults', async () => {
    const report = await document(['--procfs', SERVICES])
    expect(faults(validate, { ...report, extra: 1 })).toEqual([' must NOT have additional properties'])
    const { totals, ...rest } = report
    expect(faults(validate, rest)).toEqual([" must have required property 'totals'"])
    const [process] = report['processes'] as [object]
    expect(faults(validate, { ...report, processes: [{ ...process, pss: '12 MiB' }] })).not.toEqual([])
    expect(totals).toBeDefined()
  })

  test('its columns are those of the code', () => {
    const names = PS_FIELDS.map((field) => field.json)
    const properties = Object.keys(schema.$defs?.['process']?.properties ?? {})
    const extra = ['threadRead', 'unavailable']
    expect(properties.filter((key) => !key.endsWith('Hex') && !extra.includes(key))).toEqual(names)
    expect(schema.properties?.['columns']?.items?.enum).toEqual(names)
    const sums = schema.properties?.['totals']?.properties?.['sums']?.properties ?? {}
    expect(Object.keys(sums)).toEqual(SUMMED_FIELDS.map((field) => field.json))
    expect(schema.properties?.['groupBy']?.enum).toEqual([...PS_GROUPINGS, null])
  })
})
