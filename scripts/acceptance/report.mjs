// docs/acceptance.md: what was counted, and what may be concluded from it.
import { readFileSync, writeFileSync } from 'node:fs'
import { arch, cpus, release } from 'node:os'
import { fileURLToPath } from 'node:url'

const DOCUMENT = fileURLToPath(new URL('../../docs/acceptance.md', import.meta.url))
const BEGIN = '<!-- written by npm run acceptance -->\n'
const END = '<!-- end -->'

const TITLES = { quiet: 'unchanged', busy: 'unchanged, under load', changed: '+5 % of its peak' }

/** Writes the figures into the document. */
export function writeReport(
  /** @type {readonly any[]} */ results,
  /** @type {readonly import('./programs.mjs').Program[]} */ programs,
) {
  const document = readFileSync(DOCUMENT, 'utf8')
  const [before] = document.split(BEGIN)
  const after = document.slice(document.indexOf(END))
  const table = [
    '| checks | program | n | passed | failed | no verdict | other | runs a check |',
    '| --- | --- | --- | --- | --- | --- | --- | --- |',
  ]
  for (const condition of /** @type {const} */ (['quiet', 'busy', 'changed'])) {
    for (const { name } of programs) {
      const of = results.filter((each) => each.program === name && each.condition === condition)
      if (of.length > 0) table.push(`| ${TITLES[condition]} | ${name} | ${counted(of).join(' | ')} |`)
    }
  }
  const lines = [...table, '', ...conclusions(results), '', surroundings(results), '']
  writeFileSync(DOCUMENT, `${before}${BEGIN}\n${lines.join('\n')}\n${after}`)
}

function counted(/** @type {readonly any[]} */ of) {
  const having = (/** @type {(status: number) => boolean} */ test) => of.filter(({ status }) => test(status)).length
  const runs = of.reduce((sum, each) => sum + each.runs, 0) / of.length
  const others = having((status) => ![0, 3, 4].includes(status))
  return [of.length, having((s) => s === 0), having((s) => s === 3), having((s) => s === 4), others, runs.toFixed(1)]
}

function conclusions(/** @type {readonly any[]} */ results) {
  const unchanged = results.filter(({ condition }) => condition !== 'changed')
  const changed = results.filter(({ condition }) => condition === 'changed')
  return [
    share('False alarms', unchanged, ({ status }) => status === 3),
    share('No verdict on an unchanged program', unchanged, ({ status }) => status === 4),
    share('Growths that were missed', changed, ({ status }) => status !== 3),
    ...naming(changed),
  ]
}

/** Where the growth is was told by earlier builds in other ways; the verdicts are by one rule. */
function naming(/** @type {readonly any[]} */ changed) {
  const title = 'Growths whose group was not named first'
  const last = changed.at(-1)?.build
  const earlier = changed.filter(({ build }) => build !== last)
  const now = changed.filter(({ build }) => build === last)
  const wrong = (/** @type {{ right: boolean }} */ { right }) => !right
  if (earlier.length === 0) return [share(title, now, wrong)]
  return [share(`${title}, by earlier builds`, earlier, wrong), share(`${title}, by the last build`, now, wrong)]
}

/** A count and the highest share that it leaves likely, at 95 %. */
function share(
  /** @type {string} */ title,
  /** @type {readonly any[]} */ of,
  /** @type {(result: any) => boolean} */ test,
) {
  const count = of.filter(test).length
  const bound = (100 * upperBound(count, of.length)).toFixed(2)
  return `- ${title}: ${count} of ${of.length}, so less than ${bound} % with a confidence of 95 %.`
}

/** The exact (Clopper–Pearson) upper bound of a share, one-sided at 95 %; 3 / n for none. */
function upperBound(/** @type {number} */ count, /** @type {number} */ of) {
  if (of === 0 || count === of) return 1
  let [low, high] = [count / of, 1]
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2
    if (atMost(count, of, middle) > 0.05) low = middle
    else high = middle
  }
  return high
}

/** How likely at most `count` of `of` are when each has the chance `share`. */
function atMost(/** @type {number} */ count, /** @type {number} */ of, /** @type {number} */ chance) {
  let [term, sum] = [(1 - chance) ** of, 0]
  for (let k = 0; k <= count; k++) {
    sum += term
    term *= (((of - k) / (k + 1)) * chance) / (1 - chance)
  }
  return sum
}

function surroundings(/** @type {readonly any[]} */ results) {
  const loads = (/** @type {(result: any) => boolean} */ test) => {
    const sorted = results
      .filter(test)
      .map(({ load }) => load)
      .sort((a, b) => a - b)
    return `${sorted[0]?.toFixed(1)} to ${sorted.at(-1)?.toFixed(1)}`
  }
  const quiet = loads(({ condition }) => condition !== 'busy')
  const busy = loads(({ condition }) => condition === 'busy')
  const kernel = release().split('.').slice(0, 2).join('.')
  return (
    `Linux ${kernel}, ${arch()}, ${cpus().length} CPUs. The machine was shared while this was counted: its load average was ` +
    `${quiet} without our own load, ${busy} with it.`
  )
}
