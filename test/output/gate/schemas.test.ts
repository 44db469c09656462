import { readFileSync } from 'node:fs'
import { Ajv2020, type AnySchema } from 'ajv/dist/2020.js'
import { describe, expect, it } from 'vitest'
import yaml from 'yaml'
import { GATE_METRIC_NAMES, GATE_METRICS } from '../../../src/model/gate/metrics.ts'
import { checkJson } from '../../../src/output/gate/check-json.ts'
import { parseDoctorConfig } from '../../../src/parsers/doctor-config.ts'
import { parseCheckConfig } from '../../../src/parsers/gate/check-config.ts'
import { gateReport, SORTS, type Sort, WHOLE } from '../../helpers/gate-reports.ts'
import { readSchema, type Schema } from '../../helpers/schema.ts'

const TOOL = { name: 'mmapctl', version: '0.1.0' }

const ajv = new Ajv2020({
  strict: true,
  strictRequired: false,
  allowUnionTypes: true,
  allErrors: true,
  validateFormats: false,
})
const NAMES = ['check', 'check-config', 'baseline'] as const
const schemas = Object.fromEntries(NAMES.map((name) => [name, readSchema(name)])) as Record<
  (typeof NAMES)[number],
  Schema
>
for (const name of NAMES) ajv.addSchema(schemas[name] as AnySchema, name)

