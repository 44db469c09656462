import type { FrameFigure, Mover, TierState, WatchFrame } from '../analysis/watch/frame.ts'
import type { WatchFigure } from '../model/watch.ts'
import type { Palette } from './palette.ts'
import { displayText } from './sanitise.ts'
import { sparkline } from './sparkline.ts'
import { formatBytes, formatMilliseconds } from './units.ts'
import { bytesRate, figureText, figureTitle, growthText, rateText } from './watch-figures.ts'
import { displayWidth, pad, shortenMiddle } from './width.ts'

/** Who is watched, in one line. */
export interface WatchSubject {
  readonly pid: number
  /** Binary strings. */
  readonly comm: string
  readonly command: string
}

/** What a screen shows beside the frame. */
export interface ScreenState {
  readonly frozen: boolean
  readonly help: boolean
  readonly movers: 'mapping' | 'group'
  /** What happened last: a capture written, a mark set. */
  readonly message: string | null
  /** Lines to show instead of the movers: the difference between two marks. */
  readonly detail: readonly string[] | null
}

/** Room on the terminal. */
export interface ScreenSize {
  readonly columns: number
  readonly rows: number
}

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
]
/** Shown even when they are 0: their absence would be a question. */
const ALWAYS: ReadonlySet<WatchFigure> = new Set(['rss', 'anon', 'file', 'mappings', 'minorFaults', 'majorFaults'])

const KEYS =
  'q quit · ? keys · space freeze · g mappings or groups · m mark · d difference of marks · c capture · +/- pace'

/** The lines of a screen, no more and no wider than it has room for. */
export function screenLines(
  frame: WatchFrame,
  subject: WatchSubject,
  state: ScreenState,
  size: ScreenSize,
  palette: Palette,
): readonly string[] {
  const figures = frame.figures.filter(isShown)
  const head = [
    titleLine(frame, subject, state, size, palette),
    '',
    ...figures.map((figure) => figureLine(figure, size, palette)),
    '',
    fitted(growthText(frame.growth), size, frame.growth.shape === 'growing' ? palette.warning : (text) => text),
    '',
  ]
  const foot = state.help
    ? ['', ...KEYS.split(' · ').map((key) => fitted(key, size, palette.muted))]
    : [
        '',
        fitted(state.message ?? tiersText(frame.tiers), size, palette.muted),
        fitted('? shows the keys', size, palette.muted),
      ]
  const room = Math.max(0, size.rows - head.length - foot.length)
  const body = state.detail ?? moverLines(frame, state, size, palette)
  return [...head, ...body.slice(0, room).map((line) => fitted(line, size)), ...foot].slice(0, size.rows)
}

function isShown({ figure, value }: FrameFigure): boolean {
  return SHOWN.includes(figure) && !Number.isNaN(value) && (value !== 0 || ALWAYS.has(figure))
}

function titleLine(
  { at }: WatchFrame,
  { pid, comm, command }: WatchSubject,
  { frozen }: ScreenState,
  size: ScreenSize,
  palette: Palette,
): string {
  const time = `${Math.floor(at / 60)}:${String(Math.floor(at % 60)).padStart(2, '0')}`
  const text = `PID ${pid} ${displayText(comm)} · ${time}${frozen ? ' · FROZEN' : ''} · ${displayText(command)}`
  return fitted(text, size, palette.strong)
}

const NAME_WIDTH = 18
const VALUE_WIDTH = 10
const RATE_WIDTH = 13

function figureLine(each: FrameFigure, size: ScreenSize, palette: Palette): string {
  const age = each.age >= 2 ? ` ${Math.round(each.age)} s ago` : ''
  const text =
    pad(figureTitle(each.figure), NAME_WIDTH, 'left') +
    pad(figureText(each.figure, each.value), VALUE_WIDTH, 'right') +
    pad(rateText(each), RATE_WIDTH, 'right')
  const room = size.columns - displayWidth(text) - displayWidth(age) - 2
  const values = each.series.slice(-Math.max(0, room)).map(({ value }) => value)
  const spark = room < 8 ? '' : `  ${pad(sparkline(values, room), room, 'left')}`
  return fitted(text, size) + spark + palette.muted(room < 0 ? '' : age)
}

function moverLines(frame: WatchFrame, state: ScreenState, size: ScreenSize, palette: Palette): readonly string[] {
  if (frame.moversOver === null) return [palette.muted('what grows: known after two looks at all mappings')]
  const what = state.movers === 'group' ? 'kinds' : 'mappings'
  const title = `${what} that grew or shrank in the last ${Math.round(frame.moversOver)} s`
  if (frame.movers.length === 0) return [palette.heading(title), 'none']
  return [palette.heading(title), ...frame.movers.map((mover) => moverLine(mover, size))]
}

function moverLine({ name, rss, bytesPerSecond }: Mover, size: ScreenSize): string {
  const figures = pad(bytesRate(bytesPerSecond), RATE_WIDTH, 'right') + pad(formatBytes(rss), VALUE_WIDTH, 'right')
  return `${figures}  ${shortenMiddle(displayText(name), Math.max(8, size.columns - figures.length - 2))}`
}

/** What looking costs: tier, how often, how long. */
function tiersText(tiers: readonly TierState[]): string {
  return tiers
    .map(({ tier, costMs, pace, refused }) => {
      if (refused !== null) return `${tier}: ${refused}`
      return `${tier} ${formatMilliseconds(costMs)} every ${pace < 9.95 ? pace.toFixed(1) : Math.round(pace)} s`
    })
    .join(' · ')
}

function fitted(text: string, { columns }: ScreenSize, paint: (text: string) => string = (same) => same): string {
  return paint(shortenMiddle(text, columns))
}
