// What measuring costs the measured program, and how much the figures of one program differ from run to run. Run by
// hand: `npm run bench:measure [ROUNDS]`.
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { measureRun } from '../src/cli/measure-run.ts'
import { cleanEnvironment } from '../src/runners/measure/environment.ts'
import { compile, runs } from './programs.mjs'
import { median, spread } from './statistics.mjs'

const rounds = Number(process.argv[2] ?? 11)
const directory = mkdtempSync(join(tmpdir(), 'mmapctl-bench-'))
const acts = compile('test/workloads/measure/acts.c')
const env = cleanEnvironment(process.env)

writeFileSync(
  join(directory, 'numbers'),
  Array.from({ length: 500_000 }, (_, index) => (index * 7919) % 1_000_003).join('\n'),
)
writeFileSync(
  join(directory, 'J.java'),
  'public class J { public static void main(String[] a) { var m = new java.util.HashMap<Integer, byte[]>(); ' +
    'for (int i = 0; i < 100000; i++) m.put(i, new byte[100 + i % 400]); System.out.println(m.size()); } }',
)
const NODE = `const m = new Map(); for (let i = 0; i < 150000; i++) m.set('k' + i, { i }); JSON.parse(JSON.stringify([...m]))`
const PYTHON = 'import json; d = {str(i): list(range(i % 7)) for i in range(60000)}; json.loads(json.dumps(d))'

/** @type {[string, string[]][]} */
const PROGRAMS = [
  ['200 MiB touched', [acts, 'anon:200']],
  ['300 processes, one by one', [acts, 'spawn:300']],
  ['1000 threads, one by one', [acts, ...Array(1000).fill('thread:0')]],
  [
    '4 processes that share 100 MiB',
    [acts, 'anon:100', ...Array(3).fill(['fork', 'anon:10', 'sleep:500', 'end']).flat(), 'wait'],
  ],
  ['sort of 500,000 numbers', ['sort', join(directory, 'numbers')]],
  ['git log --stat', ['git', 'log', '--stat']],
  ['node: 150,000 objects as JSON', [process.execPath, '-e', NODE]],
  ['python: 60,000 lists as JSON', ['python3', '-c', PYTHON]],
  ['java: 100,000 arrays', ['java', '-cp', directory, 'J']],
]
const METHODS = /** @type {const} */ (['ptrace', 'poll'])
const METRICS = /** @type {const} */ (['peak-rss', 'anon', 'minor-faults', 'mappings', 'page-tables'])

if (runs(['javac', '-version'])) execFileSync('javac', ['-d', directory, join(directory, 'J.java')])

for (const [title, argv] of PROGRAMS) {
  if (!runs(argv)) continue
  const bare = /** @type {number[]} */ ([])
  const ratios = { ptrace: /** @type {number[]} */ ([]), poll: /** @type {number[]} */ ([]) }
  const figures = new Map(METRICS.map((name) => [name, /** @type {number[]} */ ([])]))
  for (let round = 0; round < rounds; round++) {
    const from = performance.now()
    spawnSync(argv[0], argv.slice(1), { stdio: 'ignore', env })
    bare.push(performance.now() - from)
    for (const method of round % 2 === 0 ? METHODS : [...METHODS].reverse()) {
      const run = await measure(argv, method)
      ratios[method].push((run.seconds * 1000) / bare[round])
      if (method !== 'ptrace') continue
      for (const name of METRICS) figures.get(name)?.push(run.metrics[name].value ?? Number.NaN)
    }
  }
  print(title, bare, ratios, figures)
}
rmSync(directory, { recursive: true })

function measure(/** @type {string[]} */ argv, /** @type {'ptrace' | 'poll'} */ method) {
  return measureRun({
    argv: /** @type {[string, ...string[]]} */ (argv),
    env,
    cwd: process.cwd(),
    stdin: 'nothing',
    stdout: 'discard',
    stderr: 'discard',
    randomisation: 'off',
    expected: null,
    method,
    lingerMs: 1000,
    graceMs: 1000,
    timeoutMs: null,
    dtlbMisses: false,
  })
}

function print(
  /** @type {string} */ title,
  /** @type {number[]} */ bare,
  /** @type {Record<'ptrace' | 'poll', number[]>} */ ratios,
  /** @type {Map<string, number[]>} */ figures,
) {
  const lines = [`${title}: ${median(bare).toFixed(0)} ms bare, ${rounds} rounds`]
  for (const method of METHODS) {
    const { median: middle, min, max } = spread(ratios[method])
    lines.push(`  ${method.padEnd(13)} ${middle.toFixed(2)} × [${min.toFixed(2)}–${max.toFixed(2)}]`)
  }
  for (const [name, values] of figures) {
    const { median: middle, min, max } = spread(values)
    const range = (100 * (max - min)) / middle
    lines.push(
      `  ${name.padEnd(13)} ${min} / ${middle} / ${max}, range ${range.toFixed(2)} %, ${new Set(values).size} values`,
    )
  }
  process.stdout.write(`${lines.join('\n')}\n`)
}
