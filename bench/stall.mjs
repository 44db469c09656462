// How long a process waits for those who look at it, for processes of many shapes: `npm run bench:stall [ROUNDS]`.
// Writes the tables of docs/cost.md. A gigabyte or two of memory is needed.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, release, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { sample, whileReading } from './latency.mjs'
import { environment, MMAPCTL, runs } from './programs.mjs'
import { load } from './report.mjs'
import { median } from './statistics.mjs'
import { startLatency } from './target.mjs'

const rounds = Number(process.argv[2] ?? 3)
const PAGE_TO_BE = fileURLToPath(new URL('../docs/cost.md', import.meta.url))
const BUDGET = 5

/** @type {readonly (readonly [string, readonly (number | string)[]])[]} */
const SHAPES = [
  ['65,000 mappings', [65_000]],
  ['1 GiB of small pages, one mapping', ['pages', 1024, 1]],
  ['1 GiB of small pages, 32 mappings', ['split', 1024, 32]],
  ['10,000 pages in as many page tables', ['sparse', 10_000]],
  ['1 GiB of huge pages', ['huge', 1024]],
  ['1 GiB of shared memory', ['shared', 1024]],
]

const kept = join(mkdtempSync(join(tmpdir(), 'mmapctl-stall-')), 'kept.mmapcap')
process.on('exit', () => rmSync(dirname(kept), { recursive: true, force: true }))

/** The reports that look as deep as they may. */
const bounded = ['thp', 'dirty', 'overcommit', 'doctor']

/** @type {readonly (readonly [string, (pid: string) => readonly string[]])[]} */
const READERS = [
  ['`maps --basic`', (pid) => [...MMAPCTL, 'maps', pid, '--basic']],
  [`\`maps --max-stall ${BUDGET}ms\``, (pid) => [...MMAPCTL, 'maps', pid, '--max-stall', `${BUDGET}ms`]],
  .../** @type {typeof READERS} */ (
    bounded.map((name) => [
      `\`${name} --max-stall ${BUDGET}ms\``,
      (pid) => [...MMAPCTL, name, pid, '--max-stall', `${BUDGET}ms`],
    ])
  ),
  [
    `\`capture --max-stall ${BUDGET}ms\``,
    (pid) => [...MMAPCTL, 'capture', pid, '-o', kept, '--max-stall', `${BUDGET}ms`],
  ],
  ['`watch`, for 2 s', (pid) => [...MMAPCTL, 'watch', pid, '--for', '2s']],
  ['`faults --pid`, for 2 s', (pid) => [...MMAPCTL, 'faults', '--pid', pid, '--duration', '2s']],
  ['`maps --max-stall 10s`', (pid) => [...MMAPCTL, 'maps', pid, '--max-stall', '10s']],
  ['`ps`, of it alone', (pid) => [...MMAPCTL, 'ps', pid, '--max-stall', '10s']],
  ['`pmap -x`', (pid) => ['pmap', '-x', pid]],
  ['`smem`, of it alone', () => ['smem', '-P', 'bench/latency']],
]

/** Else what is measured is how long the reader waits for a CPU with the lock held, which no choice of file changes. */
const realTime = runs(['chrt', '-f', '5', 'true']) ? ['chrt', '-f', '5'] : []

/** What mmapctl predicts, and how long the longest read really took. */
function foretold(/** @type {string} */ pid) {
  const looks = Array.from({ length: rounds }, () => look(pid, '10s'))
  const tier = look(pid, `${BUDGET}ms`)
  return {
    // With the smaller budget, for which this machine's speed is measured.
    predicted: tier.predicted,
    real: median(looks.map(({ real }) => real)),
    tier: tier.depth,
    tierReal: tier.real,
  }
}

function look(/** @type {string} */ pid, /** @type {string} */ maxStall) {
  const [program, ...args] = [...realTime, ...MMAPCTL, 'maps', pid, '--json', '--max-stall', maxStall]
  const env = environment()
  const { stdout } = spawnSync(String(program), args, { encoding: 'utf8', env, maxBuffer: 2 ** 30 })
  const { cost, depth } = JSON.parse(stdout)
  return { predicted: cost.predictedStallMs, real: cost.longestReadMs, depth }
}

const waits = []
const predictions = []
for (const [shape, args] of SHAPES) {
  const target = await startLatency(...args)
  const pid = String(target.pid)
  try {
    const { predicted, real, tier, tierReal } = foretold(pid)
    predictions.push([shape, ms(predicted), ms(real), ratio(predicted / real), tier, ms(tierReal)])
    const idle = []
    for (let round = 0; round < rounds; round++) idle.push(await sample(target, BUDGET * 1000))
    waits.push([shape, 'nobody', ...cells(idle)])
    for (const [name, command] of READERS) {
      if (!command(pid)[0]?.includes('/') && !runs([String(command(pid)[0]), '-h'])) continue
      const read = []
      for (let round = 0; round < rounds; round++)
        read.push(await whileReading(command(pid), () => sample(target, BUDGET * 1000), realTime))
      waits.push(['', name, ...cells(read)])
      process.stdout.write(`${shape}: ${name}: ${cells(read).join(' ')}\n`)
    }
  } finally {
    await target.stop()
  }
}

function cells(/** @type {readonly import('./latency.mjs').Latency[]} */ samples) {
  const of = (/** @type {keyof import('./latency.mjs').Latency} */ key) => samples.map((each) => each[key])
  const longer = of('longer').reduce((sum, count) => sum + count, 0)
  const all = of('count').reduce((sum, count) => sum + count, 0)
  return [us(median(of('p50us'))), us(median(of('p99us'))), us(median(of('maxUs'))), `${longer} of ${all}`]
}

function us(/** @type {number} */ value) {
  return value < 1000 ? `${value.toFixed(value < 10 ? 1 : 0)} µs` : ms(value / 1000)
}

function ms(/** @type {number} */ value) {
  return `${value < 10 ? value.toFixed(2) : value.toFixed(0)} ms`
}

function ratio(/** @type {number} */ value) {
  return value.toFixed(value < 10 ? 2 : 0)
}

function table(/** @type {readonly string[]} */ titles, /** @type {readonly (readonly string[])[]} */ rows) {
  const line = (/** @type {readonly string[]} */ row) => `| ${row.join(' | ')} |`
  return [line(titles), line(titles.map(() => '---')), ...rows.map(line)].join('\n')
}

const machine = `${cpus()[0]?.model ?? 'unknown CPU'}, ${cpus().length} CPUs; Linux ${release()}; Node ${process.version}; load ${load()}; ${rounds} rounds of 2 s.`
const text = [
  machine,
  '',
  table(['process', 'predicted', 'real', 'ratio', `tier at ${BUDGET} ms`, 'its longest hold'], predictions),
  '',
  table(['process', 'reader in a loop', 'p50', 'p99', 'longest', `longer than ${BUDGET} ms`], waits),
].join('\n')
const [begin, end] = ['<!-- figures: written by `npm run bench:stall` -->', '<!-- end of figures -->']
const page = readFileSync(PAGE_TO_BE, 'utf8')
const [before, rest] = page.split(begin)
const after = rest?.split(end)[1]
if (before === undefined || after === undefined) throw new Error('docs/cost.md has no place for figures')
writeFileSync(PAGE_TO_BE, `${before}${begin}\n\n${text}\n\n${end}${after}`)
