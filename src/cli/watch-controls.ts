import type { Tool } from '../output/maps-json.ts'
import { clockText } from '../output/watch-screen.ts'
import type { Trees } from '../sources/trees.ts'
import { writeCapture } from './capture-write.ts'
import { PRIVATE, writeFileAtomically } from './report-output.ts'
import type { Player } from './watch-player.ts'
import type { WatchReplay } from './watch-replay.ts'
import type { ScreenControls } from './watch-screen.ts'

/** Seconds between samples that + and - choose among. */
const PACES = [0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60]
/** Longest predicted stall of the process that a capture by a key may cause, in milliseconds. */
const CAPTURE_STALL = 100

/** The keys of a screen that shows a process. */
export class LiveControls implements ScreenControls {
  readonly #capture: () => Promise<string>
  #frozen = false
  #interval: number
  #paceChanged = false

  readonly keys = [
    'space   freeze the screen, or go on: samples are taken all the while',
    '+ -     sample more often, less often',
  ]

  /** @param interval Seconds between samples at first. */
  constructor(interval: number, capture: () => Promise<string>) {
    this.#interval = interval
    this.#capture = capture
  }

  get frozen(): boolean {
    return this.#frozen
  }

  get position(): string {
    return this.#frozen ? 'FROZEN' : ''
  }

  /** Seconds between samples. */
  get interval(): number {
    return this.#interval
  }

  /** Whether the pace was changed since this was last asked. */
  paceChanged(): boolean {
    const changed = this.#paceChanged
    this.#paceChanged = false
    return changed
  }

  press(key: string): boolean {
    if (key === ' ') this.#frozen = !this.#frozen
    else if (key === '+') this.#pace(-1)
    else if (key === '-') this.#pace(1)
    else return false
    return true
  }

  capture(): Promise<string> {
    return this.#capture()
  }

  #pace(by: 1 | -1): void {
    const near = PACES.reduce((best, pace) =>
      Math.abs(pace - this.#interval) < Math.abs(best - this.#interval) ? pace : best,
    )
    this.#interval = PACES[Math.max(0, Math.min(PACES.length - 1, PACES.indexOf(near) + by))] ?? near
    this.#paceChanged = true
  }
}

/** The keys of a screen that shows a recording. */
export class ReplayControls implements ScreenControls {
  readonly #player: Player
  readonly #replay: WatchReplay
  readonly frozen = false
  readonly keys = [
    'space   play, or stand still',
    '← →     a sample back, forth (also , and .)',
    'PgUp PgDn  a minute back, forth (also [ and ])',
    'Home End   to the beginning, the end (also 0 and $)',
    '+ -     faster, slower',
  ]

  constructor(player: Player, replay: WatchReplay) {
    this.#player = player
    this.#replay = replay
  }

  get position(): string {
    const { index, playing, speed } = this.#player
    const last = this.#replay.length - 1
    const of = `REPLAY ${index + 1}/${last + 1} of ${clockText(this.#replay.timeOf(last))}`
    return `${of}, ${playing ? `playing ×${speed}` : 'paused'}`
  }

  press(key: string): boolean {
    return this.#player.press(key)
  }

  /** The capture that the recording has of this moment. */
  async capture(): Promise<string> {
    const bytes = this.#replay.captureFile()
    if (bytes === null) return 'no mappings were recorded until here: nothing to capture'
    const at = this.#replay.timeOf(this.#player.index)
    const file = `mmapctl-${this.#replay.subject?.pid}-at-${Math.round(at)}s.mmapcap`
    writeFileAtomically(file, (write) => write(bytes), PRIVATE)
    return `captured: ${file}`
  }
}

/** Captures a process into the current directory; returns what to say of it. */
export async function captureNow(trees: Trees, pid: number, tool: Tool): Promise<string> {
  const file = `mmapctl-${pid}-${new Date().toISOString().replace(/[:.]/g, '')}.mmapcap`
  const order = { file, tool, basic: false, maxStallMs: CAPTURE_STALL, redact: false }
  await writeCapture(trees, [pid], order)
  return `captured: ${file}`
}
