import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { mmapctl, NODE, type Run } from './mmapctl.ts'

let directory = ''
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'mmapctl-check-'))
  mkdirSync(join(directory, '.git'))
})
afterAll(() => rmSync(directory, { recursive: true, force: true }))

const validate = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(
  JSON.parse(readFileSync('schemas/check.schema.json', 'utf8')) as object,
)

/** A program that keeps so many MiB which it has written to. */
function keeps(mebibytes: number): readonly string[] {
  return [NODE, '-e', `globalThis.kept = Buffer.alloc(${mebibytes} * 2 ** 20, 1)`]
}

function check(...args: readonly string[]): Promise<Run> {
  return mmapctl(['check', ...args], { cwd: directory, timeout: 120_000 })
}

interface Report {
  readonly scenarios: readonly {
    readonly verdict: string
    readonly growth: { readonly rows: readonly { readonly key: string; readonly delta: number }[] } | null
    readonly places: {
      readonly rows: readonly { readonly key: string; readonly resident: number; readonly anon: number }[]
      readonly resident: number
    } | null
    readonly metrics: readonly { readonly metric: string; readonly now: { readonly median: number } | null }[]
  }[]
}

function reported({ stdout }: Run): Report['scenarios'][number] {
  const report = JSON.parse(stdout) as Report
  expect(validate(report), JSON.stringify(validate.errors)).toBe(true)
  const [scenario] = report.scenarios
  if (scenario === undefined) throw new Error('no scenario')
  return scenario
}

describe('check, with programs that are really run', () => {
  test('has no verdict when nothing was asked', async () => {
    const run = await check('--json', '--', 'true')
    expect(run.status).toBe(4)
    expect(reported(run).verdict).toBe('no-verdict')
  })

  test('passes within a budget, and fails beyond one', async () => {
    const within = await check('--json', '--max', 'peak-rss=1GiB', '--', ...keeps(32))
    expect(within.status).toBe(0)
    const peak = reported(within).metrics.find(({ metric }) => metric === 'peak-rss')?.now?.median
    expect(peak).toBeGreaterThan(32 * 2 ** 20)
    const beyond = await check('--json', '--max', 'peak-rss=1MiB', '--', ...keeps(128))
    expect(beyond.status).toBe(3)
    expect(reported(beyond).verdict).toBe('failed')
    const { rows = [], resident = 0 } = reported(beyond).places ?? {}
    expect(rows.reduce((sum, row) => sum + row.resident, 0)).toBe(resident)
    expect(rows[0]?.key).toBe('anonymous >= 1 MiB')
    expect(rows[0]?.anon).toBeGreaterThan(64 * 2 ** 20)
  })

  test('tells a program that fails from one that is not there', async () => {
    const failing = await check('--max', 'peak-rss=1GiB', '--', 'sh', '-c', 'echo the reason >&2; exit 9')
    expect(failing.status).toBe(5)
    expect(failing.stdout).toContain('the reason')
    expect((await check('--max', 'peak-rss=1GiB', '--', 'no-such-program')).status).toBe(127)
  })

  test('compares with a baseline that it has recorded', async () => {
    const words = keeps(32)
    const config = (argv: readonly string[]): void =>
      writeFileSync(
        join(directory, 'mmapctl.json'),
        // What repeats on a busy machine too; the number of mappings of a program with threads need not.
        JSON.stringify({ version: 1, scenarios: { keeps: { run: argv, limits: { 'peak-rss': '+10%' } } } }),
      )
    config([...words, '32'])
    const recorded = await mmapctl(['baseline', 'update'], { cwd: directory, timeout: 120_000 })
    expect(recorded.status, recorded.stderr).toBe(0)
    const same = await check('--json')
    expect(same.status, same.stdout).toBe(0)
  }, 120_000)

  test('names what grew, compared with another program', async () => {
    const script = join(directory, 'keeps.cjs')
    // Kept for a while: what lasts for less than a look is in the peak, but in no group.
    writeFileSync(
      script,
      'const kept = Buffer.alloc(process.argv[2] * 2 ** 20, 1)\nsetTimeout(() => kept.fill(2), 200)\n',
    )
    const run = await check('--json', '--against', `${NODE} ${script} 40`, '--', NODE, script, '60')
    expect(run.status, run.stdout).toBe(3)
    const grown = reported(run).growth?.rows[0]
    expect(grown?.key).toContain('anonymous')
    expect(grown?.delta).toBeGreaterThan(19 * 2 ** 20)
  }, 120_000)
})
