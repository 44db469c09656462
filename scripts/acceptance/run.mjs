// Tries the memory gate on real programs: unchanged ones must not fail, on a quiet machine and on a busy one, and those
// that take 5 % more must, with the right mappings named. Run by hand, for hours:
//
//   npm run acceptance -- [--rounds N] [--until HH:MM] [--update | --fresh]
//
// --update takes the package as it is built now, and keeps what was found with another; --fresh forgets that.
// What was found is kept in .tmp/acceptance/results.jsonl, so that it can be stopped and taken up again; docs/acceptance.md
// is written anew after each round.
import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { loadavg, setPriority } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { copyPackage, packageHash, runGate, writeConfig } from './gate.mjs'
import { startLoad } from './load.mjs'
import { buildPrograms } from './programs.mjs'
import { writeReport } from './report.mjs'

const WORK = fileURLToPath(new URL('../../.tmp/acceptance/', import.meta.url))
const RESULTS = join(WORK, 'results.jsonl')
/** A baseline is one sample of ten runs: with another from time to time, an unlucky one decides less. */
const ROUNDS_OF_A_BASELINE = 10
/** A growth is checked in one of so many rounds: it takes all eight runs, and is far easier to tell than no growth. */
const ROUNDS_OF_A_GROWTH = 5
/** How much more of its peak a changed program takes. */
const CHANGE = 0.05

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '200' },
    until: { type: 'string' },
    update: { type: 'boolean', default: false },
    fresh: { type: 'boolean', default: false },
  },
})

/** @typedef {'quiet' | 'busy' | 'changed'} Condition */

/**
 * One check of one program.
 *
 * @typedef {object} Result
 * @property {number} round
 * @property {string} build
 * @property {string} program
 * @property {Condition} condition
 * @property {number | null} status
 * @property {number} load The machine's load average of a minute.
 * @property {number} runs
 * @property {Readonly<Record<string, { verdict: string, relative: number | null }>>} metrics
 * @property {readonly string[]} reasons
 * @property {string | null} named The group that grew most, beyond its noise.
 * @property {boolean} right Whether that is where the memory was added.
 */

setPriority(5)
const keepsResults = !options.fresh && existsSync(RESULTS)
if (!keepsResults) rmSync(WORK, { recursive: true, force: true })
mkdirSync(WORK, { recursive: true })
const entry = join(WORK, 'package/bin/run.cjs')
if (!keepsResults || options.update) {
  rmSync(join(WORK, 'package'), { recursive: true, force: true })
  copyPackage(join(WORK, 'package'))
}
const command = [process.execPath, entry]
const build = packageHash(entry)
const project = join(WORK, 'project')
const programs = buildPrograms(project)
const results = keepsResults ? readResults() : []
const last = Number(options.rounds)

const first = Math.max(0, ...results.map((each) => each.round)) + 1

for (let round = first; round <= last && !isOver(); round++) {
  if (round % ROUNDS_OF_A_BASELINE === 1 || round === first) record()
  for (const program of programs) found(round, program, 'quiet')
  const stop = startLoad(WORK)
  for (const program of programs) found(round, program, 'busy')
  stop()
  if (round % ROUNDS_OF_A_GROWTH === 0) for (const program of programs) found(round, program, 'changed')
  writeReport(results, programs)
}

/** @returns {Result[]} */
function readResults() {
  return readFileSync(RESULTS, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line))
}

function isOver() {
  if (options.until === undefined) return false
  return new Date().toTimeString().slice(0, 5) >= options.until
}

/** Records a baseline, and how much is 5 % of each program. */
function record() {
  writeConfig(project, 'mmapctl.json', programs, {})
  const run = runGate(command, ['baseline', 'update', '--force', '--reason', 'acceptance'], project)
  if (run.status !== 0) throw new Error(`no baseline: ${run.stdout}${run.stderr}`)
  const { scenarios } = JSON.parse(readFileSync(join(project, '.mmapctl/baseline.json'), 'utf8'))
  const keep = Object.fromEntries(
    programs.map(({ name }) => [name, Math.ceil(CHANGE * scenarios[name].metrics['peak-rss'].median)]),
  )
  writeConfig(project, 'changed.json', programs, keep)
}

function found(
  /** @type {number} */ round,
  /** @type {import('./programs.mjs').Program} */ program,
  /** @type {Condition} */ condition,
) {
  const config = condition === 'changed' ? ['--config', 'changed.json'] : []
  const run = runGate(command, ['check', '--json', ...config, program.name], project)
  const [scenario] = run.stdout === '' ? [] : JSON.parse(run.stdout).scenarios
  const moved = (scenario?.growth?.rows ?? []).filter(({ change }) => change === 'grew' || change === 'new')
  const named = moved[0]?.key ?? null
  /** @type {Result} */
  const result = {
    round,
    build,
    program: program.name,
    condition,
    status: run.status,
    load: loadavg()[0],
    runs: scenario?.runs ?? 0,
    metrics: Object.fromEntries(
      (scenario?.metrics ?? [])
        .filter(({ verdict }) => verdict !== 'not-gated')
        .map(({ metric, verdict, relative }) => [metric, { verdict, relative }]),
    ),
    reasons: (scenario?.reasons ?? []).map(({ code }) => code),
    named,
    right: named !== null && program.grows.test(named),
  }
  results.push(result)
  appendFileSync(RESULTS, `${JSON.stringify(result)}\n`)
  // What is not as it should be is kept whole.
  const expected = condition === 'changed' ? run.status === 3 && result.right : run.status === 0
  if (!expected)
    appendFileSync(join(WORK, 'odd.jsonl'), `${JSON.stringify({ ...result, said: run.stderr, scenario })}\n`)
}
