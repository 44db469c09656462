// How fast mmapctl is beside other tools; see docs/performance.md. Run by hand: it takes minutes, and its figures are
// only as good as the machine is quiet.
import { parseArgs } from 'node:util'
import { measureLatency } from './latency.mjs'
import { compare, costOf } from './pairs.mjs'
import { differences, measureParsers } from './parse.mjs'
import { MMAPCTL, runs } from './programs.mjs'
import { cells, load, machine, merge, TITLES, writeMarkdown } from './report.mjs'
import { INSTALLED, MILLION, ROWS, SHORT } from './rows.mjs'
import { allowMappings, startNamed } from './target.mjs'
import { checkTotals } from './totals.mjs'

const USAGE = `node bench/run.mjs [--short] [--quick] [--million] [--pairs N] [--only NAME]... [--json FILE] [--markdown FILE] [--list]

--short     a few rows in half a minute, as a report: it never fails
--quick     5 pairs instead of 15: a first look
--million   also a process of 1,000,000 mappings, with a third of the pairs; needs root, to raise vm.max_map_count
--only      only rows whose name begins so
--json      keep the results here, beside those of earlier runs of the same build
--markdown  put the results (all that --json keeps) into this file; not those of some rows alone
--list      the names of all rows
`

const { values: options } = parseArgs({
  options: {
    short: { type: 'boolean', default: false },
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
const pairs = Number(options.pairs ?? (options.quick || options.short ? 5 : 15))
const fewer = Math.max(3, Math.round(pairs / 3))

/** No pair of a row is begun later than this: all rows together take about ten minutes, a million mappings five more. */
const ROW_MS = options.short ? 3000 : 10_000
/** No row of a short run is begun later than this. */
const SHORT_MS = 22_000

const MACHINE = machine()

/** @type {import('./report.mjs').Result[]} */
const results = []

function wanted(/** @type {string} */ name) {
  if (options.short) return SHORT.includes(name)
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

/**
 * @param {import('./rows.mjs').Row} row
 * @param {import('./target.mjs').Target} target
 */
async function measureRow(row, target) {
  const { subject, against, ...fixed } = row
  const probe = /** @type {Record<string, readonly string[]>} */ (INSTALLED)[row.yardstick]
  if (probe !== undefined && !runs(probe)) {
    add({ ...fixed, figure: null, detail: '' })
    return
  }
  // What a process holds at most hardly changes from run to run.
  const count = row.metric === 'peak' || row.mappings === MILLION ? fewer : pairs
  const result = await compare(subject(target), against(target), count, ROW_MS)
  add({ ...fixed, figure: result[row.metric], detail: detailOf(result) })
}

function detailOf(/** @type {import('./pairs.mjs').Comparison} */ { subject, yardstick, cpu }) {
  const text = (/** @type {import('./pairs.mjs').Cost} */ { wallMs, cpuMs, peakKiB }) =>
    `${wallMs.toFixed(0)} ms (CPU ${cpuMs.toFixed(0)} ms, ${(peakKiB / 1024).toFixed(0)} MiB)`
  return `${text(subject)} against ${text(yardstick)}, CPU ratio ${cpu.median.toFixed(2)}`
}

/**
 * All rows that need the same processes, beside them.
 *
 * @param {import('./target.mjs').TargetName} name
 * @param {number} mappings
 */
async function measureBeside(name, mappings) {
  const rows = ROWS.filter((row) => row.target === name && row.mappings === mappings && wanted(row.name))
  const check = mappings > 0 && wanted(`totals-equal-${mappings}`)
  if (rows.length === 0 && !check) return
  // The limit is asked for only when a mapping is made.
  const restore = mappings === MILLION ? allowMappings(MILLION + 50_000) : () => undefined
  const target = await startNamed(name, mappings).finally(restore)
  try {
    for (const row of rows) if (!isLate()) await measureRow(row, target)
    if (check) add(checkTotals(target.pid, mappings))
  } finally {
    await target.stop()
  }
}

/** Whether a short run has taken long enough. */
function isLate() {
  return options.short && performance.now() > SHORT_MS
}

/** Every kind of target once, in the order of the rows. */
function targets() {
  const all = ROWS.map(({ target, mappings }) => ({ target, mappings }))
  const million = (/** @type {number} */ mappings) => mappings === MILLION
  return all
    .filter(({ mappings }) => options.million || !million(mappings))
    .filter((one, at) => all.findIndex(({ target, mappings }) => isSame(one, { target, mappings })) === at)
}

/** @typedef {Pick<import('./rows.mjs').Row, 'target' | 'mappings'>} Beside */
function isSame(/** @type {Beside} */ a, /** @type {Beside} */ b) {
  return a.target === b.target && a.mappings === b.mappings
}

async function main() {
  costOf([...MMAPCTL, '--version'])
  process.stdout.write(`${pairs} pairs a row, load ${load()}\n`)
  print(TITLES)
  for (const { target, mappings } of targets()) await measureBeside(target, mappings)
  if (options.short) return
  for (const result of await measureLatency(fewer, wanted)) add(result)
  if (wanted('parse')) {
    const different = differences()
    if (different.length > 0) throw new Error(`the parser differs from the obvious one in ${different.join(', ')}`)
    for (const result of measureParsers(fewer)) if (wanted(result.name)) add(result)
  }

  const isPart = options.only.length > 0 && options.json === undefined
  if (options.markdown !== undefined && !isPart) writeMarkdown(options.markdown, kept())
}

if (options.help) process.stdout.write(USAGE)
else if (options.list)
  for (const { name, what, yardstick } of ROWS) process.stdout.write(`${name}\t${what}\t${yardstick}\n`)
else if (options.short) {
  await main().catch((error) => process.stdout.write(`not measured any further: ${error.message}\n`))
} else await main()
