import { Buffer } from 'node:buffer'

const LINE_FEED = 0x0a
/** No line that perf prints is longer: a path has at most 4096 bytes, and a symbol is cut at some ten thousand. */
const LONGEST_LINE = 1 << 16

/** Cuts bytes that come in pieces into lines, each a binary string without its line feed. Nothing is kept of them. */
export class LinePieces {
  readonly #line: (text: string) => void
  /** Begin of a line whose end has not come yet. */
  #rest: Buffer = Buffer.alloc(0)

  constructor(line: (text: string) => void) {
    this.#line = line
  }

  /** Whether a line has begun and not ended. */
  get isCut(): boolean {
    return this.#rest.length > 0
  }

  write(piece: Uint8Array): void {
    const bytes = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength)
    let from = 0
    for (let end = bytes.indexOf(LINE_FEED); end !== -1; end = bytes.indexOf(LINE_FEED, from)) {
      // Cut from the bytes line by line: a slice of one large string would keep all of it alive in every name.
      const line = bytes.toString('latin1', from, end)
      this.#line(this.#rest.length === 0 ? line : this.#takeRest() + line)
      from = end + 1
    }
    if (from < bytes.length) this.#keep(bytes.subarray(from))
  }

  #keep(bytes: Buffer): void {
    if (this.#rest.length < LONGEST_LINE) this.#rest = Buffer.concat([this.#rest, bytes])
  }

  #takeRest(): string {
    const text = this.#rest.toString('latin1')
    this.#rest = Buffer.alloc(0)
    return text
  }
}
