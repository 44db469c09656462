// Whether a very long report is complete: its mappings and totals against the kernel's own.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { environment, MMAPCTL } from './programs.mjs'
import { countLines } from './target.mjs'

/** The resident size of all mappings must be that of smaps_rollup, and not one mapping may be missing. */
export function checkTotals(/** @type {number} */ pid, /** @type {number} */ mappings) {
  const [program = '', ...args] = [...MMAPCTL, 'maps', String(pid), '--json', '--limit', '1']
  const run = spawnSync(program, args, { encoding: 'utf8', env: environment() })
  if (run.status !== 0) throw new Error(run.stderr)
  const { matched, depth } = JSON.parse(run.stdout)
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'latin1')
  const rss = Number(/^Rss: +(\d+) kB$/m.exec(rollup)?.[1]) * 1024
  const lines = countLines(`/proc/${pid}/smaps`)
  const rows = countLines(`/proc/${pid}/maps`)
  const right = depth === 'smaps' && matched.mappings === rows && matched.rss === rss
  const ratio = matched.rss / rss
  return {
    name: `totals-equal-${mappings}`,
    what: 'RSS and number of mappings are those of the kernel',
    yardstick: 'smaps_rollup, maps',
    mappings,
    metric: 'RSS',
    goal: right ? 1 : 0,
    stretch: null,
    figure: { median: ratio, min: ratio, max: ratio, low: ratio, high: ratio, n: 1 },
    detail: `${matched.mappings} of ${rows} mappings, ${lines} lines of ${depth}, RSS ${matched.rss} of ${rss} bytes`,
  }
}
