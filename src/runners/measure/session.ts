import { closeSync, openSync } from 'node:fs'
import { constants } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'
import {
  METHODS,
  type Method,
  type RawEnd,
  type RawTree,
  type RefusedMethod,
  type Weight,
} from '../../model/raw-measurement.ts'
import { liveInGroup } from './group.ts'
import { HelperLost, type HelperProcess, startHelper } from './helper-process.ts'
import type { RootEnd, RungRefusal } from './rung.ts'

/** Where what a program says goes. */
export type Sink = 'discard' | 'show' | { readonly file: string }

/** A program to be measured, and what it runs in. */
export interface ProgramOptions {
  readonly argv: readonly [string, ...string[]]
  /** All of its environment; `cleanEnvironment` makes one that is the same everywhere. */
  readonly env: NodeJS.ProcessEnv
  readonly cwd: string
  /** A descriptor, or nothing to read. */
  readonly stdin: number | 'nothing'
  readonly stdout: Sink
  readonly stderr: Sink
  /** Without address space randomisation more figures are the same in every run; some containers forbid it. */
  readonly randomisation: 'off' | 'as-it-is'
  /** How high another run of it came; `null` when that is not known. */
  readonly expected: Weight | null
  /** How to watch: one way, or the best that is there. */
  readonly method: Method | 'best'
  /** How long after the program's end those that it leaves behind are waited for. */
  readonly lingerMs: number
  /** How long it may take to end when it is asked to; then it is killed. */
  readonly graceMs: number
}

/** A program that is held and then runs, with a helper that watches it. */
export class Session {
  readonly method: Method
  /** Better ways, that could not be gone. */
  readonly passedOver: readonly RefusedMethod[]
  readonly helper: HelperProcess
  readonly #graceMs: number

  constructor(helper: HelperProcess, method: Method, passedOver: readonly RefusedMethod[], graceMs: number) {
    this.helper = helper
    this.method = method
    this.passedOver = passedOver
    this.#graceMs = graceMs
  }

  /** Asks the whole tree to end, and kills what has not in time. Whether it had to be killed, once it has ended. */
  async stop(name: NodeJS.Signals = 'SIGTERM'): Promise<boolean> {
    this.#signal(name)
    const ended = this.ended()
    const late = await Promise.race([ended.then(() => false), delay(this.#graceMs, true, { ref: false })])
    if (late) this.#signal('SIGKILL')
    await ended
    return late
  }

  /** Waits for the end, and for what was seen; ends it when the time is over, or when `abort` says so. */
  async finish(
    timeoutMs: number | null,
    abort: AbortSignal | null,
  ): Promise<{ end: RawEnd; atMs: number; tree: RawTree }> {
    const over = new AbortController()
    const times = timeoutMs === null ? [] : [delay(timeoutMs, 'late' as const, { signal: over.signal })]
    const asked = abort === null ? [] : [aborted(abort, over.signal)]
    try {
      const first = await Promise.race([this.ended().then(() => null), ...times, ...asked])
      if (first !== null) await this.stop()
      const { end, atMs } = await this.helper.ended
      const tree = await this.helper.tree
      return { end: namedEnd(end, first === 'late' ? timeoutMs : null), atMs, tree }
    } finally {
      over.abort()
    }
  }

  /** The program's end, also when the helper is gone, which leaves the program running. */
  async ended(): Promise<void> {
    try {
      await this.helper.ended
    } catch (error) {
      if (!(error instanceof HelperLost)) throw error
      while (liveInGroup(this.helper.group)) await delay(GROUP_POLL_MS)
    }
  }

  /** To each process once: some take a second signal for impatience. The helper, which may be gone, knows the strays. */
  #signal(name: NodeJS.Signals): void {
    this.helper.signal(name)
    try {
      process.kill(-this.helper.group, name)
    } catch {
      // ESRCH: all of it has ended.
    }
  }
}

const GROUP_POLL_MS = 50

/** Has the program held in the wanted way, or in the best that works; says why when there is none. */
export async function startSession(options: ProgramOptions): Promise<Session | RungRefusal> {
  const refused: RefusedMethod[] = []
  for (const method of options.method === 'best' ? METHODS : [options.method]) {
    const helper = await startWith(options, method)
    if (!('refused' in helper)) return new Session(helper, method, refused, options.graceMs)
    refused.push({ method, why: helper.refused })
  }
  return { refused: refused.map(({ method, why }) => `${method}: ${why}`).join('; ') }
}

async function startWith(options: ProgramOptions, method: Method): Promise<HelperProcess | RungRefusal> {
  const { argv, env, cwd, randomisation, expected, lingerMs } = options
  const opened: number[] = []
  const open = (path: string, flags: string): number => {
    const descriptor = openSync(path, flags)
    opened.push(descriptor)
    return descriptor
  }
  const sink = (where: Sink, own: number): number =>
    where === 'show' ? own : open(where === 'discard' ? '/dev/null' : where.file, 'a')
  try {
    const stdin = options.stdin === 'nothing' ? open('/dev/null', 'r') : options.stdin
    const stdio = [stdin, sink(options.stdout, 1), sink(options.stderr, 2)] as const
    return await startHelper({ argv, env, cwd, randomisation, expected, lingerMs, method, stdio })
  } catch (error) {
    // A helper that dies before there is a program has shown that this way does not work here.
    if (error instanceof HelperLost && error.group === null) return { refused: `the helper ended: ${error.message}` }
    throw error
  } finally {
    for (const descriptor of opened) closeSync(descriptor)
  }
}

function aborted(signal: AbortSignal, over: AbortSignal): Promise<'aborted'> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve('aborted')
    signal.addEventListener('abort', () => resolve('aborted'), { once: true, signal: over })
  })
}

function namedEnd({ code, signal }: RootEnd, timedOutMs: number | null): RawEnd {
  const name = Object.entries(constants.signals).find(([, number]) => number === signal)?.[0]
  return { code, signal: signal === null ? null : (name ?? `SIGRT${signal}`), timedOutMs }
}
