import { describe, expect, it } from 'vitest'
import type { Scenario } from '../../../src/model/gate/scenario.ts'
import { hasPart, parseCheckConfig } from '../../../src/parsers/gate/check-config.ts'
import { ConfigProblem } from '../../../src/parsers/gate/problem.ts'

const MIB = 1024 ** 2

const WHOLE = `# yaml-language-server: $schema=https://unpkg.com/mmapctl/schemas/check-config.schema.json
version: 1
defaults:
  runs: 5
  warmup: 2
  env: clean
  pass-env: [JAVA_HOME]
  set-env: { LANG: C, DEBUG: 1 }
  limits:
    peak-rss:     +2%  +256KiB
    minor-faults: +3%  +64
scenarios:
  parse-large:
    run: ./build/parser fixtures/large.json
    max: { peak-rss: 96MiB, mappings: 120 }
    limits: { minor-faults: +5%, anon: none }
    set-env: { DEBUG: "" }
    groups:
      "[heap]":          +2%
      "**/libopenblas*": 0
  cli-help:
    run: [./build/parser, --help]
    max-runs: 5
    expect-exit: 2
    timeout: 1.5s
    stdin: fixtures/input
    cwd: build
  api:
    serve: node dist/server.js
    ready: { port: 3000, timeout: 5s }
    warmup-drive: npx autocannon -a 5000  http://127.0.0.1:3000/items
    drive:        npx autocannon -a 10000 http://127.0.0.1:3000/items
    requests: 10000
    stop: SIGINT
    limits: { after.anon: +3% +1MiB, growth.anon: +1MiB }
`

function scenario(source: string, name: string): Scenario {
  const found = parseCheckConfig(source).find((each) => each.name === name)
  if (found === undefined) throw new Error(`no ${name}`)
  return found
}

/** What is said of a configuration, with the line that it is said of. */
function problem(source: string, key: string | null = null): string {
  try {
    parseCheckConfig(source, key)
  } catch (error) {
    if (!(error instanceof ConfigProblem)) throw error
    return `${error.line}: ${error.message}${error.hint === null ? '' : `; ${error.hint}`}`
  }
  return 'accepted'
}

/** A scenario with these lines, the first of which is line 4. */
function withLines(...lines: readonly string[]): string {
  return problem(`scenarios:\n  one:\n    run: ./a\n${lines.map((line) => `    ${line}`).join('\n')}\n`)
}

describe('a configuration', () => {
  it('has scenarios in the order of the file, each with the line on which it begins', () => {
    const found = parseCheckConfig(WHOLE)
    expect(found.map(({ name, line }) => [name, line])).toEqual([
      ['parse-large', 13],
      ['cli-help', 21],
      ['api', 28],
    ])
  })

  it('gives scenarios what the defaults say, unless they say otherwise', () => {
    const large = scenario(WHOLE, 'parse-large')
    expect(large).toMatchObject({ runs: 5, maxRuns: 8, warmup: 2, baselineRuns: 10, aslr: 'off', acceptPolled: false })
    expect(large.env).toEqual({ mode: 'clean', pass: ['JAVA_HOME'], set: { LANG: 'C', DEBUG: '' } })
    expect([...large.limits]).toEqual([
      ['peak-rss', { value: { share: 0.02, amount: 256 * 1024 }, line: 10 }],
      ['minor-faults', { value: { share: 0.05, amount: null }, line: 16 }],
      ['anon', { value: null, line: 16 }],
    ])
    expect([...large.max]).toEqual([
      ['peak-rss', { value: 96 * MIB, line: 15 }],
      ['mappings', { value: 120, line: 15 }],
    ])
    expect([...large.groups]).toEqual([
      ['[heap]', { value: { kind: 'relative', limit: { share: 0.02, amount: null } }, line: 19 }],
      ['**/libopenblas*', { value: { kind: 'most', bytes: 0 }, line: 20 }],
    ])
  })

  it('splits commands into words, and takes lists as they are', () => {
    expect(scenario(WHOLE, 'parse-large').argv).toEqual(['./build/parser', 'fixtures/large.json'])
    expect(scenario(WHOLE, 'cli-help')).toMatchObject({
      argv: ['./build/parser', '--help'],
      maxRuns: 5,
      expectExit: 2,
      timeoutMs: 1500,
      stdin: 'fixtures/input',
      cwd: 'build',
    })
  })

  it('drives servers, and gives them of the defaults what servers have', () => {
    const api = scenario(WHOLE, 'api')
    expect(api.server).toEqual({
      ready: { when: 'port', port: 3000 },
      readyMs: 5000,
      warmupDrive: 'npx autocannon -a 5000  http://127.0.0.1:3000/items',
      drive: 'npx autocannon -a 10000 http://127.0.0.1:3000/items',
      requests: 10_000,
      settleMs: 10_000,
      gcSignal: null,
      stopSignal: 'SIGINT',
      graceMs: 10_000,
    })
    expect([...api.limits.keys()]).toEqual(['peak-rss', 'after.anon', 'growth.anon'])
  })

  it('may be JSON, with tabs, and a part of package.json', () => {
    const json =
      '{\n\t"name": "x",\n\t"mmapctl": {\n\t\t"scenarios": {\n\t\t\t"one": { "run": "./a", "max": { "mappings": 120 } }\n\t\t}\n\t}\n}\n'
    expect(hasPart(json, 'mmapctl')).toBe(true)
    expect(hasPart('{"name": "x"}', 'mmapctl')).toBe(false)
    const [one] = parseCheckConfig(json, 'mmapctl')
    expect(one).toMatchObject({ name: 'one', line: 5 })
    expect(one?.max.get('mappings')).toEqual({ value: 120, line: 5 })
  })

  it('may use anchors for what is repeated', () => {
    const source =
      'scenarios:\n  one: { run: ./a, limits: &tight { anon: +1% } }\n  two: { run: ./b, limits: *tight }\n'
    expect(scenario(source, 'two').limits.get('anon')).toEqual({ value: { share: 0.01, amount: null }, line: 2 })
  })
})

