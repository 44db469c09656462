import type { FrameFigure, WatchFrame } from '../analysis/watch/frame.ts'
import type { Mover, MoverKind, MoverOrder } from '../analysis/watch/movers.ts'
import type { ReadState, WatchFigure } from '../model/watch.ts'
import type { Paint, Palette } from './palette.ts'
import { displayText } from './sanitise.ts'
import { sparkline } from './sparkline.ts'
import { formatBytes, formatMilliseconds } from './units.ts'
import { bytesRate, figureText, figureTitle, growthText, rateText } from './watch-figures.ts'
import { headroomLines, headroomText } from './watch-headroom.ts'
import { displayWidth, pad, shortenMiddle, shortenTail } from './width.ts'

/** What a screen shows beside the frame. */
export interface ScreenState {
  /** Where the frame stands, in words: `FROZEN`, `12 of 340, playing`; empty for now. */
  readonly position: string
  readonly movers: MoverKind
  readonly order: MoverOrder
  /** What happened last: a capture written, a mark set. */
  readonly message: string | null
  /** What is shown instead of what grows: lines such as the difference between two marks. */
  readonly detail: readonly string[] | null
  /** Whether all limits are shown instead of what grows. */
  readonly limits: boolean
  /** The keys and what they do, when they are shown. */
  readonly help: readonly string[] | null
}

/** Room on the terminal. */
export interface ScreenSize {
  readonly columns: number
  readonly rows: number
}

/** In the order in which they stand. */
const SHOWN: readonly WatchFigure[] = [
  'rss',
  'anon',
  'file',
  'shmem',
  'pss',
  'uss',
  'dirty',
  'swap',
  'huge',
  'hugetlb',
  'pageTables',
  'mappings',
  'minorFaults',
  'majorFaults',
  'pressureSome',
  'cgroupPressureSome',
]
/** Shown even when they are 0: their absence would be a question. What stands first is kept longest where room is scarce. */
const ALWAYS: readonly WatchFigure[] = [
  'rss',
  'anon',
  'majorFaults',
  'minorFaults',
  'mappings',
  'swap',
  'pressureSome',
  'cgroupPressureSome',
  'file',
]

/** Below so many rows nothing is left empty. */
const ROOMY = 24
/** Of what grows a title and so many lines are shown where that can be, and at most a third of the screen is set aside. */
const LEAST_MOVERS = 4
/** What was asked for takes the room of all other figures. */
const LEAST_FIGURES = 2

/** The lines of a screen, no more and no wider than it has room for. */
export function screenLines(
  frame: WatchFrame,
  state: ScreenState,
  size: ScreenSize,
  palette: Palette,
): readonly string[] {
  const gap = size.rows < ROOMY ? [] : ['']
  const growing = frame.growth.shape === 'growing'
  const top = [titleLine(frame, state, size, palette)]
  const verdicts = [
    prose(growthText(frame.growth), size, growing ? palette.warning : undefined),
    prose(headroomText(frame.headroom), size),
    ...executionLines(frame, size, palette),
  ]
  const foot = prose(state.message ?? readsText(frame.reads), size, palette.muted)
  const free = Math.max(0, size.rows - top.length - verdicts.length - 1 - 3 * gap.length)
  if (state.help !== null) {
    const keys = state.help.slice(0, free).map((line) => fitted(line, size))
    return [...top, ...gap, ...keys, ...gap, ...verdicts, ...gap, foot].slice(0, size.rows)
  }
  const lines = bodyLines(frame, state, size, palette)
  const asked = state.detail !== null || state.limits
  const aside = asked ? Math.min(lines.length, free - LEAST_FIGURES) : Math.min(LEAST_MOVERS, Math.floor(free / 3))
  const figures = chosenFigures(frame.figures, free - aside).map((figure) => figureLine(figure, size, palette))
  const body = lines.slice(0, Math.max(0, free - figures.length))
  return [...top, ...gap, ...figures, ...gap, ...verdicts, ...gap, ...body, foot].slice(0, size.rows)
}

/** As many figures as there is room for, in their order. */
function chosenFigures(figures: readonly FrameFigure[], room: number): readonly FrameFigure[] {
  const rank = (figure: WatchFigure): number => {
    const place = ALWAYS.indexOf(figure)
    return place < 0 ? ALWAYS.length : place
  }
  const shown = figures.filter(({ figure, value }) => {
    return SHOWN.includes(figure) && !Number.isNaN(value) && (value !== 0 || ALWAYS.includes(figure))
  })
  const kept = new Set([...shown].sort((a, b) => rank(a.figure) - rank(b.figure)).slice(0, Math.max(0, room)))
  return shown.filter((figure) => kept.has(figure)).sort((a, b) => SHOWN.indexOf(a.figure) - SHOWN.indexOf(b.figure))
}

