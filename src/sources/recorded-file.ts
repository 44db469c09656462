import type { Captured } from '../model/capture.ts'
import type { Read, Refusal } from '../model/provenance.ts'
import type { OpenFile } from './file-tree.ts'
import type { Ledger } from './ledger.ts'
import { WordRuns } from './word-runs.ts'

const WORD_BYTES = 8
const LITTLE_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1
const [LOW, HIGH] = LITTLE_ENDIAN ? [0, 4] : [4, 0]

/** A file of words that keeps what is read of it; what became of it is told when it is closed. */
export class RecordedFile implements OpenFile {
  readonly #inner: OpenFile
  readonly #runs = new WordRuns()
  readonly #seen = new Set<number>()
  readonly #closed: (runs: WordRuns | null) => void
  #tooMany = false

  constructor(inner: OpenFile, closed: (runs: WordRuns | null) => void) {
    this.#inner = inner
    this.#closed = closed
  }

  readAt(position: number, into: Uint8Array): Read<number> {
    const read = this.#inner.readAt(position, into)
    if (read.ok && !this.#tooMany && !this.#seen.has(position)) {
      this.#seen.add(position)
      const view = new DataView(into.buffer, into.byteOffset, into.byteLength)
      const half = (at: number): number => view.getUint32(at, LITTLE_ENDIAN)
      const halves = (index: number) => [half(index * WORD_BYTES + HIGH), half(index * WORD_BYTES + LOW)] as const
      this.#tooMany = !this.#runs.add(position / WORD_BYTES, Math.floor(read.value / WORD_BYTES), halves)
    }
    return read
  }

  [Symbol.dispose](): void {
    this.#inner[Symbol.dispose]()
    this.#closed(this.#tooMany ? null : this.#runs)
  }
}

/** A file of words as a capture holds it; places that nobody read are refused. */
export class CapturedFile implements OpenFile {
  readonly #runs: WordRuns
  readonly #path: string

  constructor(runs: WordRuns, path: string) {
    this.#runs = runs
    this.#path = path
  }

  readAt(position: number, into: Uint8Array): Read<number> {
    const view = new DataView(into.buffer, into.byteOffset, into.byteLength)
    let known = 0
    for (let at = 0; at + WORD_BYTES <= into.byteLength; at += WORD_BYTES) {
      const word = this.#runs.at((position + at) / WORD_BYTES)
      if (word !== null) known++
      view.setUint32(at + HIGH, word?.[0] ?? 0, LITTLE_ENDIAN)
      view.setUint32(at + LOW, word?.[1] ?? 0, LITTLE_ENDIAN)
    }
    if (known > 0) return { ok: true, value: into.byteLength - (into.byteLength % WORD_BYTES) }
    return { ok: false, refusal: { reason: 'not-captured', errno: '', path: this.#path } }
  }

  [Symbol.dispose](): void {
    // Nothing is held.
  }
}

/** Opens what a capture holds of a file of words. */
export function openCaptured(answer: Captured | undefined, ledger: Ledger, refusal: Refusal): Read<OpenFile> {
  if (answer?.kind !== 'words') return { ok: false, refusal: answer?.kind === 'refused' ? answer.refusal : refusal }
  const runs = WordRuns.fromText(answer.runs)
  if (runs === null) return { ok: false, refusal: { ...refusal, reason: 'failed' } }
  ledger.note(answer.read)
  return { ok: true, value: new CapturedFile(runs, refusal.path) }
}

const PFN_HIGH = 2 ** 23 - 1
const PRESENT = 2 ** 31

/**
 * Flags of the frames that the pages of a recording lie in, and of the one behind each: no others are ever asked for.
 * `null` when there are more than are kept.
 */
export function flagsOfPages(flags: readonly WordRuns[], pagemaps: readonly WordRuns[]): WordRuns | null {
  const frames = new Set<number>()
  for (const pagemap of pagemaps) {
    for (const [, high, low] of pagemap.words()) {
      if (high < PRESENT) continue
      const frame = (high & PFN_HIGH) * 2 ** 32 + low
      frames.add(frame).add(frame + 1)
    }
  }
  const kept = new WordRuns()
  for (const frame of Float64Array.from(frames).sort()) {
    const word = flags.map((each) => each.at(frame)).find((found) => found !== null)
    if (word != null && !kept.add(frame, 1, () => word)) return null
  }
  return kept
}
