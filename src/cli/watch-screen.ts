import { compare, type SeenLook } from '../analysis/watch/chronicle.ts'
import type { WatchFrame, WatchGlance } from '../analysis/watch/frame.ts'
import { MOVER_ORDERS, type MoverKind, type MoverOrder } from '../analysis/watch/movers.ts'
import { FailureError } from '../model/failure.ts'
import { writeDiffText } from '../output/diff-text.ts'
import { failureText } from '../output/failure-text.ts'
import type { Palette } from '../output/palette.ts'
import { changeText } from '../output/watch-figures.ts'
import { clockText, type ScreenSize, screenLines } from '../output/watch-screen.ts'
import { OutputError } from './io.ts'
import type { WatchSource } from './watch-session.ts'

/** What is particular to a screen of a process, or of a recording. */
export interface ScreenControls {
  /** Obeys a key; whether it was one of these controls. */
  press(key: string): boolean
  /** Where the frame stands, in words. */
  readonly position: string
  /** Whether what is on the screen stays as it is. */
  readonly frozen: boolean
  /** The keys of these controls. */
  readonly keys: readonly string[]
  /** Writes a capture of what is shown; returns what it says of that. */
  capture(): Promise<string>
}

const KEYS: readonly string[] = [
  'q       quit',
  '?       show or hide the keys',
  'g       what grows: mappings, or kinds of them',
  's       sort it by rate, size or name',
  'l       all limits, or what grows',
  'm       mark this moment',
  'd       difference of the two last marks, or of the mark and now',
  'c       write a capture into the current directory',
]

/** A moment that was marked. */
interface Mark {
  readonly at: number
  /** The last values then. */
  readonly values: WatchGlance['values']
  /** The last look at all mappings then, which may have been some time before; `null` before the first. */
  readonly look: SeenLook | null
}

/** What the keys do, and what is on the screen. */
export class WatchScreen {
  readonly #source: WatchSource
  readonly #controls: ScreenControls
  readonly #palette: Palette
  #frame: WatchFrame | null = null
  #at = 0
  #help = false
  #limits = false
  #movers: MoverKind = 'mapping'
  #order: MoverOrder = 'rate'
  #message: string | null = null
  #detail: readonly string[] | null = null
  #marks: readonly Mark[] = []
  #quit = false
  #width = 80

  constructor(source: WatchSource, controls: ScreenControls, palette: Palette) {
    this.#source = source
    this.#controls = controls
    this.#palette = palette
  }

  get quit(): boolean {
    return this.#quit
  }

  /** Takes a new moment in; what is on the screen stays while it is frozen. */
  update(at: number): void {
    this.#at = at
    if (!this.#controls.frozen) this.#frame = this.#frameNow()
  }

  /** Tells something in the last line, until the next key. */
  tell(message: string): void {
    this.#message = message
  }

  lines(size: ScreenSize): readonly string[] {
    this.#width = size.columns
    if (this.#frame === null) return []
    const state = {
      position: this.#controls.position,
      movers: this.#movers,
      order: this.#order,
      message: this.#message,
      detail: this.#detail,
      limits: this.#limits,
      help: this.#help ? [...KEYS, ...this.#controls.keys] : null,
    }
    return screenLines(this.#frame, state, size, this.#palette)
  }

  /** Obeys a key; resolves when what it asked for has been done. */
  async press(key: string): Promise<void> {
    this.#message = null
    if (key === 'q' || key === 'ctrl-c') this.#quit = true
    else if (key === '?' || key === 'h') this.#help = !this.#help
    else if (key === 'g') this.#show(() => this.#group())
    else if (key === 's') this.#show(() => this.#sort())
    else if (key === 'l') this.#show(() => this.#toggleLimits())
    else if (key === 'm') this.#mark()
    else if (key === 'd') this.#difference()
    else if (key === 'c') await this.#capture()
    else if (key === 'escape') this.#show(() => undefined)
    else if (!this.#controls.press(key) && /^[!-~]$/.test(key))
      this.#message = `${key} is no key of watch; ? shows them`
  }

  #frameNow(): WatchFrame {
    return this.#source.frame(this.#at, { movers: this.#movers, order: this.#order })
  }

  /** Changes what is shown of what grows, and shows that instead of a difference. */
  #show(change: () => void): void {
    this.#detail = null
    this.#help = false
    change()
    if (this.#frame === null) return
    // A frozen screen keeps its figures, and shows another order of what grew.
    const { movers, moversOver } = this.#frameNow()
    this.#frame = this.#controls.frozen ? { ...this.#frame, movers, moversOver } : this.#frameNow()
  }

  #group(): void {
    this.#limits = false
    this.#movers = this.#movers === 'mapping' ? 'group' : 'mapping'
  }

  #sort(): void {
    this.#limits = false
    this.#order = MOVER_ORDERS[(MOVER_ORDERS.indexOf(this.#order) + 1) % MOVER_ORDERS.length] ?? 'rate'
  }

  #toggleLimits(): void {
    this.#limits = !this.#limits
  }

  #mark(): void {
    this.#marks = [...this.#marks.slice(-1), this.#now()]
    const next = this.#marks.length === 1 ? 'm again marks the other moment' : 'd shows the difference'
    this.#message = `marked at ${clockText(this.#at)}; ${next}`
  }

  #now(): Mark {
    return { at: this.#at, values: this.#source.glance(this.#at).values, look: this.#source.lastLook }
  }

  /** The difference between the two last marks, or between the only one and now; again to go back. */
  #difference(): void {
    if (this.#detail !== null) {
      this.#detail = null
      return
    }
    const [first, second = this.#now()] = this.#marks
    if (first === undefined) {
      this.#message = 'nothing is marked: m marks a moment'
      return
    }
    const [before, after] = first.at <= second.at ? [first, second] : [second, first]
    this.#help = false
    this.#detail = [
      `difference from ${clockText(before.at)} to ${clockText(after.at)} (d or Esc: back)`,
      changeText(before.values, after.values),
      ...this.#mappingLines(before.look, after.look),
    ]
  }

  /** What changed in the mappings: they are looked at less often than marks are set. */
  #mappingLines(before: SeenLook | null, after: SeenLook | null): readonly string[] {
    if (before === null || after === null) return ['which mappings changed is not known: not all were looked at yet']
    if (before.at === after.at) {
      return [`which mappings changed is not known: they were looked at at ${clockText(after.at)}, and not in between`]
    }
    const lines: string[] = []
    const sides = [
      { at: null, ago: null, file: null },
      { at: null, ago: null, file: null },
    ] as const
    const style = { palette: this.#palette, bytes: false, header: true, width: this.#width, quiet: true }
    writeDiffText(compare(before.report, after.report), { sides, verdicts: [], limit: 100 }, style, (text) =>
      lines.push(...text.split('\n').slice(0, -1)),
    )
    const title = `mappings, as they were looked at at ${clockText(before.at)} and ${clockText(after.at)}:`
    return lines.length === 0 ? [`${title} none changed`] : [title, ...lines]
  }

  async #capture(): Promise<void> {
    try {
      this.#message = await this.#controls.capture()
    } catch (error) {
      if (error instanceof FailureError) this.#message = failureText(error.failure).message
      else if (error instanceof OutputError) this.#message = `not captured: ${error.message}`
      else throw error
    }
  }
}
