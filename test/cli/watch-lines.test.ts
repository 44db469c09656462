import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Ajv2020, type AnySchema } from 'ajv/dist/2020.js'
import { describe, expect, test } from 'vitest'
import Watch from '../../src/commands/watch.ts'
import { WATCH_FIGURES } from '../../src/model/watch.ts'
import { runCommand } from '../helpers/run-command.ts'

const path = (name: string): string => fileURLToPath(new URL(`../../${name}`, import.meta.url))
const schema = JSON.parse(readFileSync(path('schemas/watch-sample.schema.json'), 'utf8')) as AnySchema & {
  readonly properties: { readonly figures: { readonly properties: Readonly<Record<string, unknown>> } }
}
const LEAK = path('test/fixtures/recordings/c-leak.mmaprec')
const validate = new Ajv2020({ strict: true, allowUnionTypes: true, allErrors: true }).compile(schema)

interface Line {
  readonly at: number
  readonly figures: Readonly<Record<string, number>>
  readonly growth: { readonly shape: string }
  readonly nearestLimit: unknown
}

function linesOf(text: string): Line[] {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => {
      const value: unknown = JSON.parse(line)
      expect(validate(value), JSON.stringify(validate.errors?.slice(0, 3))).toBe(true)
      return value as Line
    })
}

describe('lines of JSON', () => {
  test('are as their schema says, live', async () => {
    const argv = [String(process.pid), '--for', '300ms', '--interval', '100ms', '--json']
    const { stdout, exit } = await runCommand(Watch, argv)
    expect(exit).toBe(0)
    const [first] = linesOf(stdout)
    expect(first?.figures['rss']).toBeGreaterThan(0)
    expect(first?.nearestLimit).not.toBeNull()
  })

  test('are as their schema says, from a recording, and the same by either name', async () => {
    const { stdout, stderr, exit } = await runCommand(Watch, ['--replay', LEAK, '--json'])
    const lines = linesOf(stdout)
    expect({ exit, lines: lines.length, last: lines.at(-1)?.growth.shape }).toEqual({
      exit: 0,
      lines: 100,
      last: 'growing',
    })
    expect(stderr).toContain('like a leak')
    expect((await runCommand(Watch, ['--replay', LEAK, '--ndjson'])).stdout).toBe(stdout)
  })

  test('have a place for every figure', () => {
    expect(Object.keys(schema.properties.figures.properties).sort()).toEqual([...WATCH_FIGURES].sort())
  })
})

describe('lines in a pipe', () => {
  test('of a recording are those of its samples, with their times', async () => {
    const { stdout } = await runCommand(Watch, ['--replay', LEAK, '-q'], { env: { FORCE_COLOR: '1' } })
    const [header = '', ...lines] = stdout.trimEnd().split('\n')
    expect(lines).toHaveLength(100)
    expect(new Set([header, ...lines].map((line) => line.length)).size).toBe(1)
    expect(stdout).not.toContain('\u001b')
    const csv = await runCommand(Watch, ['--replay', LEAK, '--csv', '-q', '--no-header'])
    expect(csv.stdout.split('\n')[0]).toMatch(/^\d\.\d,\d+,/)
  })
})

describe('what does not go together is refused', () => {
  test.each([
    [['1', '--replay', LEAK]],
    [['--replay', LEAK, '--record', '/tmp/x']],
    [['--replay', LEAK, '--for', '1s']],
    [['1', '--record', LEAK]],
    [['1', '--record', '/tmp/never', '--record-limit', '1KiB']],
    [['x.mmapcap']],
  ])('%j', async (argv) => {
    const { exit, stderr } = await runCommand(Watch, argv)
    expect({ exit, lines: stderr.trimEnd().split('\n').length }).toEqual({ exit: 2, lines: 1 })
  })

  test('a recording that is none has no answer, in one line', async () => {
    const { exit, stderr } = await runCommand(Watch, ['--replay', path('package.json')])
    expect({ exit, stderr }).toMatchObject({ exit: 4 })
    expect(stderr).toMatch(/is not a recording that can be read: it does not begin as one\n$/)
  })
})
