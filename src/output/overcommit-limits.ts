import type { LimitOutlook, Outlook } from '../analysis/overcommit/outlook.ts'
import { type ListColumn, widthBefore, writeList } from './column-writer.ts'
import { consequenceText, limitAmount, limitName, limitPlace } from './overcommit-words.ts'
import type { Palette } from './palette.ts'
import { formatAge, formatPercent, UNKNOWN } from './units.ts'
import { wrapText } from './wrap.ts'

/** How the limits are shown. */
export interface LimitsStyle {
  readonly palette: Palette
  readonly bytes: boolean
  readonly header: boolean
  readonly width: number | null
}

/** Left out first to last on a narrow terminal. */
const EXPENDABLE = ['OF', 'WHERE', 'THEN', 'USED']
/** Room that the place of a cgroup needs to be of use. */
const LEAST_PLACE = 16

/** What may run out, the most urgent first; then in a line what has no limit, and what is not known. */
export function limitLines(outlook: Outlook, style: LimitsStyle): readonly string[] {
  const lines: string[] = []
  const { limits } = outlook
  const columns = fitting(columnsOf(limits, style), limits.length, style.width)
  const layout = { width: style.width, header: style.header, headerPaint: style.palette.heading }
  if (limits.length > 0) writeList(columns, limits.length, layout, (text) => lines.push(text.slice(0, -1)))
  // A limit that one cgroup has and the one above has not is a limit.
  const set = new Set(limits.map(limitName))
  const names = (list: Outlook['unknown']): string =>
    [...new Set(list.map(limitName))].filter((name) => !set.has(name)).join(', ')
  const note = (text: string): readonly string[] => wrapText(text, style.width).map(style.palette.muted)
  const notes = { 'not limited': names(outlook.unlimited), 'not known': names(outlook.unknown) }
  for (const [what, list] of Object.entries(notes)) if (list !== '') lines.push(...note(`${what}: ${list}`))
  return lines
}

function columnsOf(limits: readonly LimitOutlook[], { palette, bytes }: LimitsStyle): readonly ListColumn[] {
  const at = (row: number): LimitOutlook => limits[row] as LimitOutlook
  const timed = limits.some((each) => timeText(each.secondsLeft) !== UNKNOWN && timeText(each.secondsLeft) !== '')
  const placed = limits.some((each) => limitPlace(each) !== '')
  const right = (title: string, cell: (each: LimitOutlook) => string): ListColumn => ({
    title,
    align: 'right',
    cell: (row) => cell(at(row)),
  })
  return [
    {
      title: 'LIMIT',
      align: 'left',
      cell: (row) => limitName(at(row)),
      paint: (row) => (at(row).grade === 'low' ? (text) => text : palette.warning),
    },
    right('USED', (each) => limitAmount(each, each.used, bytes)),
    right('OF', (each) => limitAmount(each, each.limit, bytes)),
    right('LEFT', (each) => limitAmount(each, each.left, bytes)),
    right('FULL', (each) => formatPercent(each.percent)),
    ...(timed ? [right('IN', (each) => timeText(each.secondsLeft))] : []),
    { title: 'THEN', align: 'left', cell: (row) => consequenceText(at(row)) },
    ...(placed ? [{ title: 'WHERE', align: 'left' as const, cell: (row: number) => limitPlace(at(row)) }] : []),
  ]
}

/** Growth within an interval says little about years. */
const LONG = 365 * 24 * 3600

function timeText(seconds: number): string {
  if (Number.isNaN(seconds)) return UNKNOWN
  return seconds > LONG ? '' : formatAge(seconds)
}

function fitting(columns: readonly ListColumn[], rows: number, width: number | null): readonly ListColumn[] {
  let shown = columns
  for (const title of EXPENDABLE) {
    const least = shown.at(-1)?.title === 'WHERE' ? LEAST_PLACE : shown.at(-1)?.title === 'THEN' ? 14 : 0
    if (width === null || widthBefore(shown, rows) + least <= width) break
    shown = shown.filter((column) => column.title !== title)
  }
  return shown
}