/** What is wrong with a document. */
function faults(name: (typeof NAMES)[number], document: unknown): string[] {
  const validate = ajv.getSchema(name)
  if (validate === undefined) throw new Error(`no schema ${name}`)
  return validate(document) === true
    ? []
    : (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`)
}

describe('the schema of reports', () => {
  it.each(Object.keys(SORTS) as Sort[])('holds for a scenario that is %s', (sort) => {
    expect(faults('check', JSON.parse(checkJson(gateReport([SORTS[sort]]), 0, TOOL)))).toEqual([])
  })

  it('refuses what nobody declared, and what is missing', () => {
    const document = JSON.parse(checkJson(WHOLE, 5, TOOL)) as { scenarios: Record<string, unknown>[] }
    expect(faults('check', { ...document, extra: 1 })).not.toEqual([])
    const [first = {}] = document.scenarios
    expect(faults('check', { ...document, scenarios: [{ ...first, verdict: 'fine' }] })).not.toEqual([])
    const { metrics: _metrics, ...rest } = first
    expect(faults('check', { ...document, scenarios: [rest] })).not.toEqual([])
  })
})

describe('the schema of baselines', () => {
  const text = readFileSync(new URL('../../golden/gate/baseline.json.txt', import.meta.url), 'utf8')

  it('holds for one that was written', () => {
    expect(faults('baseline', JSON.parse(text))).toEqual([])
  })

  it('refuses one that was changed by hand', () => {
    expect(faults('baseline', JSON.parse(text.replace('"unit": "KiB"', '"unit": "MiB"')))).not.toEqual([])
    expect(faults('baseline', JSON.parse(text.replace('"tool"', '"tol"')))).not.toEqual([])
  })
})

/** Configurations that are right, and some that are not. */
const RIGHT = [
  'scenarios: { a: { run: ./a } }',
  'version: 1\nscenarios: { a: { run: [./a, x, 1], max: { peak-rss: 96MiB, mappings: 120 }, timeout: 1.5s } }',
  'defaults: { limits: { peak-rss: +2%  +256KiB, minor-faults: +3%+64, anon: none, mappings: +2 } }\nscenarios: { a: { run: ./a } }',
  'scenarios: { a: { run: ./a, set-env: { A: 1 }, groups: { "[heap]": +2%, "lib*": 0, x: 3MiB } } }',
  'scenarios:\n  a:\n    serve: ./a\n    ready: { port: 3000, timeout: 5s }\n    drive: x\n    warmup-drive: x\n    limits: { growth.anon: +1MiB, after.anon: +3% }\n    settle: 0',
]
const WRONG = [
  '{}',
  'scenarios: {}',
  'scenario: { a: { run: ./a } }',
  'scenarios: { a: { run: ./a, limts: {} } }',
  'scenarios: { a: { run: ./a, max: { peak-rss: 256M } } }',
  'scenarios: { a: { run: ./a, max: { peak-rss: +5% } } }',
  'scenarios: { a: { run: ./a, limits: { peak-rss: 5% } } }',
  'scenarios: { a: { run: ./a, limits: { peak-rss: "+5 %" } } }',
  'scenarios: { a: { run: ./a, limits: { swap: +5% } } }',
  'scenarios: { a: { run: ./a, serve: ./b } }',
  'scenarios: { a: { serve: ./b } }',
  'scenarios: { a: { run: ./a, runs: 0 } }',
  'scenarios: { a: { run: ./a, cwd: 5 } }',
  'scenarios: { a: { run: ./a, timeout: 60 } }',
  'scenarios: { a: { run: ./a, groups: { x: 2% } } }',
  'scenarios: { "-a": { run: ./a } }',
  'version: 2\nscenarios: { a: { run: ./a } }',
]

describe('the schema of configurations', () => {
  it.each(RIGHT)('accepts what mmapctl accepts: %s', (source) => {
    expect(() => parseCheckConfig(source)).not.toThrow()
    // Editors read `+64` as the number that YAML takes it for.
    expect(faults('check-config', yaml.parse(source))).toEqual([])
  })

  it.each(WRONG)('refuses what mmapctl refuses: %s', (source) => {
    expect(() => parseCheckConfig(source)).toThrow()
    expect(faults('check-config', yaml.parse(source))).not.toEqual([])
  })

  it('knows every metric, and every key', () => {
    const { limits, max, scenario } = schemas['check-config'].$defs ?? {}
    expect(Object.keys(max?.properties ?? {}).sort()).toEqual([...GATE_METRIC_NAMES].sort())
    const comparable = GATE_METRIC_NAMES.filter((name) => GATE_METRICS[name].unfit === null)
    expect(Object.keys(limits?.properties ?? {}).sort()).toEqual(comparable.sort())
    const keys = Object.keys(scenario?.properties ?? {})
    const said = problem('scenarios: { a: { run: ./a, zzzzzzzzzzzz: 1 } }')
    expect(said.replace('keys here are ', '').split(', ').sort()).toEqual(keys.sort())
  })
})

describe('the schema of what doctor is told', () => {
  it.each([
    'doctor: { ignore: [thp-disabled], severity: low, fail-on: high, rules: [thp-disabled] }',
    'version: 1\ndoctor: { ignore: { thp-disabled: the JVM asks for it }, targets: { "java*": { ignore: [jit] } } }',
    'doctor: { targets: { "(sd-pam)": { ignore: [a] }, "{java,node}*": { ignore: [a] }, "a\\\\[[0-9]": { ignore: [a] } } }',
    'doctor: {}\nscenarios: { a: { run: ./a } }',
  ])('accepts what mmapctl accepts: %s', (source) => {
    expect(() => parseDoctorConfig(source)).not.toThrow()
    expect(faults('check-config', yaml.parse(source))).toEqual([])
  })

  it.each([
    'doctor: { failOn: high }',
    'doctor: { severity: hihg }',
    'doctor: { rules: [] }',
    'doctor: { ignore: { thp-disabled: } }',
    'doctor: { ignore: { thp-disabled: 5 } }',
    'doctor: { ignore: { thp-disabled: "5" } }',
    'doctor: { ignore: { thp-disabled: true } }',
    'doctor: { ignore: {} }',
    'doctor: { targets: { java: {} } }',
    'doctor: { targets: { java: { ignore: [a], severity: low } } }',
    'docter: {}',
  ])('refuses what mmapctl refuses: %s', (source) => {
    expect(() => parseDoctorConfig(source)).toThrow()
    expect(faults('check-config', yaml.parse(source))).not.toEqual([])
  })

  // What a glob is, the command knows and the parser does not.
  it.each(['[', 'a[b', '(a', '{a,b', '', 'postgres-background'])('refuses the target %j', (name) => {
    expect(faults('check-config', { doctor: { targets: { [name]: { ignore: ['thp-disabled'] } } } })).not.toEqual([])
  })
})

function problem(source: string): string {
  try {
    parseCheckConfig(source)
    return ''
  } catch (error) {
    return (error as { hint?: string }).hint ?? ''
  }
}
