import { spawn } from 'node:child_process'
import type { Readable } from 'node:stream'
import { killGroup } from './bounded.ts'
import { hasStarted, readingEnd, writingEnd } from './streams.ts'

/** A program that runs beside us without being our child. */
export interface Detached {
  readonly pid: Promise<number | null>
  /** Its exit status, 128 and more for a signal; `null` when it never started. */
  readonly status: Promise<number | null>
  /** What it wrote to stderr, so far. */
  stderr(): string
  /** What it wrote to its descriptor 5, once it has closed it. */
  readonly log: Promise<string>
  /** Lines to its descriptor 3. */
  command(line: string): void
  /** Resolves with what it says on descriptor 4 next. */
  answer(): Promise<string>
  /** Sends a signal; nothing happens when it has ended. */
  signal(name: NodeJS.Signals): Promise<void>
  /** Kills it, and everything that it has started. */
  kill(): void
}

/**
 * Starts a program through a shell that is gone at once, in a session of its own.
 *
 * Not as our child, because the kernel would add its faults to ours when it ends, which is where those of the measured
 * program are read; and away from the terminal, because Ctrl-C is meant for the measured program.
 */
const LAUNCHER = `( /bin/sh -c 'printf "pid %d\\n" "$$" >&6; exec "$@" 6>&-' sh "$@"; printf "exit %d\\n" "$?" >&6 ) &`

const ERRORS = 2
const CONTROL = 3
const ANSWERS = 4
const LOG = 5
const STATUS = 6

/** Starts a program, and resolves when the shell in between has gone. */
export async function startDetached(argv: readonly string[], env: NodeJS.ProcessEnv): Promise<Detached> {
  const launcher = spawn('/bin/sh', ['-c', LAUNCHER, 'sh', ...argv], {
    stdio: ['ignore', 'ignore', 'pipe', 'pipe', 'pipe', 'pipe', 'pipe'],
    detached: true,
    env,
  })
  await hasStarted(launcher)
  const control = writingEnd(launcher, CONTROL)
  const errors = gather(readingEnd(launcher, ERRORS))
  const answers = new Chunks(readingEnd(launcher, ANSWERS))
  const log = gather(readingEnd(launcher, LOG))
  const status = gather(readingEnd(launcher, STATUS))
  await new Promise<void>((resolve, reject) => {
    launcher.once('error', reject)
    launcher.once('exit', () => resolve())
  })
  let ended = false
  const exit = status.end.then((text) => {
    ended = true
    return numberIn(text, /^exit (\d+)$/m)
  })
  const pid = new Promise<number | null>((resolve) => {
    const look = (): void => {
      const found = numberIn(status.text(), /^pid (\d+)\n/m)
      if (found !== null) resolve(found)
    }
    look()
    status.onText(look)
    status.end.then((text) => resolve(numberIn(text, /^pid (\d+)$/m)))
  })
  return {
    pid,
    status: exit,
    stderr: errors.text,
    log: log.end,
    command: (line) => void control.write(`${line}\n`),
    answer: () => answers.next(),
    signal: async (name) => {
      const target = await pid
      if (target === null || ended) return
      try {
        process.kill(target, name)
      } catch {
        // ESRCH: it has ended by itself.
      }
    },
    kill: () => {
      if (!ended && launcher.pid !== undefined) killGroup(launcher.pid)
    },
  }
}

function numberIn(text: string, pattern: RegExp): number | null {
  const digits = pattern.exec(text)?.[1]
  return digits === undefined ? null : Number(digits)
}

interface Gathered {
  text(): string
  readonly end: Promise<string>
  onText(listener: (text: string) => void): void
}

function gather(stream: Readable): Gathered {
  let text = ''
  const listeners: ((text: string) => void)[] = []
  stream.setEncoding('utf8')
  stream.on('data', (chunk: string) => {
    text += chunk
    for (const listener of listeners) listener(chunk)
  })
  const end = new Promise<string>((resolve) => {
    stream.once('close', () => resolve(text))
    stream.once('error', () => resolve(text))
  })
  return { text: () => text, end, onText: (listener) => void listeners.push(listener) }
}

/** Chunks of a stream, one for each who asks; the empty text once it has ended. */
class Chunks {
  readonly #ready: string[] = []
  readonly #waiting: ((text: string) => void)[] = []
  #ended = false

  constructor(stream: Readable) {
    stream.setEncoding('utf8')
    stream.on('data', (chunk: string) => {
      const next = this.#waiting.shift()
      if (next === undefined) this.#ready.push(chunk)
      else next(chunk)
    })
    stream.once('error', () => undefined)
    stream.once('close', () => {
      this.#ended = true
      for (const resolve of this.#waiting.splice(0)) resolve('')
    })
  }

  async next(): Promise<string> {
    const ready = this.#ready.shift()
    if (ready !== undefined || this.#ended) return ready ?? ''
    return new Promise((resolve) => {
      this.#waiting.push(resolve)
    })
  }
}
