import { readFileSync } from 'node:fs'
import { peakRssOf } from './proc-counters.ts'

const FIRST_LOOK_MS = 1
/** Each look is so much later than the last, so that a short program is seen as well as a long one. */
const GROWTH = 1.5
/** The peak is the last one seen: what a program takes in this time before its end is missed. A look takes 60 µs. */
const LONGEST_PAUSE_MS = 20
/** Listing mappings holds the program's mmap lock for as long as that takes, so that it is done ever less often. */
const LONGEST_PAUSE_FOR_FILES_MS = 250
/** What was seen before this share of the run tells nothing of its peak: on a busy machine looks come late. */
const LEAST_SHARE_SEEN = 1 / 3

/** Looks at a program now and then: its highest RSS and the files that it maps are gone with it. */
export class PeakWatch {
  readonly #pid: number
  readonly #files: boolean
  #timer: NodeJS.Timeout | undefined
  #pause = FIRST_LOOK_MS
  #pauseForFiles = FIRST_LOOK_MS
  #nextFilesAt = 0
  #peak: number | null = null
  #startedAt = 0
  #seenAt = 0
  mapped: readonly string[] = []

  constructor(pid: number, files: boolean) {
    this.#pid = pid
    this.#files = files
  }

  start(): void {
    this.#startedAt = performance.now()
    this.#timer = setTimeout(() => this.#look(), this.#pause)
  }

  stop(): void {
    clearTimeout(this.#timer)
  }

  /** The highest RSS seen of a run of this length, in bytes; `null` when it was not seen, or too early. */
  peakOf(wallMs: number): number | null {
    return this.#seenAt - this.#startedAt < wallMs * LEAST_SHARE_SEEN ? null : this.#peak
  }

  #look(): void {
    const peak = peakRssOf(this.#pid)
    // A program that becomes another begins anew.
    if (peak !== null) {
      this.#peak = Math.max(this.#peak ?? 0, peak)
      this.#seenAt = performance.now()
    }
    if (this.#files) this.#lookAtFiles()
    this.#pause = Math.min(LONGEST_PAUSE_MS, this.#pause * GROWTH)
    this.#timer = setTimeout(() => this.#look(), this.#pause)
  }

  #lookAtFiles(): void {
    const now = performance.now()
    if (now < this.#nextFilesAt) return
    this.#nextFilesAt = now + this.#pauseForFiles
    this.#pauseForFiles = Math.min(LONGEST_PAUSE_FOR_FILES_MS, this.#pauseForFiles * 2)
    const maps = readText(`/proc/${this.#pid}/maps`)
    const files = new Set([...maps.matchAll(/ (\/.*)$/gm)].map(([, path = '']) => path))
    if (files.size >= this.mapped.length) this.mapped = [...files]
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
