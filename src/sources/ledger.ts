import type { Refusal, SourceRead } from '../model/provenance.ts'
import { monotonicMs } from './clock.ts'

/** Measures one read while it runs. */
export interface Entry {
  /** Notes one system call's worth of bytes, and how long it took. */
  add(bytes: number, durationMs: number): void
  /** Closes the entry. */
  close(refused: Refusal | null): void
}

/** What a ledger and its open entries write in. */
interface Book {
  reads: SourceRead[]
  readingMs: number
  readonly origin: number
}

/** Keeps account of every read of a report, in order. */
export class Ledger {
  readonly #book: Book = { reads: [], readingMs: 0, origin: monotonicMs() }

  /** The reads noted since the last call, in the order they ended: those of one report. */
  take(): readonly SourceRead[] {
    const { reads } = this.#book
    this.#book.reads = []
    return reads
  }

  /** Notes a read that was made at another time, as it was then. */
  note(read: SourceRead): void {
    this.#book.reads.push(read)
  }

  /**
   * Milliseconds in all that system calls have read, of what this ledger accounts for: the part of a read that whoever is
   * read may feel. Never falls.
   */
  get readingMs(): number {
    return this.#book.readingMs
  }

  /** The read that ended last; `null` when none has since `take`. */
  last(): SourceRead | null {
    return this.#book.reads.at(-1) ?? null
  }

  /** Opens an entry for a file about to be read. */
  begin(path: string): Entry {
    return new OpenEntry(this.#book, path)
  }
}

/** An object with a shape: a list of processes opens thousands, and closures over as many variables cost twice this. */
class OpenEntry implements Entry {
  readonly #book: Book
  readonly #path: string
  readonly #started = monotonicMs()
  #bytes = 0
  #reads = 0
  #longestReadMs = 0

  constructor(book: Book, path: string) {
    this.#book = book
    this.#path = path
  }

  add(bytes: number, durationMs: number): void {
    this.#book.readingMs += durationMs
    this.#bytes += bytes
    if (bytes > 0) this.#reads++
    if (durationMs > this.#longestReadMs) this.#longestReadMs = durationMs
  }

  close(refused: Refusal | null): void {
    this.#book.reads.push({
      path: this.#path,
      at: this.#started - this.#book.origin,
      durationMs: monotonicMs() - this.#started,
      bytes: this.#bytes,
      reads: this.#reads,
      longestReadMs: this.#longestReadMs,
      refused,
    })
  }
}
