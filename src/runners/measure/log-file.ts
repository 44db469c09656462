import { closeSync, openSync, readSync, statSync } from 'node:fs'

const CHUNK = 64 * 1024

/** What is added to a file, from when the watch began. */
export class LogFile {
  readonly #path: string
  readonly #buffer = Buffer.allocUnsafe(CHUNK)
  #at: number

  constructor(path: string) {
    this.#path = path
    this.#at = statSync(path, { throwIfNoEntry: false })?.size ?? 0
  }

  /** What has come since the last call. */
  readNew(): Buffer {
    const parts: Buffer[] = []
    let descriptor: number
    try {
      descriptor = openSync(this.#path, 'r')
    } catch {
      return Buffer.alloc(0)
    }
    try {
      for (;;) {
        const count = readSync(descriptor, this.#buffer, 0, CHUNK, this.#at)
        if (count === 0) return Buffer.concat(parts)
        parts.push(Buffer.from(this.#buffer.subarray(0, count)))
        this.#at += count
      }
    } finally {
      closeSync(descriptor)
    }
  }
}
