import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { AnySchema } from 'ajv/dist/2020.js'
import { describe, expect, test } from 'vitest'
import { FAULT_GROUPINGS, FAULT_KIND_NAMES } from '../../src/model/fault-attribution.ts'
import { mmapctl, sleeper, temporary } from '../e2e/mmapctl.ts'
import { ajv, faultsSchema as schema, wrong } from '../helpers/faults-schema.ts'
import { readSchema } from '../helpers/schema.ts'
import { faultProgram, faults } from './faults-run.ts'
import { liveTest } from './requirements.ts'

describe('reports are as their schema says', () => {
  for (const [what, flags, args] of [
    ['a run', [], ['touch', '100']],
    ['a run without perf', ['--backend', 'proc'], ['touch', '100']],
    ['a crash', [], ['crash', '11']],
    ['several runs', ['--repeat', '3', '--warmup', '1'], ['touch', '100']],
    ['page cache dropped', ['--cold'], ['touch', '100']],
    ...FAULT_GROUPINGS.map((by) => [`by ${by}`, ['--by', by], ['forkwrite', '300']] as const),
  ] as const) {
    liveTest(what, { needs: ['gcc', 'perf'] }, async () => {
      const [name, ...rest] = args
      const { report } = await faults(flags, [faultProgram(name), ...rest])
      expect(wrong(report)).toEqual([])
    })
  }

  liveTest('a comparison, and one that is refused', { needs: ['gcc', 'perf'] }, async () => {
    const program = faultProgram('touch')
    const flags = ['--compare', '--repeat', '2']
    expect(wrong((await faults(flags, [program, '10', ':::', program, '500'])).report)).toEqual([])
    expect(wrong((await faults(flags, ['true', ':::', 'false'])).report)).toEqual([])
  })

  liveTest('a watch', { needs: ['perf'] }, async () => {
    using target = sleeper()
    const { report } = await faults(['--pid', String(target.pid), '--duration', '200ms'], [])
    expect(wrong(report)).toEqual([])
  })

  liveTest('an error, where the report would have gone', {}, async () => {
    const valid = ajv.compile(readSchema('error') as AnySchema)
    using folder = temporary()
    const text = join(folder.path, 'text')
    writeFileSync(text, '')
    for (const [args, status] of [
      [['--', 'no-such-program-here'], 127],
      [['--', text], 126],
      [[], 2],
    ] as const) {
      const run = await mmapctl(['faults', '--json', ...args])
      expect(run.status).toBe(status)
      expect(run.stdout).toBe('')
      const [first = ''] = run.stderr.split('\n')
      expect(valid(JSON.parse(first))).toBe(true)
    }
  })
})

describe('the schema is strict', () => {
  liveTest('a key that nobody declared and a missing one are faults', {}, async () => {
    const { report } = await faults(['--backend', 'proc'], ['true'])
    expect(wrong({ ...report, extra: 1 })).toEqual([' must NOT have additional properties'])
    const { counters: _counters, ...rest } = report
    expect(wrong(rest)).toEqual([" must have required property 'counters'"])
  })

  test('kinds are those of the code', () => {
    expect(schema.$defs?.['kinds']?.propertyNames?.enum).toEqual(FAULT_KIND_NAMES)
  })
})
