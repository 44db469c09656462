import type { WatchGlance, WatchVerdicts } from '../analysis/watch/frame.ts'
import type { Growth } from '../analysis/watch/growth.ts'
import type { Headroom } from '../analysis/watch/headroom.ts'
import type { WatchFigure, WatchSample } from '../model/watch.ts'
import { csvNumber } from './csv.ts'
import { nameJson, schemaName } from './json.ts'
import { figureText, figureTitle } from './watch-figures.ts'
import { pad } from './width.ts'

const COLUMNS: readonly WatchFigure[] = [
  'rss',
  'anon',
  'file',
  'shmem',
  'pss',
  'dirty',
  'swap',
  'huge',
  'minorFaults',
  'majorFaults',
  'mappings',
]
const TIME_WIDTH = 8
const WIDTHS: Readonly<Partial<Record<WatchFigure, number>>> = { minorFaults: 12, majorFaults: 12 }
const WIDTH = 9

/** The titles above the lines of a watch that is no screen. */
export function watchHeader(): string {
  const titles = COLUMNS.map((figure) => pad(figureTitle(figure).toUpperCase(), widthOf(figure), 'right'))
  return `${['TIME'.padStart(TIME_WIDTH), ...titles].join('  ')}\n`
}

/** One frame as a line: the columns stand in the same place in every line. */
export function watchLine({ at, values }: WatchGlance): string {
  const cells = COLUMNS.map((figure) =>
    pad(figureText(figure, values.get(figure) ?? Number.NaN), widthOf(figure), 'right'),
  )
  return `${[`${Math.round(at)} s`.padStart(TIME_WIDTH), ...cells].join('  ')}\n`
}

const SAMPLE_SCHEMA = schemaName('watch-sample', 1)

/** One sample as a line of JSON: what this sample read, as integers, what that cost, and what it all says until now. */
export function watchJsonLine(
  sample: WatchSample,
  glance: WatchGlance,
  { growth, headroom }: WatchVerdicts,
  time: Date,
): string {
  const { at, tier, figures, costMs, longestReadMs, subject } = sample
  const { pid } = glance.subject
  const [nearest] = headroom?.limits ?? []
  const line = {
    schema: SAMPLE_SCHEMA,
    time: time.toISOString(),
    at,
    pid,
    executed: glance.execution?.at === at,
    subject: subject === null ? null : { ...nameJson('comm', subject.comm), ...nameJson('command', subject.command) },
    tier,
    figures,
    costMs,
    longestReadMs,
    growth: jsonGrowth(growth),
    nearestLimit: nearest === undefined ? null : jsonLimit(nearest),
    unavailable: Object.fromEntries(
      sample.reads.flatMap(({ read, refused }) => (refused === null ? [] : [[read, refused]])),
    ),
  }
  return `${JSON.stringify(line)}\n`
}

/** NaN is null by itself. */
function jsonGrowth({ shape, bytesPerSecond, confidence, readings, seconds }: Growth): object {
  return { shape, perSecond: bytesPerSecond, confidence, readings, seconds }
}

function jsonLimit({ id, where, used, limit, left, percent, secondsLeft, effect, growth }: Headroom): object {
  return {
    id,
    ...(where === '' ? { where: null } : nameJson('where', where)),
    used,
    limit,
    left,
    percent,
    effect,
    // Infinity is null too: it comes no nearer, which `growth` tells from what is not known yet.
    secondsLeft,
    growth: jsonGrowth(growth),
  }
}

const CSV_COLUMNS: readonly WatchFigure[] = [...COLUMNS, 'uss', 'hugetlb', 'locked', 'pageTables', 'size', 'threads']

export function watchCsvHeader(): string {
  return `${['seconds', ...CSV_COLUMNS].join(',')}\n`
}

/** One frame as a row; faults are rates a second, what is unknown is empty. */
export function watchCsvLine({ at, values }: WatchGlance): string {
  const cells = CSV_COLUMNS.map((figure) => csvNumber(Math.round(values.get(figure) ?? Number.NaN)))
  return `${[at.toFixed(1), ...cells].join(',')}\n`
}

function widthOf(figure: WatchFigure): number {
  return WIDTHS[figure] ?? WIDTH
}
