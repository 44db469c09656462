import type { Refusal, SourceRead } from '../model/provenance.ts'

/** Measures one read while it runs. */
export interface Entry {
  /** Notes one system call's worth of bytes, and how long it took. */
  add(bytes: number, durationMs: number): void
  /** Closes the entry. */
  close(refused: Refusal | null): void
}

/** Keeps account of every read of a report, in order. */
export class Ledger {
  #reads: SourceRead[] = []
  #readingMs = 0
  readonly #origin = performance.now()

  /** The reads noted since the last call, in the order they ended: those of one report. */
  take(): readonly SourceRead[] {
    const reads = this.#reads
    this.#reads = []
    return reads
  }

  /** Notes a read that was made at another time, as it was then. */
  note(read: SourceRead): void {
    this.#reads.push(read)
  }

  /**
   * Milliseconds in all that system calls have read, of what this ledger accounts for: the part of a read that whoever is
   * read may feel. Never falls.
   */
  get readingMs(): number {
    return this.#readingMs
  }

  /** The read that ended last; `null` when none has since `take`. */
  last(): SourceRead | null {
    return this.#reads.at(-1) ?? null
  }

  /** Opens an entry for a file about to be read. */
  begin(path: string): Entry {
    const started = performance.now()
    const at = started - this.#origin
    let bytes = 0
    let reads = 0
    let longestReadMs = 0
    return {
      add: (count, durationMs) => {
        bytes += count
        this.#readingMs += durationMs
        reads += count > 0 ? 1 : 0
        if (durationMs > longestReadMs) longestReadMs = durationMs
      },
      close: (refused) => {
        const durationMs = performance.now() - started
        this.#reads.push({ path, at, durationMs, bytes, reads, longestReadMs, refused })
      },
    }
  }
}
