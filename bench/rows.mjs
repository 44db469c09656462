// What is measured, against what, and what is good enough.
import { compile, EMPTY, MMAPCTL } from './programs.mjs'

/**
 * @typedef {readonly string[]} Argv
 * @typedef {object} Row
 * @property {string} name For `--only`.
 * @property {string} what
 * @property {string} yardstick As printed.
 * @property {number} mappings Of the process that is read; 0 when none is.
 * @property {import('./target.mjs').TargetName} target What there must be to measure it.
 * @property {'wall' | 'peak'} metric
 * @property {number | null} goal Highest acceptable ratio; `null` when the row is only there to be looked at.
 * @property {number | null} stretch
 * @property {(target: import('./target.mjs').Target) => readonly Argv[]} subject
 * @property {(target: import('./target.mjs').Target) => readonly Argv[]} against
 */

const SMALL = 100
const MEDIUM = 10_000
export const LARGE = 65_000
export const MILLION = 1_000_000

const node = [process.execPath, EMPTY]

/** The files that a list of processes is made of, read by a program in C that keeps nothing of them. */
const floorOf = (/** @type {readonly string[]} */ ...files) => [compile('bench/ps-floor.c'), ...files]
const usualFiles = ['status', 'smaps_rollup', 'cmdline']
const allFiles = ['status', 'smaps_rollup', 'stat', 'cgroup', 'oom_score', 'oom_score_adj', 'cmdline']
/** A program that faults so many thousand times. */
const loop = (/** @type {readonly string[]} */ ...thousands) => [compile('test/workloads/faults/loop.c'), ...thousands]
const SUM_OF_PSS = '/^Pss:/ { sum += $2 } END { print sum }'
const EVENTS = 'page-faults,minor-faults,major-faults'

/** @type {Record<string, Row['against']>} */
const YARDSTICKS = {
  'node empty.cjs': () => [node],
  pmap: ({ pid }) => [['pmap', String(pid)]],
  'pmap -x': ({ pid }) => [['pmap', '-x', String(pid)]],
  'pmap -X': ({ pid }) => [['pmap', '-X', String(pid)]],
  'pmap -XX': ({ pid }) => [['pmap', '-XX', String(pid)]],
  'cat maps': ({ pid }) => [['cat', `/proc/${pid}/maps`]],
  'cat smaps': ({ pid }) => [['cat', `/proc/${pid}/smaps`]],
  'awk, sum of Pss': ({ pid }) => [['awk', SUM_OF_PSS, `/proc/${pid}/smaps`]],
  'cat smaps_rollup + node empty.cjs': ({ pid }) => [['cat', `/proc/${pid}/smaps_rollup`], node],
  smem: () => [['smem']],
  'smem -m': () => [['smem', '-m']],
  'psutil memory_maps': ({ pid }) => [
    ['python3', '-c', `import psutil; psutil.Process(${pid}).memory_maps(grouped=False)`],
  ],
  'ps aux': () => [['ps', 'aux']],
  ps_mem: () => [['ps_mem']],
  'C reading the same files': () => [floorOf(...usualFiles)],
  'C reading the same files (--json)': () => [floorOf(...allFiles)],
  'C reading status': () => [floorOf('status')],
  'perf stat': () => [['perf', 'stat', '-x', ';', '-o', '/dev/null', '-e', EVENTS, '--', ...loop('1')]],
  'perf stat, a million faults': () => [
    ['perf', 'stat', '-x', ';', '-o', '/dev/null', '-e', EVENTS, '--', ...loop('1000')],
  ],
  'gzip -dc': ({ files }) => [['gzip', '-dc', ...files]],
}

/** How to find out whether a yardstick is installed. */
export const INSTALLED = {
  pmap: ['pmap', '-V'],
  'pmap -x': ['pmap', '-V'],
  'pmap -X': ['pmap', '-V'],
  'pmap -XX': ['pmap', '-V'],
  smem: ['smem', '--help'],
  'smem -m': ['smem', '--help'],
  ps_mem: ['ps_mem', '--version'],
  'perf stat': ['perf', '--version'],
  'perf stat, a million faults': ['perf', '--version'],
  'psutil memory_maps': ['python3', '-c', 'import psutil'],
}

/**
 * @param {string} name
 * @param {readonly string[]} args Of mmapctl; `PID` stands for the process, `FILES` for captures, `LOOP` for a program.
 * @param {string} yardstick
 * @param {Partial<Pick<Row, 'mappings' | 'target' | 'metric' | 'goal' | 'stretch'>>} more
 * @returns {Row}
 */
