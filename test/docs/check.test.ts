import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import yaml from 'yaml'
import { splitCommand } from '../../src/model/gate/command-line.ts'
import { parseCheckConfig } from '../../src/parsers/gate/check-config.ts'
import { ROOT } from '../e2e/mmapctl.ts'
import { GateProject } from '../helpers/gate-project.ts'
import type { Outcome } from '../helpers/run-command.ts'

const GUIDE = readFileSync(join(ROOT, 'docs/check.md'), 'utf8')
const JOBS = readdirSync(join(ROOT, 'docs/ci'))

/** Every text of a YAML document. */
function texts(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(texts) : []
}

/** The commands of a job, as they are run. */
function commandsOf(job: string): readonly string[] {
  const document = yaml.parse(readFileSync(join(ROOT, 'docs/ci', job), 'utf8')) as unknown
  return texts(document)
    .flatMap((text) => text.split('\n'))
    .filter((line) => line.startsWith('npx mmapctl '))
}

/** Runs a command in a checkout that has its base beside it, with programs that take 46 MiB. */
async function run(
  command: string,
  env: Readonly<Record<string, string>> = {},
): Promise<Outcome & { files: string[] }> {
  using project = new GateProject()
  for (const program of ['prog', 'program', 'new', '../base/prog']) project.program(program)
  if (!command.includes('--init')) {
    project.write('mmapctl.yml', 'scenarios: { one: { run: ./prog, limits: { peak-rss: +2% } } }\n')
    if (!command.includes('update')) await project.update()
  }
  const split = splitCommand(command.replace(/^npx /, ''))
  if (!split.ok) throw new Error(`${command}: ${split.problem}`)
  const [, name, ...args] = split.words
  const world = { env }
  const [verb, ...rest] = args
  const outcome =
    name === 'check'
      ? project.check(args, world)
      : verb === 'update'
        ? project.update(rest, world)
        : project.show(rest, world)
  return { ...(await outcome), files: readdirSync(project.path) }
}

describe('the jobs for CI', () => {
  test.each(JOBS)('%s runs mmapctl', (job) => {
    expect(commandsOf(job).length).toBeGreaterThan(0)
  })

  test.each(JOBS.flatMap((job) => commandsOf(job).map((command) => [job, command] as const)))(
    '%s: %s',
    async (_job, command) => {
      const { stderr, exit, files } = await run(command, { CI: 'true' })
      expect({ stderr, exit }).toEqual({ stderr: '', exit: 0 })
      for (const [, file = ''] of command.matchAll(/--(?:output|emit-baseline) (\S+)/g)) expect(files).toContain(file)
    },
  )
})

describe('the guide', () => {
  test('has a configuration that is accepted, with every key that it explains', () => {
    const [, source = ''] = /```yaml\n([\s\S]*?)```/.exec(GUIDE) ?? []
    expect(parseCheckConfig(source).map(({ name }) => name)).toEqual(['parse-large', 'cli-help', 'api'])
    const explained = [...GUIDE.matchAll(/^\| (`[a-z-]+`(?:, `[a-z-]+`)*) \| /gm)].flatMap(
      ([, keys = '']) => keys.match(/[a-z-]+/g) ?? [],
    )
    const { $defs } = JSON.parse(readFileSync(join(ROOT, 'schemas/check-config.schema.json'), 'utf8')) as {
      $defs: { scenario: { properties: object } }
    }
    for (const key of Object.keys($defs.scenario.properties)) expect(explained).toContain(key)
  })

  const commands = [...GUIDE.matchAll(/`(mmapctl (?:check|baseline) [^`…]*)`/g)].map(([, command = '']) => command)

  test.each([...new Set(commands)])('%s', async (command) => {
    const { stderr, exit } = await run(command)
    expect({ stderr, exit }).toEqual({ stderr: '', exit: 0 })
  })
})
