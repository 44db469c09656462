import type { Forecast } from '../analysis/dirty/forecast.ts'
import { freeRunCeiling } from '../analysis/dirty/standing.ts'
import type { WatchTick } from '../analysis/dirty/watch.ts'
import { type ListColumn, writeList } from './column-writer.ts'
import { csvNumber, csvText } from './csv.ts'
import { schemaName } from './json.ts'
import type { Palette } from './palette.ts'
import { recordText } from './record-table.ts'
import { formatAge, formatPercent, UNKNOWN } from './units.ts'

/** How lines of a watch are shown to a person. */
export interface WatchStyle {
  readonly palette: Palette
  readonly bytes: boolean
  readonly width: number | null
}

/** A column of fixed width: the lines that come are not known yet. */
interface WatchColumn {
  readonly title: string
  readonly width: number
  readonly cell: (tick: WatchTick) => string
}

/** The widest amount of bytes, in words and in digits. */
const AMOUNT = 8
const DIGITS = 15
const GUTTER = 2
/** Room for what comes next. */
const FORECAST_WIDTH = 35

/** Left out first to last on a terminal that is too narrow. */
const EXPENDABLE = ['WRITTEN/S', 'WRITEBACK', 'DIRTIED/S', 'REACHED']

/** Writes one line of a watch, with the titles above it where they are wanted. */
export function writeWatchLine(
  tick: WatchTick,
  header: boolean,
  style: WatchStyle,
  write: (text: string) => void,
): void {
  const fixed = columnsOf(tick, style)
  const room = style.width === null ? Number.POSITIVE_INFINITY : style.width - taken(fixed)
  const columns: ListColumn[] = fixed.map(({ title, width, cell }) => ({
    title,
    align: 'right',
    width,
    cell: () => cell(tick),
  }))
  const next: ListColumn = {
    title: 'WHAT COMES',
    align: 'left',
    cell: () => forecastText(tick.forecast, room, style),
    paint: () => paintOf(tick, style.palette),
  }
  const { width, palette } = style
  writeList([...columns, next], 1, { width, header, headerPaint: palette.heading }, write)
}

function columnsOf(tick: WatchTick, style: WatchStyle): readonly WatchColumn[] {
  const amount = (bytes: number): string => amountText(bytes, style)
  const width = style.bytes ? DIGITS : AMOUNT
  const all: WatchColumn[] = [
    { title: 'TIME', width: 8, cell: ({ time }) => clock(time) },
    { title: 'DIRTY', width, cell: ({ sample }) => amount(sample.dirty) },
    { title: 'WRITEBACK', width: Math.max(9, width), cell: ({ sample }) => amount(sample.writeback) },
    { title: 'DIRTIED/S', width: Math.max(9, width), cell: ({ rates }) => amount(Math.round(rates.dirtied)) },
    { title: 'WRITTEN/S', width: Math.max(9, width), cell: ({ rates }) => amount(Math.round(rates.written)) },
    { title: 'REACHED', width: 7, cell: ({ throttleShare }) => formatPercent(throttleShare * 100) },
  ]
  if (tick.target !== null)
    all.push({ title: 'TARGET', width, cell: ({ target }) => amount(target?.atRisk ?? Number.NaN) })
  let kept = all
  for (const title of style.width === null ? [] : EXPENDABLE) {
    if (taken(kept) + FORECAST_WIDTH <= (style.width ?? 0)) break
    kept = kept.filter((each) => each.title !== title)
  }
  return kept
}

function taken(columns: readonly WatchColumn[]): number {
  return columns.reduce((sum, { width }) => sum + width + GUTTER, 0)
}

function paintOf({ phase, forecast }: WatchTick, palette: Palette): (text: string) => string {
  if (phase === 'throttled' || phase === 'held') return palette.warning
  return forecast.verdict === 'unknown' || forecast.verdict === 'steady' ? palette.muted : (text) => text
}

/** What comes next, in words; what comes after that is left out where there is no room for it. */
function forecastText(next: Forecast, room: number, style: Pick<WatchStyle, 'bytes'>): string {
  const { first, after } = forecastWords(next, style)
  return first.length + after.length <= room ? first + after : first
}

