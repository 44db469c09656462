// What `mmapctl faults` costs beside a bare `perf stat`, and what recording costs a program that does nothing but
// fault. Run by hand: `node bench/faults.mjs [ROUNDS]`.
import { readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { costOf } from './pairs.mjs'
import { compile, MMAPCTL } from './programs.mjs'
import { median, spread } from './statistics.mjs'

const rounds = Number(process.argv[2] ?? 7)
const loop = compile('test/workloads/faults/loop.c')
const report = join(tmpdir(), `mmapctl-bench-${process.pid}.json`)

/** How long the measured program itself took, as the report says. */
function insideOf(/** @type {readonly string[]} */ flags, /** @type {readonly string[]} */ program) {
  costOf([...MMAPCTL, 'faults', '--json', '--output', report, ...flags, '--', ...program])
  const { runs } = JSON.parse(readFileSync(report, 'utf8'))
  return runs.at(-1).wallMs
}

const PERF = ['perf', 'stat', '-x', ';', '-o', '/dev/null', '-e', 'page-faults,minor-faults,major-faults', '--']
const SHORT = [loop, '1']
const MILLION = [loop, '1000']

/** @type {[string, () => number][]} */
const SHORT_WAYS = [
  ['perf stat', () => costOf([...PERF, ...SHORT]).wallMs],
  ['mmapctl faults', () => costOf([...MMAPCTL, 'faults', '--quiet', '--output', '/dev/null', '--', ...SHORT]).wallMs],
  [
    'mmapctl faults --backend proc',
    () =>
      costOf([...MMAPCTL, 'faults', '--quiet', '--backend', 'proc', '--output', '/dev/null', '--', ...SHORT]).wallMs,
  ],
]
/** @type {[string, () => number][]} */
const MILLION_WAYS = [
  ['bare', () => costOf(MILLION).wallMs],
  ['perf stat', () => costOf([...PERF, ...MILLION]).wallMs],
  ['mmapctl faults', () => insideOf([], MILLION)],
  ['mmapctl faults --backend proc', () => insideOf(['--backend', 'proc'], MILLION)],
  ['mmapctl faults --by symbol', () => insideOf(['--by', 'symbol'], MILLION)],
  ['mmapctl faults --by symbol --period 1', () => insideOf(['--by', 'symbol', '--period', '1'], MILLION)],
  ['mmapctl faults --by symbol --period 101', () => insideOf(['--by', 'symbol', '--period', '101'], MILLION)],
]

function measure(/** @type {string} */ title, /** @type {[string, () => number][]} */ ways) {
  const times = ways.map(() => /** @type {number[]} */ ([]))
  for (let round = -1; round < rounds; round++) {
    const order = ways.map((_, index) => index)
    if (round % 2 !== 0) order.reverse()
    // The round before the first is a warm-up.
    for (const index of order) {
      const ms = ways[index][1]()
      if (round >= 0) times[index].push(ms)
    }
  }
  process.stdout.write(`${title}, ${rounds} rounds, interleaved\n`)
  ways.forEach(([name], index) => {
    const ratio = spread(times[index].map((ms, round) => ms / times[0][round]))
    const cells = [name.padEnd(44), `${median(times[index]).toFixed(0)} ms`.padStart(8)]
    cells.push(`${ratio.median.toFixed(2)} × [${ratio.min.toFixed(2)}–${ratio.max.toFixed(2)}]`)
    process.stdout.write(`  ${cells.join('  ')}\n`)
  })
}

measure('a short program, wall time of the whole command', SHORT_WAYS)
measure('a million faults, wall time of the program itself', MILLION_WAYS)
rmSync(report, { force: true })
