// The results as a table, for the terminal and for the documentation.
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { availableParallelism, cpus, loadavg, release } from 'node:os'
import { fileURLToPath } from 'node:url'
import { verdict } from './statistics.mjs'

/**
 * @typedef {object} Result
 * @property {string} name
 * @property {string} what
 * @property {string} yardstick
 * @property {number} mappings
 * @property {string} metric
 * @property {number | null} goal
 * @property {number | null} stretch
 * @property {import('./statistics.mjs').Spread | null} figure `null` when it could not be measured.
 * @property {string} detail
 *
 * @typedef {object} Machine
 * @property {string} cpu
 * @property {number} cpus
 * @property {string} kernel
 * @property {string} node
 * @property {string} build Hash of the command that was measured.
 *
 * @typedef {object} Report
 * @property {string} date
 * @property {Machine} machine
 * @property {readonly Result[]} results
 */

const BEGIN = '<!-- figures: written by `node bench/run.mjs --markdown docs/performance.md` -->'
const END = '<!-- end of figures -->'

/** @returns {Machine} */
export function machine() {
  const dist = fileURLToPath(new URL('../dist/', import.meta.url))
  // The names of the parts hold hashes of what is in them.
  const parts = readdirSync(dist).filter((name) => name.endsWith('.cjs'))
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cpus: availableParallelism(),
    kernel: release(),
    node: process.version,
    build: createHash('sha256').update(parts.sort().join()).digest('hex').slice(0, 12),
  }
}

export function load() {
  return loadavg()[0]?.toFixed(2) ?? 'unknown'
}

/**
 * Writes results to a file, beside those that an earlier run of the same build on the same machine left there.
 *
 * @param {string} file
 * @param {Report} report
 * @returns {Report} All of them.
 */
export function merge(file, report) {
  /** @type {Report | null} */
  const before = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : null
  const same = before !== null && JSON.stringify(before.machine) === JSON.stringify(report.machine)
  const fresh = new Set(report.results.map(({ name }) => name))
  const kept = same ? before.results.filter(({ name }) => !fresh.has(name)) : []
  const all = { ...report, results: [...kept, ...report.results] }
  writeFileSync(file, `${JSON.stringify(all, null, 2)}\n`)
  return all
}

/** One result as the cells of a row. */
export function cells(/** @type {Result} */ result) {
  const { what, yardstick, mappings, metric, figure, goal, stretch } = result
  const of = mappings === 0 ? '' : mappings.toLocaleString('en-US')
  if (figure === null) return [what, of, metric, yardstick, 'not installed', '', '', '', '']
  return [
    what,
    of,
    metric,
    yardstick,
    `${ratio(figure.median)} [${ratio(figure.min)}–${ratio(figure.max)}]`,
    String(figure.n),
    goal === null ? '' : `≤ ${goal}`,
    stretch === null ? '' : `≤ ${stretch}`,
    verdict(figure, { goal, stretch }),
  ]
}

export const TITLES = ['what', 'mappings', 'metric', 'yardstick', 'ratio [min–max]', 'n', 'goal', 'stretch', 'verdict']

/** Puts the figures between the markers of a Markdown file. */
export function writeMarkdown(/** @type {string} */ file, /** @type {Report} */ report) {
  const text = readFileSync(file, 'utf8')
  const from = text.indexOf(BEGIN)
  const to = text.indexOf(END)
  if (from === -1 || to < from) throw new Error(`${file} has no markers for the figures`)
  writeFileSync(file, `${text.slice(0, from)}${BEGIN}\n\n${markdown(report)}\n${text.slice(to)}`)
}

function markdown(/** @type {Report} */ { date, machine: { cpu, cpus: count, kernel, node }, results }) {
  const rows = [TITLES, TITLES.map(() => '---'), ...results.map(cells)].map(
    (row) => `| ${row.map(cellText).join(' | ')} |`,
  )
  const details = results.filter(({ detail }) => detail !== '').map(({ what, detail }) => `- ${code(what)}: ${detail}`)
  return [
    `${cpu}, ${count} CPUs; Linux ${kernel}; Node ${node}; ${date.slice(0, 10)}.`,
    '',
    ...rows,
    '',
    'What the medians were, for orientation only:',
    '',
    ...details,
    '',
  ].join('\n')
}

function cellText(/** @type {string} */ text, /** @type {number} */ column) {
  return column === 0 ? code(text) : text
}

function code(/** @type {string} */ text) {
  return /^(mmapctl|cat|node) /.test(text) ? `\`${text}\`` : text
}

function ratio(/** @type {number} */ value) {
  return value < 0.995 ? value.toFixed(2) : value.toPrecision(3)
}
