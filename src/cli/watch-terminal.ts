import type { Readable } from 'node:stream'
import type { ScreenSize } from '../output/watch-screen.ts'
import type { Output } from './io.ts'

const ESC = '\u001b['
const ENTER = `${ESC}?1049h${ESC}?25l`
const LEAVE = `${ESC}?25h${ESC}?1049l`
const HOME = `${ESC}H`
const ERASE_LINE = `${ESC}K`
const ERASE_BELOW = `${ESC}J`
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

  constructor(output: Output, keyboard: Keyboard | null, size: () => ScreenSize) {
    this.#output = output
    this.#keyboard = keyboard
    this.#size = size
  }

  get size(): ScreenSize {
    return this.#size()
  }

  /** Takes the screen and the keyboard; `onKey` gets each key as it is typed. */
  open(onKey: (key: string) => void): void {
    this.#open = true
    this.#write(ENTER)
    this.#keyboard?.setRawMode(true)
    this.#keyboard?.setEncoding('utf8')
    this.#keyboard?.on('data', (keys: string) => {
      // An arrow or a function key comes as one escape sequence, which is no letter of ours.
      for (const key of keys.startsWith('\u001b') ? [keys] : keys) onKey(key)
    })
    this.#keyboard?.resume()
  }

  /** Draws a frame over the one before. */
  draw(lines: readonly string[]): void {
    if (!this.#open) return
    const body = lines.map((line) => `${line}${ERASE_LINE}`).join('\r\n')
    this.#write(`${BEGIN_FRAME}${HOME}${body}${ERASE_BELOW}${END_FRAME}`)
  }

  /** Gives screen and keyboard back; may be called twice. */
  close(): void {
    if (!this.#open) return
    this.#open = false
    this.#keyboard?.setRawMode(false)
    this.#keyboard?.pause()
    this.#write(LEAVE)
  }

  #write(text: string): void {
    this.#output.write(text)
    this.#output.flush()
  }
}
