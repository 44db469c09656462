import type { Growth } from '../analysis/watch/growth.ts'
import type { HostFacts } from '../collectors/host.ts'
import type { WatchSample } from '../model/watch.ts'
import type { Tool } from '../output/maps-json.ts'
import { createPalette } from '../output/palette.ts'
import { displayText } from '../output/sanitise.ts'
import { growthText } from '../output/watch-figures.ts'
import type { Trees } from '../sources/trees.ts'
import { type ColourMode, wantsColour } from './colour.ts'
import type { Io } from './io.ts'
import { captureNow, LiveControls } from './watch-controls.ts'
import { LineWriter } from './watch-line-writer.ts'
import { realClock, type WatchEnd, watchLoop } from './watch-loop.ts'
import { recordingEndText, WatchRecorder } from './watch-recorder.ts'
import { WatchScreen } from './watch-screen.ts'
import { WatchSession } from './watch-session.ts'
import { hearStops, type StopSignal } from './watch-signals.ts'
import { Stage } from './watch-stage.ts'

/** The flags of `watch`, as parsed; times in milliseconds. */
export interface WatchFlags {
  readonly interval: number
  readonly for?: number | undefined
  readonly window: number
  readonly 'max-stall': number
  readonly basic: boolean
  readonly record?: string | undefined
  readonly 'record-limit': number
  readonly json: boolean
  readonly ndjson: boolean
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

/** A process that is to be watched. */
export interface WatchTarget {
  readonly trees: Trees
  /** Trees of their own for captures, so that what these read is no cost of the watch. */
  readonly captureTrees: () => Trees
  readonly host: HostFacts
  readonly pid: number
}

/** How a watch came out. */
export interface WatchOutcome {
  readonly growth: Growth
  readonly end: WatchEnd
}

/** Part of the time that reads of the process may take. */
const DUTY = 0.01

/** Watches a process to the end, and says how it grew. */
export async function runWatch(target: WatchTarget, place: WatchPlace): Promise<WatchOutcome> {
  const { flags, io, tool } = place
  const { trees, host, pid } = target
  const interval = flags.interval / 1000
  const options = {
    interval,
    maxStallMs: flags['max-stall'],
    duty: DUTY,
    window: flags.window / 1000,
    basic: flags.basic,
  }
  const order = { file: flags.record ?? '', limit: flags['record-limit'], interval, tool }
  const recorder = flags.record === undefined ? null : new WatchRecorder(order, trees, host)
  try {
    using session = new WatchSession(trees, host, pid, options, recorder)
    const clock = realClock()
    using view = place.terminal
      ? screenView(session, target, place, () => clock.wake())
      : lineView(session, place, () => clock.wake())
    const told = { full: false }
    const steps = {
      sample: (at: number) => session.sample(at),
      show: (at: number, sample: WatchSample) => {
        const why = recorder?.end ?? null
        if (why !== null && !told.full) view.tell(recordingEndText(order, why))
        told.full ||= why !== null
        view.show(at, sample)
      },
    }
    const seconds = flags.for === undefined ? Number.POSITIVE_INFINITY : flags.for / 1000
    const end = await watchLoop(steps, clock, { interval: () => session.pace, stop: () => view.stop(), seconds })
    view[Symbol.dispose]()
    const { growth } = session.verdicts(clock.now())
    if (!flags.quiet) {
      io.stderr.write(`${end === 'ended' ? `process ${pid} has ended; ` : ''}${growthText(growth)}\n`)
    }
    return { growth, end }
  } finally {
    await recorder?.close()
  }
}

/** How frames reach the user. */
interface View extends Disposable {
  show(at: number, sample: WatchSample): void
  stop(): WatchEnd | null
  tell(message: string): void
}

function lineView(session: WatchSession, { io, flags, tool }: WatchPlace, wake: () => void): View {
  let stopped: StopSignal | null = null
  const signals = hearStops((signal) => {
    stopped = signal
    wake()
  })
  const writer = new LineWriter(io, flags)
  return {
    show: (_, sample) => writer.write(session, sample, new Date()),
    stop: () => stopped,
    tell: (message) => {
      if (!flags.quiet) io.stderr.write(`${tool.name}: ${displayText(Buffer.from(message).toString('latin1'))}\n`)
    },
    [Symbol.dispose]: () => signals[Symbol.dispose](),
  }
}

function screenView(session: WatchSession, target: WatchTarget, place: WatchPlace, wake: () => void): View {
  const { io, flags, tool } = place
  const controls = new LiveControls(flags.interval / 1000, () => captureNow(target.captureTrees(), target.pid, tool))
  const screen = new WatchScreen(session, controls, createPalette(wantsColour(flags.color, io.stdout, io.env)))
  const afterKey = (): void => {
    if (!controls.paceChanged()) return
    session.every(controls.interval)
    screen.tell(`a sample every ${controls.interval} s`)
    wake()
  }
  const stage = new Stage(io, screen, { wake, afterKey })
  return {
    show: (at) => {
      screen.update(at)
      stage.draw()
    },
    stop: () => stage.stop(),
    tell: (message) => screen.tell(message),
    [Symbol.dispose]: () => stage[Symbol.dispose](),
  }
}
