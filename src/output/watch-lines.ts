import type { WatchFrame } from '../analysis/watch/frame.ts'
import type { WatchFigure, WatchSample } from '../model/watch.ts'
import { csvNumber } from './csv.ts'
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
export function watchLine(frame: WatchFrame): string {
  const values = new Map(frame.figures.map(({ figure, value }) => [figure, value]))
  const cells = COLUMNS.map((figure) =>
    pad(figureText(figure, values.get(figure) ?? Number.NaN), widthOf(figure), 'right'),
  )
  return `${[`${Math.round(frame.at)} s`.padStart(TIME_WIDTH), ...cells].join('  ')}\n`
}

/** One sample as a line of JSON: what this sample read, as integers, and what that cost. */
export function watchJsonLine(sample: WatchSample): string {
  return `${JSON.stringify({ schema: 'mmapctl/watch-sample@1', ...sample })}\n`
}

const CSV_COLUMNS: readonly WatchFigure[] = [...COLUMNS, 'uss', 'hugetlb', 'locked', 'pageTables', 'size', 'threads']

export function watchCsvHeader(): string {
  return `${['seconds', ...CSV_COLUMNS].join(',')}\n`
}

/** One frame as a row; faults are rates a second, what is unknown is empty. */
export function watchCsvLine(frame: WatchFrame): string {
  const values = new Map(frame.figures.map(({ figure, value }) => [figure, value]))
  const cells = CSV_COLUMNS.map((figure) => csvNumber(Math.round(values.get(figure) ?? Number.NaN)))
  return `${[frame.at.toFixed(1), ...cells].join(',')}\n`
}

function widthOf(figure: WatchFigure): number {
  return WIDTHS[figure] ?? WIDTH
}