function forecastWords(next: Forecast, style: Pick<WatchStyle, 'bytes'>): { first: string; after: string } {
  switch (next.verdict) {
    case 'unknown':
      return { first: UNKNOWN, after: '' }
    case 'steady':
      return { first: 'not growing', after: '' }
    case 'periodic':
      return { first: 'old data goes first', after: `: ${amountText(Math.round(next.most), style)} at most` }
    case 'growing':
      return { first: `flusher in ${spanText(next.seconds)}`, after: slowed(next.throttleSeconds) }
    case 'now':
      return { first: PHASES[next.phase], after: next.phase === 'flushing' ? slowed(next.throttleSeconds) : '' }
  }
}

const PHASES = {
  flushing: 'flusher is writing',
  throttled: 'writers are being slowed',
  held: 'writers held to device speed',
} as const

function slowed(seconds: number): string {
  return Number.isFinite(seconds) ? `, slowed in ${spanText(seconds)}` : ''
}

/** Further ahead than a day nothing goes on as it did. */
const DAY = 86_400
const HOUR = 3600

function spanText(seconds: number): string {
  if (seconds > DAY) return '> 1 d'
  return seconds < HOUR ? formatAge(seconds) : `${Math.floor(seconds / HOUR)} h`
}

const CSV_COLUMNS: readonly (readonly [name: string, value: (tick: WatchTick) => string])[] = [
  ['time', ({ time }) => new Date(time).toISOString()],
  ['dirty', ({ sample }) => csvNumber(sample.dirty)],
  ['writeback', ({ sample }) => csvNumber(sample.writeback)],
  ['dirtiedpersecond', ({ rates }) => csvNumber(Math.round(rates.dirtied))],
  ['writtenpersecond', ({ rates }) => csvNumber(Math.round(rates.written))],
  ['background', ({ thresholds }) => csvNumber(thresholds?.background ?? Number.NaN)],
  ['freerun', ({ thresholds }) => csvNumber(thresholds === null ? Number.NaN : freeRunCeiling(thresholds))],
  ['limit', ({ thresholds }) => csvNumber(thresholds?.limit ?? Number.NaN)],
  ['target', ({ target }) => csvNumber(target?.atRisk ?? Number.NaN)],
  ['verdict', ({ forecast }) => forecast.verdict],
  ['seconds', ({ forecast }) => csvNumber(finite('seconds' in forecast ? forecast.seconds : null) ?? Number.NaN)],
]

/** Writes one line of a watch as CSV. */
export function writeWatchCsv(tick: WatchTick, header: boolean, write: (text: string) => void): void {
  if (header) write(`${CSV_COLUMNS.map(([name]) => name).join(',')}\n`)
  write(`${CSV_COLUMNS.map(([, value]) => csvText(value(tick))).join(',')}\n`)
}

/** Writes one line of a watch as a JSON object on a line of its own. */
export function writeWatchJson(tick: WatchTick, write: (text: string) => void): void {
  const { sample, time, thresholds, throttleShare, phase, rates, forecast, target } = tick
  const next = forecast
  const document = {
    schema: schemaName('dirty-sample', 1),
    time: new Date(time).toISOString(),
    dirty: finite(sample.dirty),
    writeback: finite(sample.writeback),
    phase,
    throttleShare: finite(throttleShare),
    thresholds: thresholds === null ? null : { ...thresholds, freeRun: freeRunCeiling(thresholds) },
    rates: {
      dirtied: finite(rates.dirtied),
      written: finite(rates.written),
      dirty: finite(rates.dirty),
      total: finite(rates.total),
    },
    forecast: {
      verdict: next.verdict,
      seconds: 'seconds' in next ? finite(next.seconds) : null,
      throttleSeconds: 'throttleSeconds' in next ? finite(next.throttleSeconds) : null,
      most: 'most' in next ? finite(next.most) : null,
    },
    target,
  }
  write(`${JSON.stringify(document)}\n`)
}

/** Never and unknown are both no number. */
function finite(value: number | null): number | null {
  return value === null || !Number.isFinite(value) ? null : value
}

/** The hour of day here. */
function clock(time: number): string {
  const date = new Date(time)
  return [date.getHours(), date.getMinutes(), date.getSeconds()].map((part) => String(part).padStart(2, '0')).join(':')
}

function amountText(bytes: number, style: Pick<WatchStyle, 'bytes'>): string {
  return recordText({ unit: 'bytes' }, bytes, style.bytes)
}
