import type { Readable } from 'node:stream'
import type { ScreenSize } from '../output/watch-screen.ts'
import { ClosedPipe, type Output, OutputError } from './io.ts'
import { keysOf } from './watch-keys.ts'

const ESC = '\u001b['
const ENTER = `${ESC}?1049h${ESC}?25l`
const LEAVE = `${ESC}?25h${ESC}?1049l`
const HOME = `${ESC}H`
const ERASE_LINE = `${ESC}K`
const ERASE_BELOW = `${ESC}J`
const ERASE_ALL = `${ESC}2J`
/** So that a terminal shows a frame as a whole, where it knows how (others ignore it). */
const BEGIN_FRAME = `${ESC}?2026h`
const END_FRAME = `${ESC}?2026l`

/** A terminal in raw mode: what `process.stdin` is when it is one. */
export type Keyboard = Readable & { setRawMode(raw: boolean): unknown }

/** The alternate screen: frames are drawn over one another, and what was there before comes back at the end. */
export class Terminal {
  readonly #output: Output
  readonly #keyboard: Keyboard | null
  readonly #size: () => ScreenSize
  #open = false
  #columns = 0

  constructor(output: Output, keyboard: Keyboard | null, size: () => ScreenSize) {
    this.#output = output
    this.#keyboard = keyboard
    this.#size = size
  }

  get size(): ScreenSize {
    return this.#size()
  }

  /** Listens to the keyboard; `onKey` gets the name of each key as it is typed. */
  listen(onKey: (key: string) => void): void {
    this.#keyboard?.setEncoding('utf8')
    this.#keyboard?.on('data', (input: string) => {
      for (const key of keysOf(input)) onKey(key)
    })
  }

  /** Takes the screen and the keyboard. */
  open(): void {
    if (this.#open) return
    this.#open = true
    this.#write(ENTER)
    this.#keyboard?.setRawMode(true)
    this.#keyboard?.resume()
  }

  /** Draws a frame over the one before. */
  draw(lines: readonly string[]): void {
    if (!this.#open) return
    const { columns } = this.size
    // A terminal that has become narrower has wrapped what stood there.
    const clean = columns === this.#columns ? '' : ERASE_ALL
    this.#columns = columns
    const body = lines.map((line) => `${line}${ERASE_LINE}`).join('\r\n')
    this.#write(`${BEGIN_FRAME}${clean}${HOME}${body}${ERASE_BELOW}${END_FRAME}`)
  }

  /** Draws the next frame on an empty screen. */
  redraw(): void {
    this.#columns = 0
  }

  /** Gives screen and keyboard back; may be called twice, and by who cannot do anything about a lost terminal. */
  close(): void {
    if (!this.#open) return
    this.#open = false
    this.redraw()
    try {
      this.#keyboard?.setRawMode(false)
    } catch (error) {
      // EIO: the terminal is gone, as after a hangup.
      if ((error as NodeJS.ErrnoException).syscall === undefined) throw error
    }
    this.#keyboard?.pause()
    try {
      this.#write(LEAVE)
    } catch (error) {
      if (!(error instanceof ClosedPipe || error instanceof OutputError)) throw error
    }
  }

  #write(text: string): void {
    this.#output.write(text)
    this.#output.flush()
  }
}