function titleLine(
  { at, subject: { pid, comm, command } }: WatchFrame,
  { position }: ScreenState,
  size: ScreenSize,
  palette: Palette,
): string {
  const text = [`PID ${pid} ${displayText(comm)}`, clockText(at), ...(position === '' ? [] : [position])].join(' · ')
  return prose(`${text} · ${displayText(command)}`, size, palette.strong)
}

function executionLines({ execution, at }: WatchFrame, size: ScreenSize, palette: Palette): readonly string[] {
  if (execution === null) return []
  const { from, to } = execution
  const ago = `${Math.round(at - execution.at)} s ago, at ${clockText(execution.at)}`
  const text = `executed ${displayText(to.comm)} instead of ${displayText(from.comm)} ${ago}: all figures are since then`
  return [prose(text, size, palette.warning)]
}

/** Seconds as `3:07` or `1:02:07`. */
export function clockText(seconds: number): string {
  const whole = Math.floor(seconds)
  const two = (value: number): string => String(value).padStart(2, '0')
  const hours = Math.floor(whole / 3600)
  const minutes = Math.floor((whole % 3600) / 60)
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`
}

const NAME_WIDTH = 17
const VALUE_WIDTH = 10
const RATE_WIDTH = 13
/** A sparkline of fewer columns says nothing. */
const LEAST_SPARK = 6
/** Narrower screens show the course of a figure rather than its rate. */
const NARROW = 56

function figureLine(each: FrameFigure, size: ScreenSize, palette: Palette): string {
  const age = each.age >= 2 ? ` ${Math.round(each.age)} s ago` : ''
  const text =
    pad(figureTitle(each.figure), NAME_WIDTH, 'left') +
    pad(figureText(each.figure, each.value), VALUE_WIDTH, 'right') +
    (size.columns < NARROW ? '' : pad(rateText(each), RATE_WIDTH, 'right'))
  const left = size.columns - displayWidth(text)
  const room = left - displayWidth(age) - 2
  const values = each.series.slice(-Math.max(0, room)).map(({ value }) => value)
  const spark = room < LEAST_SPARK ? '' : `  ${pad(sparkline(values, room), room, 'left')}`
  return fitted(text, size) + spark + palette.muted(displayWidth(age) > left ? '' : age)
}

function bodyLines(frame: WatchFrame, state: ScreenState, size: ScreenSize, palette: Palette): readonly string[] {
  if (state.detail !== null) return state.detail.map((line) => fitted(line, size))
  if (!state.limits) return moverLines(frame, state, size, palette)
  const lines = headroomLines(frame.headroom).map((line) => prose(line, size))
  return [fitted('limits, nearest first', size, palette.heading), ...lines]
}

function moverLines(frame: WatchFrame, state: ScreenState, size: ScreenSize, palette: Palette): readonly string[] {
  if (frame.moversOver === null) {
    return [fitted('what grows: known after two looks at all mappings', size, palette.muted)]
  }
  const what = state.movers === 'group' ? 'kinds' : 'mappings'
  const title = `${what} that grew or shrank in the last ${Math.round(frame.moversOver)} s, by ${state.order}`
  if (frame.movers.length === 0) return [fitted(title, size, palette.heading), 'none']
  return [fitted(title, size, palette.heading), ...frame.movers.map((mover) => moverLine(mover, size))]
}

function moverLine({ name, rss, bytesPerSecond }: Mover, size: ScreenSize): string {
  const figures = pad(bytesRate(bytesPerSecond), RATE_WIDTH, 'right') + pad(formatBytes(rss), VALUE_WIDTH, 'right')
  return fitted(`${figures}  ${shortenMiddle(displayText(name), Math.max(8, size.columns - figures.length - 2))}`, size)
}

/** What looking costs: what, how often, how long. */
function readsText(reads: readonly ReadState[]): string {
  const texts = reads.map(({ read, costMs, pace, refused }) => {
    if (refused !== null) return `${read}: ${refused}`
    return `${read} ${formatMilliseconds(costMs)} every ${pace < 9.95 ? pace.toFixed(1) : Math.round(pace)} s`
  })
  return ['? keys', ...texts].join(' · ')
}

/** A line whose end tells most, such as a path. */
function fitted(text: string, { columns }: ScreenSize, paint: Paint = SAME): string {
  return paint(shortenMiddle(text, columns))
}

/** A line whose beginning tells most. */
function prose(text: string, { columns }: ScreenSize, paint: Paint = SAME): string {
  return paint(shortenTail(text, columns))
}

const SAME: Paint = (text) => text
