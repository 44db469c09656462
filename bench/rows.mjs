// What is measured, against what, and what is good enough.
import { EMPTY, MMAPCTL } from './programs.mjs'

/**
 * @typedef {readonly string[]} Argv
 * @typedef {object} Row
 * @property {string} name For `--only`.
 * @property {string} what
 * @property {string} yardstick As printed.
 * @property {number} mappings Of the process that is read; 0 when none is.
 * @property {'wall' | 'peak'} metric
 * @property {number | null} goal Highest acceptable ratio; `null` when the row is only there to be looked at.
 * @property {number | null} stretch
 * @property {(pid: number) => readonly Argv[]} subject
 * @property {(pid: number) => readonly Argv[]} against
 */

const SMALL = 100
const MEDIUM = 10_000
export const LARGE = 65_000
export const MILLION = 1_000_000

const node = [process.execPath, EMPTY]

/** @type {Record<string, (pid: number) => readonly Argv[]>} */
const YARDSTICKS = {
  'node empty.cjs': () => [node],
  pmap: (pid) => [['pmap', String(pid)]],
  'pmap -x': (pid) => [['pmap', '-x', String(pid)]],
  'pmap -X': (pid) => [['pmap', '-X', String(pid)]],
  'cat maps': (pid) => [['cat', `/proc/${pid}/maps`]],
  'cat smaps': (pid) => [['cat', `/proc/${pid}/smaps`]],
  'cat smaps_rollup + node empty.cjs': (pid) => [['cat', `/proc/${pid}/smaps_rollup`], node],
  'smem -m': () => [['smem', '-m']],
  'psutil memory_maps': (pid) => [
    ['python3', '-c', `import psutil; psutil.Process(${pid}).memory_maps(grouped=False)`],
  ],
}

/** How to find out whether a yardstick is installed. */
export const INSTALLED = {
  pmap: ['pmap', '-V'],
  'pmap -x': ['pmap', '-V'],
  'pmap -X': ['pmap', '-V'],
  'smem -m': ['smem', '--help'],
  'psutil memory_maps': ['python3', '-c', 'import psutil'],
}

/**
 * @param {string} name
 * @param {readonly string[]} args Of mmapctl; `PID` stands for the process.
 * @param {string} yardstick
 * @param {Partial<Pick<Row, 'mappings' | 'metric' | 'goal' | 'stretch'>>} more
 * @returns {Row}
 */
function row(name, args, yardstick, more) {
  return {
    name,
    what: `mmapctl ${args.join(' ')}`,
    yardstick,
    mappings: 0,
    metric: 'wall',
    goal: null,
    stretch: null,
    subject: (pid) => [[...MMAPCTL, ...args.map((arg) => (arg === 'PID' ? String(pid) : arg))]],
    against: YARDSTICKS[yardstick],
    ...more,
  }
}

/**
 * A yardstick against itself: how far ratios stray on this machine, at this moment, without any reason.
 *
 * @param {string} name
 * @param {string} yardstick
 * @param {number} mappings
 * @returns {Row}
 */
function same(name, yardstick, mappings) {
  const command = YARDSTICKS[yardstick]
  return { ...row(name, [], yardstick, { mappings }), what: yardstick, subject: command }
}

const maps = ['maps', 'PID']
const basic = [...maps, '--basic']
const startUp = { goal: 3, stretch: 1.5 }
const peak = /** @type {const} */ ('peak')
const empty = 'node empty.cjs'

/** @type {readonly Row[]} */
export const ROWS = [
  same('aa-start', empty, 0),
  row('version', ['--version'], empty, startUp),
  row('help', ['--help'], empty, startUp),
  row('maps-help', ['maps', '--help'], empty, startUp),
  row('small', maps, empty, { mappings: SMALL, ...startUp }),
  row('small-pmap', maps, 'pmap -x', { mappings: SMALL }),

  row('medium', maps, 'pmap -x', { mappings: MEDIUM, goal: 2, stretch: 1.2 }),
  row('medium-basic', basic, 'pmap', { mappings: MEDIUM }),

  same('aa-maps', 'cat maps', LARGE),
  row('basic', basic, 'pmap', { mappings: LARGE, goal: 2.2, stretch: 1.5 }),
  row('basic-json', [...basic, '--json'], 'pmap', { mappings: LARGE, goal: 2.3, stretch: 1.5 }),
  row('basic-csv', [...basic, '--csv'], 'pmap', { mappings: LARGE, goal: 2.3, stretch: 1.5 }),
  row('basic-cat', basic, 'cat maps', { mappings: LARGE }),
  same('aa-smaps', 'cat smaps', LARGE),
  row('table', maps, 'pmap -x', { mappings: LARGE, goal: 0.8, stretch: 0.55 }),
  row('table-X', maps, 'pmap -X', { mappings: LARGE, goal: 0.28, stretch: 0.15 }),
  row('table-smem', maps, 'smem -m', { mappings: LARGE, goal: 0.28, stretch: 0.15 }),
  row('table-psutil', maps, 'psutil memory_maps', { mappings: LARGE, goal: 0.28, stretch: 0.15 }),
  row('json', [...maps, '--json'], 'pmap -x', { mappings: LARGE }),
  row('csv', [...maps, '--csv'], 'pmap -x', { mappings: LARGE }),
  row('all-fields', [...maps, '-X'], 'pmap -X', { mappings: LARGE }),
  row('by-kind', [...maps, '--group-by', 'kind'], 'cat smaps', { mappings: LARGE, goal: 2.4, stretch: 1.5 }),
  row('by-path', [...maps, '--group-by', 'path'], 'cat smaps', { mappings: LARGE, goal: 2.4, stretch: 1.5 }),
  row('totals', [...maps, '--group-by', 'kind'], 'cat smaps_rollup + node empty.cjs', {
    mappings: LARGE,
    goal: 1.8,
    stretch: 1.3,
  }),
  row('peak-basic', basic, empty, { mappings: LARGE, metric: peak, goal: 2.2 }),
  row('peak-table', maps, empty, { mappings: LARGE, metric: peak, goal: 2.6 }),
  row('peak-json', [...maps, '--json'], empty, { mappings: LARGE, metric: peak, goal: 2.6 }),

  row('million-basic', basic, 'pmap', { mappings: MILLION, goal: 1.15, stretch: 0.8 }),
  row('million-table', maps, 'pmap -x', { mappings: MILLION }),
  row('million-peak-basic', basic, empty, { mappings: MILLION, metric: peak, goal: 4.5 }),
  row('million-peak-by-path', [...maps, '--group-by', 'path'], empty, {
    mappings: MILLION,
    metric: peak,
    goal: 3,
    stretch: 2.2,
  }),
  row('million-peak-json', [...maps, '--json'], empty, { mappings: MILLION, metric: peak, goal: 3, stretch: 2.2 }),
]
