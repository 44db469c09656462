import { formatCount } from '../output/units.ts'
import { monotonicMs } from '../sources/clock.ts'
import type { Io } from './io.ts'

/** Nobody wants to be told about what is done before they could read it. */
const PATIENCE_MS = 1000
const INTERVAL_MS = 200
const ERASE_LINE = '\r\u001b[K'

/** Tells on a terminal how far a long read is; says nothing elsewhere, nor in the first second. */
export class Progress {
  readonly #io: Io
  readonly #enabled: boolean
  readonly #noun: string
  #started = monotonicMs()
  #shown = 0

  /** @param noun What is counted, in the plural. */
  constructor(io: Io, quiet: boolean, noun = 'mappings') {
    this.#io = io
    this.#noun = noun
    this.#enabled = io.stderr.isTerminal && !quiet
  }

  /** Called after every step with how many are done; writes at most five times a second. */
  readonly update = (done: number): void => {
    if (!this.#enabled) return
    const now = monotonicMs()
    if (now - this.#started < PATIENCE_MS || now - this.#shown < INTERVAL_MS) return
    this.#shown = now
    this.#io.stderr.write(`${ERASE_LINE}reading … ${formatCount(done)} ${this.#noun}`)
  }

  /** Takes the line away again. */
  done(): void {
    if (this.#shown > 0) this.#io.stderr.write(ERASE_LINE)
    this.#shown = 0
    this.#started = monotonicMs()
  }
}
