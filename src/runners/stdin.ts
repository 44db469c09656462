import { closeSync, fstatSync, openSync, readSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import type { PrivateDirectory } from './private-directory.ts'

const STDIN = 0
const CHUNK = 1 << 16

/**
 * The same stdin for every one of several runs: the first would read a pipe empty. A terminal, and what has no end, is
 * handed on as it is.
 */
export class RepeatedStdin implements Disposable {
  readonly #path: string | null
  #open: number | null = null

  constructor(directory: PrivateDirectory) {
    const facts = fstatSync(STDIN)
    if (facts.isFile()) this.#path = `/proc/self/fd/${STDIN}`
    else if (facts.isFIFO() || facts.isSocket()) this.#path = spool(join(directory.path, 'stdin'))
    else this.#path = null
  }

  /** A descriptor at the beginning, for the next run; `undefined` for our own stdin. */
  next(): number | undefined {
    this[Symbol.dispose]()
    if (this.#path === null) return undefined
    this.#open = openSync(this.#path, 'r')
    return this.#open
  }

  [Symbol.dispose](): void {
    if (this.#open !== null) closeSync(this.#open)
    this.#open = null
  }
}

function spool(path: string): string {
  const buffer = Buffer.allocUnsafe(CHUNK)
  const file = openSync(path, 'wx', 0o600)
  try {
    for (let count = readSome(buffer); count > 0; count = readSome(buffer)) writeSync(file, buffer, 0, count)
  } finally {
    closeSync(file)
  }
  return path
}

function readSome(buffer: Buffer): number {
  for (;;) {
    try {
      return readSync(STDIN, buffer, 0, CHUNK, null)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error
    }
  }
}