function row(name, args, yardstick, more) {
  const { mappings = 0 } = more
  return {
    name,
    what: `mmapctl ${args.join(' ')}`,
    yardstick,
    mappings,
    target: mappings === 0 ? 'nothing' : 'mappings',
    metric: 'wall',
    goal: null,
    stretch: null,
    subject: ({ pid, files }) => [
      [
        ...MMAPCTL,
        ...args.flatMap((arg) => {
          if (arg === 'PID') return [String(pid)]
          if (arg === 'FILES') return files
          return arg === 'LOOP' ? loop() : [arg]
        }),
      ],
    ],
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
const million = { mappings: MILLION }
const few = /** @type {const} */ ({ target: 'processes-300' })
const many = /** @type {const} */ ({ target: 'processes-2000' })
const resident = /** @type {const} */ ({ target: 'resident' })
const measured = ['faults', '--quiet', '--output', '/dev/null']

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
  row('medium-json', [...maps, '--json'], 'pmap -x', { mappings: MEDIUM }),
  row('medium-csv', [...maps, '--csv'], 'pmap -x', { mappings: MEDIUM }),

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
  row('all-fields-XX', [...maps, '-X'], 'pmap -XX', { mappings: LARGE }),
  row('sum-awk', [...maps, '--group-by', 'kind'], 'awk, sum of Pss', { mappings: LARGE }),
  row('by-kind', [...maps, '--group-by', 'kind'], 'cat smaps', { mappings: LARGE, goal: 2.4, stretch: 1.5 }),
  row('by-path', [...maps, '--group-by', 'path'], 'cat smaps', { mappings: LARGE, goal: 2.4, stretch: 1.5 }),
  row('totals', ['ps', 'PID'], 'cat smaps_rollup + node empty.cjs', {
    mappings: LARGE,
    goal: 1.8,
    stretch: 1.3,
  }),
  row('peak-basic', basic, empty, { mappings: LARGE, metric: peak, goal: 2.2 }),
  row('peak-table', maps, empty, { mappings: LARGE, metric: peak, goal: 2.6 }),
  row('peak-json', [...maps, '--json'], empty, { mappings: LARGE, metric: peak, goal: 2.6 }),

  row('resident', maps, 'cat smaps', resident),
  row('resident-pmap', maps, 'pmap -x', resident),
  row('resident-basic', basic, 'pmap', resident),

  row('ps-300', ['ps'], 'C reading the same files', few),
  row('ps-300-smem', ['ps'], 'smem', { ...few, goal: 0.3, stretch: 0.2 }),
  row('ps-300-ps_mem', ['ps'], 'ps_mem', { ...few, goal: 1.3, stretch: 0.8 }),
  row('ps-300-aux', ['ps'], 'ps aux', few),
  row('ps-2000', ['ps'], 'C reading the same files', { ...many, goal: 2.4, stretch: 1.6 }),
  row('ps-2000-json', ['ps', '--json'], 'C reading the same files (--json)', many),
  row('ps-2000-basic', ['ps', '--basic'], 'C reading status', many),
  row('ps-2000-smem', ['ps'], 'smem', many),
  row('ps-2000-aux', ['ps'], 'ps aux', many),
  row('ps-2000-peak', ['ps'], empty, { ...many, metric: peak }),

  row('faults', [...measured, '--', 'LOOP', '1'], 'perf stat', {}),
  row('faults-million', [...measured, '--', 'LOOP', '1000'], 'perf stat, a million faults', {}),
  row('symbols-million', [...measured, '--by', 'symbol', '--', 'LOOP', '1000'], 'perf stat, a million faults', {}),

  row('diff', ['diff', 'FILES', '--quiet'], 'gzip -dc', { target: 'captures' }),
  row('diff-peak', ['diff', 'FILES', '--quiet'], empty, { target: 'captures', metric: peak }),

  row('million-basic', basic, 'pmap', { ...million, goal: 1.15, stretch: 0.8 }),
  row('million-table', maps, 'pmap -x', million),
  row('million-peak-basic', basic, empty, { ...million, metric: peak, goal: 4.5 }),
  row('million-peak-table', maps, empty, { ...million, metric: peak }),
  row('million-peak-by-path', [...maps, '--group-by', 'path'], empty, {
    ...million,
    metric: peak,
    goal: 3,
    stretch: 2.2,
  }),
  row('million-peak-json', [...maps, '--json'], empty, { ...million, metric: peak, goal: 3, stretch: 2.2 }),
  row('million-peak-csv', [...maps, '--csv'], empty, { ...million, metric: peak, goal: 3, stretch: 2.2 }),
]

/** The rows of `--short`: what a change is likeliest to make worse, each in a second or two. */
export const SHORT = ['version', 'help', 'maps-help', 'small', 'medium', 'medium-basic', 'medium-json', 'faults']
