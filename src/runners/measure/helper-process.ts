import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { Duplex } from 'node:stream'
import { pathToFileURL } from 'node:url'
import type { Method, RawSnapshot, RawTree, Weight } from '../../model/raw-measurement.ts'
import { nodeEnvironment } from '../../native/node-environment.ts'
import { CONTROL, line, type Notice, type Order, readLines } from './protocol.ts'
import type { RootEnd, RungRefusal, Start } from './rung.ts'

/** The helper ended before it had told all it should. */
export class HelperLost extends Error {
  /** The program's process group, which goes on; `null` when there was none yet. */
  readonly group: number | null

  constructor(how: string, group: number | null) {
    super(how)
    this.name = 'HelperLost'
    this.group = group
  }
}

/** The helper, and the program that it holds or watches. */
export interface HelperProcess {
  readonly pid: number
  readonly group: number
  readonly randomised: boolean | null
  release(): void
  /** The memory of the tree as it is now. */
  checkpoint(): Promise<RawSnapshot>
  list(): Promise<readonly number[]>
  weigh(): Promise<Weight>
  /** To those of the tree that have left the group. */
  signal(name: NodeJS.Signals): void
  readonly ended: Promise<{ readonly end: RootEnd; readonly atMs: number }>
  readonly tree: Promise<RawTree>
}

/** What the helper is started with. */
export interface HelperOptions extends Start {
  readonly method: Method
  readonly cwd: string
  /** How long to wait for what the program leaves behind. */
  readonly lingerMs: number
}

/** Starts a helper, and by it the program, held; or says why it cannot be held in this way. */
export async function startHelper(options: HelperOptions): Promise<HelperProcess | RungRefusal> {
  const { method, cwd, lingerMs, stdio, ...start } = options
  const child = spawn(process.execPath, helperScript(), {
    stdio: ['ignore', 'ignore', 'pipe', 'pipe', ...stdio],
    cwd,
    env: nodeEnvironment(),
    // Away from the terminal, whose signals are for us to pass on.
    detached: true,
  })
  const helper = new Helper(child)
  helper.order({ do: 'start', method, start, lingerMs })
  const first = await helper.first
  if (first.is === 'held') return helper
  helper.dismiss()
  return { refused: first.why }
}

/** The helper as it is packaged; from source as it is written. */
function helperScript(): string[] {
  const packaged = join(import.meta.dirname, 'measure-helper.cjs')
  if (existsSync(packaged)) return [packaged]
  const source = join(import.meta.dirname, 'measure-helper.ts')
  return ['--import', pathToFileURL(createRequire(source).resolve('tsx')).href, source]
}

type Held = Extract<Notice, { is: 'held' }>
type First = Held | Extract<Notice, { is: 'refused' }>

class Helper implements HelperProcess {
  readonly #control: Duplex
  readonly #waiting = new Map<Notice['is'], ((notice: Notice) => void)[]>()
  readonly #lost: Promise<never>
  #held: Held | null = null
  readonly first: Promise<First>
  readonly ended: HelperProcess['ended']
  readonly tree: Promise<RawTree>

  constructor(child: ChildProcess) {
    this.#control = (child.stdio as readonly unknown[])[CONTROL] as Duplex
    this.#control.on('error', () => undefined)
    this.#lost = lossOf(child, () => this.#held?.group ?? null)
    // Whoever waits for something hears of it; that nobody waits is no failure.
    this.#lost.catch(() => undefined)
    readLines<Notice>(this.#control, (notice) => this.#hear(notice))
    this.first = Promise.race([this.#next('held'), this.#next('refused')])
    this.ended = this.#next('ended').then(({ end, atMs }) => ({ end, atMs }))
    this.tree = this.#next('tree').then(({ tree }) => tree)
    for (const each of [this.first, this.ended, this.tree]) each.catch(() => undefined)
  }

  get pid(): number {
    return this.#held?.pid ?? Number.NaN
  }

  get group(): number {
    return this.#held?.group ?? Number.NaN
  }

  get randomised(): boolean | null {
    return this.#held?.randomised ?? null
  }

  order(order: Order): void {
    this.#control.write(line(order))
  }

  release(): void {
    this.order({ do: 'release' })
  }

  async checkpoint(): Promise<RawSnapshot> {
    this.order({ do: 'checkpoint' })
    return (await this.#next('snapshot')).snapshot
  }

  async list(): Promise<readonly number[]> {
    this.order({ do: 'list' })
    return (await this.#next('list')).pids
  }

  async weigh(): Promise<Weight> {
    this.order({ do: 'weigh' })
    return (await this.#next('weight')).weight
  }

  signal(name: NodeJS.Signals): void {
    this.order({ do: 'signal', name })
  }

  /** Ends a helper that has nothing to do. */
  dismiss(): void {
    this.#control.end()
  }

  #hear(notice: Notice): void {
    if (notice.is === 'held') this.#held = notice
    this.#waiting.get(notice.is)?.shift()?.(notice)
  }

  #next<Is extends Notice['is']>(is: Is): Promise<Extract<Notice, { is: Is }>> {
    const heard = new Promise<Notice>((resolve) => {
      const waiting = this.#waiting.get(is) ?? []
      this.#waiting.set(is, [...waiting, resolve])
    })
    return Promise.race([heard, this.#lost]) as Promise<Extract<Notice, { is: Is }>>
  }
}

/** Rejects when the helper is gone and has said its last. */
function lossOf(child: ChildProcess, group: () => number | null): Promise<never> {
  let said = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said += text
  })
  return new Promise((_resolve, reject) => {
    child.once('error', (error) => reject(new HelperLost(error.message, null)))
    child.once('close', (code, signal) => {
      const reason = /^\w*Error: .*$/m.exec(said)?.[0]
      reject(new HelperLost(`${signal ?? `status ${code}`}${reason === undefined ? '' : `: ${reason}`}`, group()))
    })
  })
}
