import { writeSync } from 'node:fs'
import { systemErrorText } from '../model/errno.ts'

/** One of our two output streams. */
export interface Output {
  readonly isTerminal: boolean
  /** Width of the terminal; `null` when there is none. */
  readonly columns: number | null
  /** Height of the terminal; `null` or absent when it is not known. */
  readonly rows?: number | null
  /**
   * Takes text, and may keep it for a while. Throws `ClosedPipe` when nobody reads, `OutputError` when it cannot; stderr
   * leaves that to `flush`, since a message that cannot be shown stops nothing.
   */
  write(text: string): void
  /** Passes on what was kept, and throws as `write` does. */
  flush(): void
}

/** The world of a command, so that tests can stand in for it. */
export interface Io {
  readonly stdout: Output
  readonly stderr: Output
  readonly env: Readonly<Record<string, string | undefined>>
}

/** Nobody reads any more: `mmapctl … | head`. Not an error. */
export class ClosedPipe extends Error {}

/** The output could not be written: a full disk, a lost mount. `message` is what the system says. */
export class OutputError extends Error {}

/** Text is gathered to this size, so that a row does not cost a system call. */
const BLOCK = 64 * 1024
/**
 * Characters that are encoded together: a row at a time took half as long again. Of 8 KiB so much is alive when V8 collects
 * garbage that it takes 20 MiB more for it.
 */
const GATHERED = 1024
/** How long to wait when the reader of a non-blocking pipe is behind, in milliseconds. */
const PATIENCE = 5

const waiting = new Int32Array(new SharedArrayBuffer(4))

/**
 * Writes to a descriptor in blocks and synchronously: Node's own streams drop what is still queued when the process
 * ends, and keep a whole report in memory meanwhile.
 */
export class BlockWriter {
  readonly #descriptor: number
  readonly #block = Buffer.allocUnsafe(BLOCK)
  #gathered = ''
  #used = 0

  constructor(descriptor: number) {
    this.#descriptor = descriptor
  }

  /** Takes text, or bytes as they are; passes blocks on as they fill. */
  write(text: string | Buffer): void {
    if (typeof text !== 'string') {
      this.flush()
      this.#pass(text)
      return
    }
    this.#gathered += text
    if (this.#gathered.length >= GATHERED) this.#encode()
  }

  /** Passes on what is pending. */
  flush(): void {
    this.#encode()
    this.#passBlock()
  }

  #encode(): void {
    const text = this.#gathered
    this.#gathered = ''
    if (this.#used + mostBytes(text) > BLOCK) this.#passBlock()
    if (mostBytes(text) > BLOCK) this.#pass(Buffer.from(text, 'utf8'))
    else this.#used += this.#block.write(text, this.#used)
  }

  #passBlock(): void {
    const used = this.#used
    this.#used = 0
    this.#pass(this.#block.subarray(0, used))
  }

  #pass(bytes: Buffer): void {
    let at = 0
    while (at < bytes.length) at += writeSome(this.#descriptor, bytes, at)
  }
}

/** UTF-8 takes at most three bytes for a UTF-16 unit. */
function mostBytes(text: string): number {
  return text.length * 3
}

function writeSome(descriptor: number, bytes: Buffer, at: number): number {
  try {
    return writeSync(descriptor, bytes, at)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EPIPE') throw new ClosedPipe()
    if (code !== 'EAGAIN') throw new OutputError(systemErrorText(error))
    Atomics.wait(waiting, 0, 0, PATIENCE)
    return 0
  }
}