describe('a mistake is named with its line', () => {
  it.each<[string, readonly string[], string]>([
    ['an unknown key', ['limts: { anon: +1% }'], '4: unknown key "limts" in scenario "one"; did you mean limits?'],
    ['an unknown metric', ['max:', '  peak-rrs: 1MiB'], '5: no metric "peak-rrs"; did you mean peak-rss?'],
    ['a short name', ['limits: { faults: +3% }'], '4: no metric "faults"; did you mean major-faults, minor-faults?'],
    [
      'a doubtful unit',
      ['max: { peak-rss: 256M }'],
      '4: max: peak-rss does not take "256M"; write it as 4096B, 512KiB, 256MiB, 1.5GiB',
    ],
    [
      'a comma',
      ['max: { peak-rss: "1,5MB" }'],
      '4: max: peak-rss does not take "1,5MB"; write it as 4096B, 512KiB, 256MiB, 1.5GiB',
    ],
    [
      'a limit without a sign',
      ['limits: { anon: 5% }'],
      '4: limits: anon does not take "5%"; write it as +5%, +2MiB, +2%+256KiB; without a sign it is a budget, which belongs under max',
    ],
    [
      'a space',
      ['limits: { anon: 5 % }'],
      '4: limits: anon does not take "5 %"; write it as +5%, +2MiB, +2%+256KiB; without a sign it is a budget, which belongs under max',
    ],
    [
      'a limit as a budget',
      ['max: { anon: +5% }'],
      '4: max: anon does not take "+5%"; write it as 4096B, 512KiB, 256MiB, 1.5GiB; with a sign it is a limit against the baseline',
    ],
    [
      'a metric of the machine',
      ['limits: { major-faults: +5% }'],
      '4: major-faults is not compared with a baseline: they tell of the page cache more than of the program; give it a budget under max, if at all',
    ],
    [
      'a metric of servers',
      ['limits: { after.anon: +5% }'],
      '4: after.anon cannot be measured without serve; write serve instead of run',
    ],
    [
      'both run and serve',
      ['serve: ./b'],
      '2: scenario "one" needs run, or serve for a server that never exits, and not both',
    ],
    [
      'a load without a server',
      ['drive: curl x'],
      '2: scenario "one" has drive, which is a server\'s; write serve instead of run',
    ],
    [
      'a share of a group',
      ['groups: { "[heap]": 2% }'],
      '4: groups: [heap] does not take "2%"; write it as +5%, +2MiB, +2%+256KiB against the baseline, or 4096B, 512KiB, 256MiB, 1.5GiB, or 0 for none at all',
    ],
    [
      'a group of an absolute path',
      ['groups: { /usr/lib/libssl.so.3: 0 }'],
      '4: no group is called "/usr/lib/libssl.so.3"; files go by their name: libssl.so.3',
    ],
    ['too few runs', ['runs: 0'], '4: runs does not take "0"; write a whole number from 1 to 100'],
    ['fewer runs at most', ['runs: 5', 'max-runs: 3'], '2: max-runs 3 is less than runs 5'],
    [
      'a baseline of too few runs',
      ['baseline-runs: 3'],
      '4: baseline-runs does not take "3"; write a whole number from 5 to 100',
    ],
    ['a duration without a unit', ['timeout: 60'], '4: timeout does not take "60"; write one of 20ms, 1.5s, 10m, 1h'],
    ['a word', ['aslr: maybe'], '4: aslr does not take "maybe"; write off or on'],
    [
      'a list',
      ['limits: [anon]'],
      '4: limits does not take a list; write limits as a map, such as { peak-rss: +2%+256KiB }',
    ],
    ['a variable’s name', ['pass-env: [A-B]'], '4: pass-env: "A-B" is no name of a variable'],
    ['the same key twice', ['env: clean', 'env: inherit'], '5: Map keys must be unique'],
  ])('%s', (_name, lines, said) => {
    expect(withLines(...lines)).toBe(said)
  })

  it.each<[string, string, string]>([
    [
      'a shell’s character',
      'scenarios:\n  a:\n    run: ./a | b\n',
      "3: run cannot be split into words: \"|\" is a shell's; no shell runs it: quote what is meant, or write run: [sh, -c, '…']",
    ],
    [
      'a variable before the program',
      'scenarios:\n  a:\n    run: A=1 ./a\n',
      '3: run begins with a variable; put A under set-env',
    ],
    [
      'no program',
      'scenarios:\n  a: {}\n',
      '2: scenario "a" needs run, or serve for a server that never exits, and not both',
    ],
    ['an empty list', 'scenarios:\n  a: { run: [] }\n', '2: run is an empty list'],
    ['no scenarios', 'version: 1\n', '1: there are no scenarios; write scenarios: { NAME: { run: ./program } }'],
    ['an empty file', '', '1: there are no scenarios; write scenarios: { NAME: { run: ./program } }'],
    ['comments alone', '# to do\n', '1: there are no scenarios; write scenarios: { NAME: { run: ./program } }'],
    ['a text', '""', '1: the configuration must be a map of keys and values'],
    ['another version', 'version: 2\nscenarios: { a: { run: ./a } }\n', '1: version does not take "2"; write 1'],
    [
      'a key at the top',
      'scenario: { a: { run: ./a } }\n',
      '1: unknown key "scenario" in the configuration; did you mean scenarios?',
    ],
    [
      'a key in the defaults',
      'defaults:\n  run: ./a\nscenarios: { a: { run: ./a } }\n',
      '2: unknown key "run" in defaults; did you mean runs, max-runs, baseline-runs?',
    ],
    [
      'a name',
      'scenarios:\n  "-x":\n    run: ./a\n',
      '2: "-x" is no name of a scenario; use letters, digits and . _ - / : @ + =',
    ],
    [
      'a name with a line feed',
      'scenarios:\n  "a\\nb": { run: ./a }\n',
      '2: "a\nb" is no name of a scenario; use letters, digits and . _ - / : @ + =',
    ],
    [
      'no YAML',
      'scenarios:\n  a: { run: ./a\n',
      '3: Flow map in block collection must be sufficiently indented and end with a }',
    ],
    [
      'a server that is never ready',
      'scenarios:\n  a: { serve: ./a }\n',
      '2: scenario "a" does not say when its server is ready; add ready: { port: 3000 }',
    ],
    [
      'two ways of being ready',
      'scenarios:\n  a: { serve: ./a, ready: { port: 1, log: x } }\n',
      '2: ready takes one of port, log and url; such as { port: 3000, timeout: 30s }',
    ],
    ['a pattern', 'scenarios:\n  a: { serve: ./a, ready: { log: "(" } }\n', '2: log: "(" is no regular expression'],
    [
      'an address',
      'scenarios:\n  a: { serve: ./a, ready: { url: localhost } }\n',
      '2: url does not take "localhost"; write it as http://127.0.0.1:3000/health',
    ],
    [
      'a growth without a warm-up',
      'scenarios:\n  a:\n    serve: ./a\n    ready: { port: 1 }\n    drive: x\n    max: { growth.anon: 1MiB }\n',
      '6: growth.anon cannot be measured without warmup-drive; add warmup-drive with the same work: without it warming up looks like a leak',
    ],
    [
      'a share of a growth',
      'scenarios:\n  a:\n    serve: ./a\n    ready: { port: 1 }\n    drive: x\n    warmup-drive: x\n    limits: { growth.anon: +5% }\n',
      '7: growth.anon takes no share: it is near 0; write an amount, such as +1MiB',
    ],
    ['an alias of nothing', 'scenarios: *none\n', '1: *none stands for nothing'],
  ])('%s', (_name, source, said) => {
    expect(problem(source)).toBe(said)
  })

  it('also when it is a part of another file', () => {
    expect(problem('{"name": "x"}', 'mmapctl')).toBe('null: has no key "mmapctl"')
  })
})

describe('a hostile configuration', () => {
  it('does not unfold without end', () => {
    const levels = Array.from(
      { length: 30 },
      (_, level) => `  l${level + 1}: &l${level + 1} [*l${level}, *l${level}, *l${level}]`,
    )
    expect(problem(`x:\n  l0: &l0 [a, b]\n${levels.join('\n')}\nscenarios: *l30\n`)).toMatch(
      /unfolds to more than can be meant/,
    )
  })

  it('does not nest without end, nor is it longer than anybody writes', () => {
    expect(problem(`scenarios: ${'['.repeat(50)}${']'.repeat(50)}\n`)).toMatch(/^1: unfolds/)
    expect(problem(`# ${'x'.repeat(1024 * 1024)}\n`)).toBe('1: is longer than 1 MiB')
  })
})
