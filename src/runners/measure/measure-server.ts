import { writeSync } from 'node:fs'
import { join } from 'node:path'
import type { CheckpointName, Drive, RawCheckpoint, RawServer, ServerFailure } from '../../model/raw-measurement.ts'
import { PrivateDirectory } from '../private-directory.ts'
import { drive } from './drive.ts'
import { HelperLost } from './helper-process.ts'
import { LogFile } from './log-file.ts'
import { Account, type RunOptions } from './measure-program.ts'
import { type Ready, untilReady } from './ready.ts'
import type { RungRefusal } from './rung.ts'
import { type Session, type Sink, startSession } from './session.ts'
import { settle } from './settle.ts'

/** What is to be measured of a program that goes on until it is told to end. */
export interface ServerOptions extends RunOptions {
  readonly ready: Ready
  readonly readyTimeoutMs: number
  /** Shell commands: the same work, once to warm up and once to be measured; `null` for none. */
  readonly warmup: string | null
  readonly drive: string | null
  /** The environment of both, to which MMAPCTL_PID, and MMAPCTL_PORT where there is one, are added. */
  readonly driveEnv: NodeJS.ProcessEnv
  /** How long the memory may take to come to rest after either. */
  readonly settleMs: number
  /** Has the server collect its garbage before its memory is read, where it does so on a signal; else `null`. */
  readonly collectGarbage: NodeJS.Signals | null
  /** What tells the server to end. */
  readonly stop: NodeJS.Signals
}

/** Runs a server through its moments, and measures it at each of them. */
export async function measureServerProgram(options: ServerOptions): Promise<RawServer | RungRefusal> {
  using directory = new PrivateDirectory()
  const outputs = new Outputs(options, directory)
  const session = await startSession({ ...options, stdout: outputs.stdout, stderr: outputs.stderr })
  if ('refused' in session) return session
  const account = await Account.open(session, options)
  const stages = new Stages(session, options, outputs.logs)
  session.helper.release()
  outputs.start()
  await stages.run()
  const killed = stages.ended ? false : await session.stop(options.stop)
  outputs.finish()
  const { readyMs, checkpoints, drives, failure } = stages
  return { run: await account.close(null, null), readyMs, checkpoints, drives, killed, failure }
}

/** Thrown where a server's way ends early. */
class Failed extends Error {
  readonly failure: ServerFailure

  constructor(failure: ServerFailure) {
    super(failure.what)
    this.failure = failure
  }
}

/** The way of a server from its start until it is to end. */
class Stages {
  readonly #session: Session
  readonly #options: ServerOptions
  readonly #logs: readonly LogFile[]
  /** Aborted when there is nothing more to wait for. */
  readonly #over = new AbortController()
  readonly checkpoints: RawCheckpoint[] = []
  readonly drives: Drive[] = []
  readyMs: number | null = null
  failure: ServerFailure | null = null
  /** The server has ended before it was told to. */
  ended = false
  #before: CheckpointName = 'ready'

  constructor(session: Session, options: ServerOptions, logs: readonly LogFile[]) {
    this.#session = session
    this.#options = options
    this.#logs = logs
    session.ended().then(
      () => {
        this.ended = true
        this.#over.abort()
      },
      () => this.#over.abort(),
    )
    if (options.abort?.aborted) this.#over.abort()
    options.abort?.addEventListener('abort', () => this.#over.abort(), { once: true })
  }

  async run(): Promise<void> {
    const { warmup, drive: work } = this.#options
    try {
      await this.#untilReady()
      const collected = this.#options.collectGarbage !== null
      await this.#look('ready', collected ? await this.#settled() : null)
      if (warmup !== null) await this.#work('warm', warmup)
      if (work !== null) await this.#work('after', work)
    } catch (error) {
      // With the server ends its helper, which then answers no more.
      if (error instanceof HelperLost) this.failure = { what: 'ended', before: this.#before }
      else if (error instanceof Failed) this.failure = error.failure
      else throw error
    }
  }

  async #untilReady(): Promise<void> {
    const { ready, readyTimeoutMs } = this.#options
    const from = performance.now()
    const { helper } = this.#session
    const isReady = await untilReady(ready, helper, this.#logs, readyTimeoutMs, this.#over.signal)
    this.#check()
    if (!isReady) throw new Failed({ what: 'never-ready', afterMs: readyTimeoutMs })
    this.readyMs = performance.now() - from
  }

  async #work(name: CheckpointName, command: string): Promise<void> {
    this.#before = name
    const { driveEnv, cwd, ready } = this.#options
    const { helper } = this.#session
    const env = {
      ...driveEnv,
      MMAPCTL_PID: String(helper.pid),
      ...('port' in ready ? { MMAPCTL_PORT: String(ready.port) } : {}),
    }
    const done = await drive(command, env, cwd, this.#over.signal)
    this.drives.push(done)
    this.#check()
    if (done.status !== 0) throw new Failed({ what: 'drive-failed', command, status: done.status })
    await this.#look(name, await this.#settled())
  }

  /** Whether its memory came to rest in time. */
  async #settled(): Promise<boolean> {
    const { collectGarbage, settleMs } = this.#options
    const { helper } = this.#session
    if (collectGarbage !== null) tell(helper.pid, collectGarbage)
    const settled = await settle(async () => (await helper.weigh()).own, settleMs, this.#over.signal)
    this.#check()
    return settled
  }

  async #look(name: CheckpointName, settled: boolean | null): Promise<void> {
    const snapshot = await this.#session.helper.checkpoint()
    this.#check()
    this.checkpoints.push({ name, snapshot, settled })
  }

  #check(): void {
    if (!this.#over.signal.aborted) return
    throw new Failed(this.#options.abort?.aborted ? { what: 'aborted' } : { what: 'ended', before: this.#before })
  }
}

/** To the server alone: what it has started may take the signal for its end. */
function tell(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch (error) {
    // It has ended meanwhile, which is told of elsewhere.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

/** Where a server's output goes: while its lines are waited for, to files, which can be read by several. */
class Outputs {
  readonly stdout: Sink
  readonly stderr: Sink
  readonly logs: readonly LogFile[]
  readonly #shown: (readonly [LogFile, number])[] = []
  #timer: NodeJS.Timeout | undefined

  constructor({ ready, stdout, stderr }: ServerOptions, directory: PrivateDirectory) {
    const watched = 'log' in ready
    const inFile = (sink: Sink, name: string, ours: number): Sink => {
      if (!watched || typeof sink !== 'string') return sink
      const file = join(directory.path, name)
      if (sink === 'show') this.#shown.push([new LogFile(file), ours])
      return { file }
    }
    this.stdout = inFile(stdout, 'stdout', 1)
    this.stderr = inFile(stderr, 'stderr', 2)
    this.logs = [this.stdout, this.stderr].flatMap((sink) => (typeof sink === 'string' ? [] : [new LogFile(sink.file)]))
  }

  start(): void {
    if (this.#shown.length > 0) this.#timer = setInterval(() => this.#show(), SHOW_MS)
  }

  finish(): void {
    clearInterval(this.#timer)
    this.#show()
  }

  #show(): void {
    for (const [log, ours] of this.#shown) writeSync(ours, log.readNew())
  }
}

const SHOW_MS = 200
