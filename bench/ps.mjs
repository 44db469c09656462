// What `mmapctl ps` costs beside a C program that reads the same files and does nothing with them, and beside other
// lists of processes. Run by hand: `npm run bench:ps [PAIRS]`. It starts up to 2,000 processes of its own.
import { compare } from './pairs.mjs'
import { compile, EMPTY, MMAPCTL, runs } from './programs.mjs'
import { load } from './report.mjs'
import { startCrowd } from './target.mjs'

const pairs = Number(process.argv[2] ?? 9)
const CROWDS = [300, 2000]

const floor = compile('bench/ps-floor.c')
const usual = [floor, 'status', 'smaps_rollup', 'cmdline']
const all = [floor, 'status', 'smaps_rollup', 'stat', 'cgroup', 'oom_score', 'oom_score_adj', 'cmdline']
const node = [process.execPath, EMPTY]
const ps = (/** @type {readonly string[]} */ ...args) => [...MMAPCTL, 'ps', ...args]

/** @type {readonly [string, readonly string[], string, readonly (readonly string[])[]][]} */
const ROWS = [
  ['mmapctl ps', ps(), 'C reading the same files', [usual]],
  ['mmapctl ps', ps(), 'that and node empty.cjs', [usual, node]],
  ['mmapctl ps --json', ps('--json'), 'C reading the same files', [all]],
  ['mmapctl ps --json', ps('--json'), 'that and node empty.cjs', [all, node]],
  [
    'mmapctl ps --group-by name',
    ps('--group-by', 'name'),
    'C reading the same files',
    [[floor, 'status', 'smaps_rollup']],
  ],
  ['mmapctl ps --basic', ps('--basic'), 'C reading status', [[floor, 'status']]],
  ['mmapctl ps --basic', ps('--basic'), 'ps aux', [['ps', 'aux']]],
  ['mmapctl ps', ps(), 'ps aux', [['ps', 'aux']]],
  ['mmapctl ps', ps(), 'smem', [['smem']]],
]

const WIDTHS = [28, 26, 22, 10]

function print(/** @type {readonly string[]} */ cells) {
  process.stdout.write(`${cells.map((cell, at) => cell.padEnd(WIDTHS[at] ?? 0)).join(' ')}\n`)
}

function cost(/** @type {import('./pairs.mjs').Cost} */ { wallMs, cpuMs, peakKiB }) {
  return `${wallMs.toFixed(0)} ms (CPU ${cpuMs.toFixed(0)} ms, ${(peakKiB / 1024).toFixed(0)} MiB)`
}

for (const count of CROWDS) {
  const crowd = await startCrowd(count)
  try {
    process.stdout.write(`\n${count} processes, ${pairs} pairs a row, load ${load()}\n`)
    print(['what', 'yardstick', 'wall ratio [95 %]', 'CPU ratio', ' medians'])
    for (const [what, subject, yardstick, against] of ROWS) {
      if (yardstick === 'smem' && !runs(['smem', '-h'])) continue
      const { wall, cpu, subject: ours, yardstick: theirs } = await compare([subject], against, pairs)
      const ratio = `${wall.median.toFixed(2)} [${wall.low.toFixed(2)}–${wall.high.toFixed(2)}]`
      print([what, yardstick, ratio, cpu.median.toFixed(2), `${cost(ours)} against ${cost(theirs)}`])
    }
  } finally {
    await crowd.stop()
  }
}
