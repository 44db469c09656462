// Measures two commands side by side: machines change their speed within minutes, so only adjacent runs compare.
import { spawnSync } from 'node:child_process'
import { setImmediate } from 'node:timers/promises'
import { compile, environment } from './programs.mjs'
import { median, spread } from './statistics.mjs'

/** @typedef {{ wallMs: number, cpuMs: number, peakKiB: number }} Cost */
/** @typedef {readonly string[]} Argv */
/** @typedef {import('./statistics.mjs').Spread} Spread */
/**
 * @typedef {object} Comparison
 * @property {Spread} wall Ratios of the pairs.
 * @property {Spread} cpu
 * @property {Spread} peak
 * @property {Cost} subject Medians.
 * @property {Cost} yardstick
 */

/** Fewer have no median worth the name. */
const LEAST_PAIRS = 3

/** @type {string | undefined} */
let measure

/** Runs one command to its end. */
export function costOf(/** @type {Argv} */ argv) {
  measure ??= compile('bench/measure.c')
  const run = spawnSync(measure, [...argv], { encoding: 'utf8', env: environment() })
  if (run.status !== 0) throw new Error(run.stderr)
  const { wallMs, userMs, systemMs, peakKiB, status } = JSON.parse(run.stdout)
  if (status !== 0) throw new Error(`${argv.join(' ')} ended with ${status}: ${run.stderr}`)
  return { wallMs, cpuMs: userMs + systemMs, peakKiB }
}

/** Several commands one after the other count as one; their peaks do not add up. */
function costOfAll(/** @type {readonly Argv[]} */ commands) {
  return commands.map(costOf).reduce((sum, cost) => ({
    wallMs: sum.wallMs + cost.wallMs,
    cpuMs: sum.cpuMs + cost.cpuMs,
    peakKiB: Math.max(sum.peakKiB, cost.peakKiB),
  }))
}

/**
 * Runs subject and yardstick in turn, changing which goes first; a pair that is not counted goes ahead. Three pairs are
 * always measured, and no more are begun when the time is up.
 *
 * @param {readonly Argv[]} subject
 * @param {readonly Argv[]} yardstick
 * @returns {Promise<Comparison>}
 */
export async function compare(subject, yardstick, /** @type {number} */ pairs, forMs = Number.POSITIVE_INFINITY) {
  /** @type {Cost[]} */
  const ours = []
  /** @type {Cost[]} */
  const theirs = []
  costOfAll(subject)
  costOfAll(yardstick)
  const until = performance.now() + forMs
  for (let pair = 0; pair < pairs && (pair < LEAST_PAIRS || performance.now() < until); pair++) {
    if (pair % 2 === 0) ours.push(costOfAll(subject))
    theirs.push(costOfAll(yardstick))
    if (pair % 2 === 1) ours.push(costOfAll(subject))
    // A Ctrl-C is heard only here.
    await setImmediate()
  }
  const ratios = (/** @type {keyof Cost} */ key) => spread(ours.map((cost, pair) => cost[key] / theirs[pair][key]))
  return {
    wall: ratios('wallMs'),
    cpu: ratios('cpuMs'),
    peak: ratios('peakKiB'),
    subject: medians(ours),
    yardstick: medians(theirs),
  }
}

function medians(/** @type {readonly Cost[]} */ costs) {
  return {
    wallMs: median(costs.map((cost) => cost.wallMs)),
    cpuMs: median(costs.map((cost) => cost.cpuMs)),
    peakKiB: median(costs.map((cost) => cost.peakKiB)),
  }
}
