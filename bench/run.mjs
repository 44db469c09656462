// How fast mmapctl is beside other tools; see docs/performance.md. Run by hand: it takes minutes, and its figures are
// only as good as the machine is quiet.
import { parseArgs } from 'node:util'
import { measureLatency } from './latency.mjs'
import { compare, costOf } from './pairs.mjs'
import { differences, measureParsers } from './parse.mjs'
import { MMAPCTL, runs } from './programs.mjs'
import { cells, load, machine, merge, TITLES, writeMarkdown } from './report.mjs'
import { INSTALLED, MILLION, ROWS } from './rows.mjs'
import { allowMappings, startMany } from './target.mjs'
import { checkTotals } from './totals.mjs'

const USAGE = `node bench/run.mjs [--quick] [--million] [--pairs N] [--only NAME]... [--json FILE] [--markdown FILE] [--list]

--quick     5 pairs instead of 15: a first look
--million   also a process of 1,000,000 mappings, with a third of the pairs; needs root, to raise vm.max_map_count
--only      only rows whose name begins so
--json      keep the results here, beside those of earlier runs of the same build
--markdown  put the results (all that --json keeps) into this file
--list      the names of all rows
`

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    million: { type: 'boolean', default: false },
    pairs: { type: 'string' },
    only: { type: 'string', multiple: true, default: [] },
    json: { type: 'string' },
    markdown: { type: 'string' },
    list: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})
const pairs = Number(options.pairs ?? (options.quick ? 5 : 15))
const fewer = Math.max(3, Math.round(pairs / 3))

const MACHINE = machine()

/** @type {import('./report.mjs').Result[]} */
const results = []

function wanted(/** @type {string} */ name) {
  return options.only.length === 0 || options.only.some((start) => name.startsWith(start))
}

const WIDTHS = [38, 10, 8, 34, 20, 3, 7, 8, 0]

function print(/** @type {readonly string[]} */ texts) {
  process.stdout.write(
    `${texts
      .map((text, column) => text.padEnd(WIDTHS[column] ?? 0))
      .join(' ')
      .trimEnd()}\n`,
  )
}

function add(/** @type {import('./report.mjs').Result} */ result) {
  results.push(result)
  kept()
  print(cells(result))
  if (result.detail !== '') process.stdout.write(`    ${result.name}: ${result.detail}; load ${load()}\n`)
}

/** All results there are; keeps them at once, so that an interrupted run was not for nothing. */
function kept() {
  const report = { date: new Date().toISOString(), machine: MACHINE, results }
  return options.json === undefined ? report : merge(options.json, report)
}

async function measureRow(/** @type {import('./rows.mjs').Row} */ row, /** @type {number} */ pid) {
  const { subject, against, ...fixed } = row
  const probe = /** @type {Record<string, readonly string[]>} */ (INSTALLED)[row.yardstick]
  if (probe !== undefined && !runs(probe)) {
    add({ ...fixed, figure: null, detail: '' })
    return
  }
  const count = row.mappings === MILLION ? fewer : pairs
  const result = await compare(subject(pid), against(pid), count)
  add({ ...fixed, figure: result[row.metric], detail: detailOf(result) })
}

function detailOf(/** @type {import('./pairs.mjs').Comparison} */ { subject, yardstick, cpu }) {
  const text = (/** @type {import('./pairs.mjs').Cost} */ { wallMs, cpuMs, peakKiB }) =>
    `${wallMs.toFixed(0)} ms (CPU ${cpuMs.toFixed(0)} ms, ${(peakKiB / 1024).toFixed(0)} MiB)`
  return `${text(subject)} against ${text(yardstick)}, CPU ratio ${cpu.median.toFixed(2)}`
}

/** All rows that read a process of this size, beside one such process. */
async function measureSize(/** @type {number} */ mappings) {
  const rows = ROWS.filter((row) => row.mappings === mappings && wanted(row.name))
  const check = mappings > 0 && wanted(`totals-equal-${mappings}`)
  if (rows.length === 0 && !check) return
  if (mappings === 0) {
    for (const row of rows) await measureRow(row, 0)
    return
  }
  const target = await startMany(mappings)
  try {
    for (const row of rows) await measureRow(row, target.pid)
    if (check) add(checkTotals(target.pid, mappings))
  } finally {
    await target.stop()
  }
}

async function measureMillion() {
  const restore = allowMappings(MILLION + 50_000)
  try {
    await measureSize(MILLION)
  } finally {
    restore()
  }
}

async function main() {
  costOf([...MMAPCTL, '--version'])
  process.stdout.write(`${pairs} pairs a row, load ${load()}\n`)
  print(TITLES)
  for (const size of new Set(ROWS.map((row) => row.mappings))) if (size !== MILLION) await measureSize(size)
  for (const result of await measureLatency(fewer, wanted)) add(result)
  if (wanted('parse')) {
    const different = differences()
    if (different.length > 0) throw new Error(`the parser differs from the obvious one in ${different.join(', ')}`)
    for (const result of measureParsers(fewer)) if (wanted(result.name)) add(result)
  }
  if (options.million) await measureMillion()

  if (options.markdown !== undefined) writeMarkdown(options.markdown, kept())
}

if (options.help) process.stdout.write(USAGE)
else if (options.list)
  for (const { name, what, yardstick } of ROWS) process.stdout.write(`${name}\t${what}\t${yardstick}\n`)
else await main()
