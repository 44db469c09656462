import type { MoverKind, WatchFrame } from '../analysis/watch/frame.ts'
import type { Growth } from '../analysis/watch/growth.ts'
import type { HostFacts } from '../collectors/host.ts'
import { cmdlineOf, commOf } from '../collectors/processes.ts'
import type { WatchSample } from '../model/watch.ts'
import type { Tool } from '../output/maps-json.ts'
import { createPalette } from '../output/palette.ts'
import { growthText } from '../output/watch-figures.ts'
import { watchCsvHeader, watchCsvLine, watchHeader, watchJsonLine, watchLine } from '../output/watch-lines.ts'
import type { Trees } from '../sources/trees.ts'
import { type ColourMode, wantsColour } from './colour.ts'
import type { Io } from './io.ts'
import { realClock, type WatchEnd, watchLoop } from './watch-loop.ts'
import { WatchScreen } from './watch-screen.ts'
import { WatchSession } from './watch-session.ts'
import { type Keyboard, Terminal } from './watch-terminal.ts'

/** The flags of `watch`, as parsed; times in milliseconds. */
export interface WatchFlags {
  readonly interval: number
  readonly for?: number | undefined
  readonly window: number
  readonly 'max-stall': number
  readonly json: boolean
  readonly csv: boolean
  readonly header: boolean
  readonly color: ColourMode
  readonly quiet: boolean
}

/** Where a watch is shown. */
export interface WatchPlace {
  readonly io: Io
  /** A live screen rather than lines. */
  readonly terminal: boolean
  readonly flags: WatchFlags
  readonly tool: Tool
}

/** Part of the time that reads of the process may take. */
const DUTY = 0.01

/** Watches a process to the end, and says how it grew. */
export async function runWatch(
  trees: Trees,
  host: HostFacts,
  pid: number,
  place: WatchPlace,
): Promise<{ readonly growth: Growth; readonly end: WatchEnd }> {
  const { flags } = place
  const session = new WatchSession(trees, host, pid, {
    interval: flags.interval / 1000,
    maxStallMs: flags['max-stall'],
    duty: DUTY,
    window: flags.window / 1000,
  })
  const view = place.terminal ? screenView(session, trees, host, pid, place) : lineView(session, place)
  const clock = realClock()
  let interrupted = false
  const interrupt = (): void => {
    interrupted = true
    clock.wake()
  }
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt)
  view.open(() => clock.wake())
  try {
    const end = await watchLoop({ sample: (at) => session.sample(at), show: view.show }, clock, {
      interval: () => view.interval() ?? flags.interval / 1000,
      quit: () => interrupted || view.quit(),
      seconds: flags.for === undefined ? Number.POSITIVE_INFINITY : flags.for / 1000,
    })
    view.close()
    const { growth } = session.frame(clock.now(), 'mapping')
    if (!flags.quiet)
      place.io.stderr.write(`${end === 'ended' ? `process ${pid} has ended; ` : ''}${growthText(growth)}\n`)
    return { growth, end }
  } finally {
    view.close()
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt)
  }
}

/** How frames reach the user. */
interface View {
  open(wake: () => void): void
  show(at: number, sample: WatchSample): WatchFrame
  /** Seconds between samples, where the user has changed them. */
  interval(): number | null
  quit(): boolean
  close(): void
}

function lineView(session: WatchSession, { io, flags }: WatchPlace): View {
  const movers: MoverKind = 'mapping'
  const header = flags.json || !flags.header ? '' : flags.csv ? watchCsvHeader() : watchHeader()
  return {
    open: () => {
      io.stdout.write(header)
      io.stdout.flush()
    },
    show: (at, sample) => {
      const frame = session.frame(at, movers)
      io.stdout.write(flags.json ? watchJsonLine(sample) : flags.csv ? watchCsvLine(frame) : watchLine(frame))
      io.stdout.flush()
      return frame
    },
    interval: () => null,
    quit: () => false,
    close: () => io.stdout.flush(),
  }
}

function screenView(
  session: WatchSession,
  trees: Trees,
  host: HostFacts,
  pid: number,
  { io, flags, tool }: WatchPlace,
): View {
  const { stdin, stdout } = process
  const size = (): { columns: number; rows: number } => ({ columns: stdout.columns ?? 80, rows: stdout.rows ?? 24 })
  const keyboard: Keyboard | null = stdin.isTTY ? stdin : null
  const terminal = new Terminal(io.stdout, keyboard, size)
  const subject = { pid, comm: commOf(trees, pid) ?? '', command: cmdlineOf(trees, pid).join(' ') }
  const palette = createPalette(wantsColour(flags.color, io.stdout, io.env))
  const screen = new WatchScreen(session, { trees, host, subject, tool, palette, interval: flags.interval / 1000 })
  const redraw = (): void => terminal.draw(screen.lines(terminal.size))
  return {
    open: (wake) => {
      terminal.open((key) => {
        screen.press(key)
        if (screen.quit || screen.paceChanged()) wake()
        redraw()
      })
      stdout.on('resize', redraw)
    },
    show: (at) => {
      const frame = screen.update(at)
      redraw()
      return frame
    },
    interval: () => screen.interval,
    quit: () => screen.quit,
    close: () => {
      stdout.off('resize', redraw)
      terminal.close()
    },
  }
}
