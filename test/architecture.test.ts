import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'

const SRC = fileURLToPath(new URL('../src/', import.meta.url))

/** What a folder of src/ may import. ARCHITECTURE.md shows it as a picture. */
interface Rule {
  /** Folders whose code it may use. */
  readonly code: readonly string[]
  /** Folders of which it may use types alone: the data it works on, not the way that data was got. */
  readonly types?: readonly string[]
  /** Packages and Node modules. */
  readonly packages?: RegExp
}

const BELOW_CLI = [
  'model',
  'reference',
  'parsers',
  'native',
  'sources',
  'runners',
  'collectors',
  'analysis',
  'output',
  'cli',
]

const LAYERS: Readonly<Record<string, Rule>> = {
  model: { code: ['model'] },
  reference: { code: ['model', 'reference'] },
  parsers: { code: ['model', 'parsers'], packages: /^(?:node:buffer|yaml)$/ },
  // System calls that Node has no function for, where they can be had.
  native: { code: ['native'], packages: /^node:(?:child_process|module|path|util)$/ },
  sources: { code: ['model', 'native', 'sources'], packages: /^(?:node:|modern-tar$|valibot$)/ },
  // Programs that are run: what sources are for files.
  runners: { code: ['model', 'parsers', 'native', 'sources', 'runners'], packages: /^(?:node:|execa$)/ },
  collectors: {
    code: ['model', 'parsers', 'native', 'sources', 'runners', 'collectors'],
    packages: /^node:(?!fs\b|child_process\b)/,
  },
  analysis: { code: ['model', 'analysis'], types: ['collectors', 'parsers'] },
  output: {
    code: ['model', 'reference', 'analysis', 'output'],
    types: ['collectors'],
    packages: /^(?:chalk|cli-table3|string-width)$/,
  },
  cli: { code: BELOW_CLI, packages: /./ },
  commands: {
    code: [...BELOW_CLI, 'commands'],
    packages: /./,
  },
}

/** The entry of the command line, which alone knows the table of commands. */
const MAY_USE_COMMANDS = ['cli/main.ts']

/** What is not yet as it should be; an entry that is no longer needed fails the test. */
const DEBTS: readonly string[] = []

interface Import {
  readonly specifier: string
  readonly typeOnly: boolean
}

/** Every import, re-export and dynamic import of a source text. */
function importsOf(source: string): Import[] {
  const code = source.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '')
  const found: Import[] = []
  for (const match of code.matchAll(/^(?:import|export)\s+(type\s+)?([^'";]*?)\s*from\s+'([^']+)'/gm)) {
    const [, type, names = '', specifier = ''] = match
    const inBraces = /^\{([^}]*)\}$/
      .exec(names.trim())?.[1]
      ?.split(',')
      .map((name) => name.trim())
    const allTypes = inBraces?.filter((name) => name !== '').every((name) => name.startsWith('type ')) ?? false
    found.push({ specifier, typeOnly: type !== undefined || allTypes })
  }
  for (const match of code.matchAll(/^import\s+'([^']+)'|\b(?:import|require)\(\s*['"`]([^'"`]+)/gm)) {
    found.push({ specifier: match[1] ?? match[2] ?? '', typeOnly: false })
  }
  return found
}

/** What a file imports that its folder may not. */
function violations(file: string, source: string): string[] {
  const [layer = ''] = file.split('/')
  const rule = LAYERS[layer]
  if (rule === undefined) return [`${file} is in no layer of test/architecture.test.ts`]
  return importsOf(source).flatMap(({ specifier, typeOnly }) => {
    if (!specifier.startsWith('.')) {
      return rule.packages?.test(specifier) ? [] : [`${file} uses ${specifier}, which ${layer} must not`]
    }
    const target = normalize(join(dirname(file), specifier))
    const [folder = ''] = target.split('/')
    if (rule.code.includes(folder)) return []
    if (folder === 'commands' && MAY_USE_COMMANDS.includes(file)) return []
    if (target === '../package.json' && layer === 'cli') return []
    if (!rule.types?.includes(folder)) return [`${file} uses ${target}, which ${layer} must not`]
    return typeOnly ? [] : [`${file} uses ${target}, of which only types are allowed`]
  })
}

const FILES = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && file.includes('/'))
  .sort()

describe('imports go down the layers', () => {
  test('in every file of src/', () => {
    const found = FILES.flatMap((file) => violations(file, readFileSync(join(SRC, file), 'utf8')))
    expect(found).toEqual(DEBTS)
  })
})

describe('ARCHITECTURE.md', () => {
  const text = readFileSync(join(SRC, '../ARCHITECTURE.md'), 'utf8')

  test.each(Object.entries(LAYERS))('shows %s, and what it may import', (folder, { code }) => {
    expect(text).toMatch(new RegExp(`^ ${folder}/ `, 'm'))
    const [, allowed = ''] = new RegExp(`^\\| \`${folder}\` \\| ([^|]*) \\|`, 'm').exec(text) ?? []
    const named = [...allowed.matchAll(/`(\w+)`/g)].map(([, name]) => name)
    if (!allowed.startsWith('all')) expect(named).toEqual(code)
  })
})

