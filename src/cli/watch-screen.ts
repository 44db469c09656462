import type { MapsReport } from '../analysis/maps-report.ts'
import type { MoverKind, WatchFrame } from '../analysis/watch/frame.ts'
import type { HostFacts } from '../collectors/host.ts'
import { FailureError } from '../model/failure.ts'
import { writeDiffText } from '../output/diff-text.ts'
import { failureText } from '../output/failure-text.ts'
import type { Tool } from '../output/maps-json.ts'
import type { Palette } from '../output/palette.ts'
import { type ScreenSize, screenLines, type WatchSubject } from '../output/watch-screen.ts'
import type { Trees } from '../sources/trees.ts'
import { writeCapture } from './capture-write.ts'
import { OutputError } from './io.ts'
import { compare, type WatchSession } from './watch-session.ts'

/** What a screen works with. */
export interface ScreenContext {
  readonly trees: Trees
  readonly host: HostFacts
  readonly subject: WatchSubject
  readonly tool: Tool
  readonly palette: Palette
  /** Seconds between samples at first. */
  readonly interval: number
}

/** Seconds between samples that + and - choose among. */
const PACES = [0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60]

/** What the keys do, and what is on the screen. */
export class WatchScreen {
  readonly #session: WatchSession
  readonly #context: ScreenContext
  #frame: WatchFrame | null = null
  #at = 0
  #frozen = false
  #help = false
  #movers: MoverKind = 'mapping'
  #message: string | null = null
  #detail: readonly string[] | null = null
  #marks: readonly MapsReport[] = []
  #quit = false
  #interval: number
  #paceChanged = false
  #width = 80

  constructor(session: WatchSession, context: ScreenContext) {
    this.#session = session
    this.#context = context
    this.#interval = context.interval
  }

  get quit(): boolean {
    return this.#quit
  }

  get interval(): number {
    return this.#interval
  }

  /** Whether the pace was changed since this was last asked. */
  paceChanged(): boolean {
    const changed = this.#paceChanged
    this.#paceChanged = false
    return changed
  }

  /** Takes a new sample in; what is on the screen stays while it is frozen. */
  update(at: number): WatchFrame {
    this.#at = at
    const frame = this.#session.frame(at, this.#movers)
    if (!this.#frozen) this.#frame = frame
    return frame
  }

  lines(size: ScreenSize): readonly string[] {
    this.#width = size.columns
    if (this.#frame === null) return []
    const state = {
      frozen: this.#frozen,
      help: this.#help,
      movers: this.#movers,
      message: this.#message,
      detail: this.#detail,
    }
    return screenLines(this.#frame, this.#context.subject, state, size, this.#context.palette)
  }

  press(key: string): void {
    this.#message = null
    if (key === 'q' || key === '\u0003') this.#quit = true
    else if (key === '?' || key === 'h') this.#help = !this.#help
    else if (key === ' ') this.#frozen = !this.#frozen
    else if (key === 'g') this.#group()
    else if (key === 'm') this.#mark()
    else if (key === 'd') this.#difference()
    else if (key === 'c') void this.#capture()
    else if (key === '+') this.#pace(-1)
    else if (key === '-') this.#pace(1)
    else if (key === '\u001b') this.#detail = null
  }

  #group(): void {
    this.#detail = null
    this.#movers = this.#movers === 'mapping' ? 'group' : 'mapping'
    if (!this.#frozen) this.#frame = this.#session.frame(this.#at, this.#movers)
  }

  #mark(): void {
    const look = this.#session.lastLook
    if (look === null) this.#message = 'no look at all mappings yet: nothing to mark'
    else {
      this.#marks = [...this.#marks.slice(-1), look]
      this.#message =
        this.#marks.length === 1 ? 'marked; m again marks the other moment' : 'marked; d shows the difference'
    }
  }

  /** The difference between the two last marks, or between the only one and now; again to go back. */
  #difference(): void {
    if (this.#detail !== null) {
      this.#detail = null
      return
    }
    const [first, second = this.#session.lastLook] = this.#marks
    if (first === undefined || second === null || second === undefined) {
      this.#message = 'nothing is marked: m marks a moment'
      return
    }
    const lines: string[] = []
    const sides = [
      { at: null, file: null },
      { at: null, file: null },
    ] as const
    const style = { palette: this.#context.palette, bytes: false, header: true, width: this.#width, quiet: true }
    writeDiffText(compare(first, second), { sides, verdicts: [], limit: 100 }, style, (text) =>
      lines.push(...text.split('\n').slice(0, -1)),
    )
    this.#detail = lines.length === 0 ? ['nothing changed between the marks'] : lines
  }

  async #capture(): Promise<void> {
    const { trees, subject, tool } = this.#context
    const file = `mmapctl-${subject.pid}-${new Date().toISOString().replace(/[:.]/g, '')}.mmapcap`
    try {
      await writeCapture(trees, [subject.pid], { file, tool, basic: false, maxStallMs: 100, redact: false })
      this.#message = `captured: ${file}`
    } catch (error) {
      if (error instanceof FailureError) this.#message = failureText(error.failure).message
      else if (error instanceof OutputError) this.#message = `not captured: ${error.message}`
      else throw error
    }
  }

  #pace(step: number): void {
    const at = PACES.findIndex((pace) => pace >= this.#interval)
    this.#interval = PACES[Math.min(PACES.length - 1, Math.max(0, at + step))] ?? this.#interval
    this.#paceChanged = true
    this.#message = `a sample every ${this.#interval} s`
  }
}