describe('a violation is caught', () => {
  test.each([
    [
      'parsers/maps.ts',
      "import { readFileSync } from 'node:fs'",
      'parsers/maps.ts uses node:fs, which parsers must not',
    ],
    [
      'collectors/a.ts',
      "import fs from 'node:fs/promises'",
      'collectors/a.ts uses node:fs/promises, which collectors must not',
    ],
    [
      'analysis/a.ts',
      "import { spawn } from 'node:child_process'",
      'analysis/a.ts uses node:child_process, which analysis must not',
    ],
    [
      'analysis/classify/a.ts',
      "import { pad } from '../../output/width.ts'",
      'analysis/classify/a.ts uses output/width.ts, which analysis must not',
    ],
    [
      'analysis/a.ts',
      "import { collectHost } from '../collectors/host.ts'",
      'analysis/a.ts uses collectors/host.ts, of which only types are allowed',
    ],
    [
      'analysis/a.ts',
      "import { type A, collectHost } from '../collectors/host.ts'",
      'analysis/a.ts uses collectors/host.ts, of which only types are allowed',
    ],
    [
      'output/a.ts',
      "import type { ProcStat } from '../parsers/stat.ts'",
      'output/a.ts uses parsers/stat.ts, which output must not',
    ],
    [
      'model/a.ts',
      "export { parseStat } from '../parsers/stat.ts'",
      'model/a.ts uses parsers/stat.ts, which model must not',
    ],
    [
      'model/a.ts',
      "const a = await import('../parsers/stat.ts')",
      'model/a.ts uses parsers/stat.ts, which model must not',
    ],
    [
      'cli/flags.ts',
      "import { COMMANDS } from '../commands/index.ts'",
      'cli/flags.ts uses commands/index.ts, which cli must not',
    ],
    [
      'output/a.ts',
      "import {\n  a,\n  b,\n} from '../sources/trees.ts'",
      'output/a.ts uses sources/trees.ts, which output must not',
    ],
    ['helpers/a.ts', '', 'helpers/a.ts is in no layer of test/architecture.test.ts'],
  ])('%s: %s', (file, source, message) => {
    expect(violations(file, source)).toEqual([message])
  })

  test.each([
    ['analysis/a.ts', "import type { HostFacts } from '../collectors/host.ts'"],
    ['analysis/a.ts', "import { type A, type B } from '../collectors/host.ts'"],
    ['cli/main.ts', "import { COMMANDS } from '../commands/index.ts'"],
    ['collectors/a.ts', "import { performance } from 'node:perf_hooks'"],
    ['parsers/a.ts', "// import { readFileSync } from 'node:fs'\n/* import 'node:fs' */"],
  ])('%s: %s is allowed', (file, source) => {
    expect(violations(file, source)).toEqual([])
  })
})
