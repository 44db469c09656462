import { closeSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { systemErrorText } from '../../model/errno.ts'
import type { GateRun, Measurer, RunRequest, ServerFailure, ServerPhase, ServerRun } from '../../model/gate/measurer.ts'
import { NotMeasured, NotStarted } from '../../model/gate/measurer.ts'
import type { Ready, ServerPlan } from '../../model/gate/scenario.ts'
import type { MeasuredRun, MeasuredServer } from '../../model/measured-run.ts'
import type { RunOptions } from '../../runners/measure/measure-program.ts'
import { PrivateDirectory } from '../../runners/private-directory.ts'
import { isRandomised } from '../../runners/randomisation.ts'
import { endOfFile } from '../../runners/tail.ts'
import { EXIT } from '../exit.ts'
import { ExitError } from '../exit-error.ts'
import { measureRun } from '../measure-run.ts'
import { measureServer } from '../measure-server.ts'
import { isDirectory } from './places.ts'

/** How long processes that a program leaves behind are waited for. */
const LINGER_MS = 1000
/** How long a program may take to end when its time is over; servers have their own. */
const GRACE_MS = 2000
/** Of what a program wrote to stderr, so many bytes tell why it failed. */
const SAID_BYTES = 16_384

/** Runs programs for real, each watched in the best way that is allowed here. */
export const programMeasurer: Measurer = {
  run: async (request) =>
    await prepared(request, GRACE_MS, async (options) => {
      const run = await measureRun({ ...options, timeoutMs: request.timeoutMs })
      return { ...run, server: null }
    }),

  serve: async (request, plan) =>
    await prepared(request, plan.graceMs, async (options) => {
      const { timeoutMs, signal } = request
      const late = timeoutMs === null ? null : AbortSignal.timeout(timeoutMs)
      const answer = await measureServer({
        ...options,
        abort: late === null ? signal : AbortSignal.any([signal, late]),
        ready: readyOf(plan.ready),
        readyTimeoutMs: plan.readyMs,
        warmup: plan.warmupDrive,
        drive: plan.drive,
        // What gives it work is no part of what is measured, and is found and runs as its author is used to.
        driveEnv: { ...process.env, ...request.env },
        settleMs: plan.settleMs,
        collectGarbage: plan.gcSignal as NodeJS.Signals | null,
        stop: plan.stopSignal as NodeJS.Signals,
      })
      const isLate = late?.aborted === true && answer.failure?.what === 'aborted'
      const end = isLate ? ({ how: 'timeout', afterMs: timeoutMs ?? 0 } as const) : answer.run.end
      return { ...answer.run, end, server: serverRun(answer, plan) }
    }),
}

type Prepared = Omit<RunOptions, 'abort'> & { readonly abort: AbortSignal }

/** Has all in place that a run needs, and tells of it what the gate asks for besides the figures. */
async function prepared(
  request: RunRequest,
  graceMs: number,
  measure: (options: Prepared) => Promise<MeasuredRun & Pick<GateRun, 'server'>>,
): Promise<GateRun> {
  const [name = '', ...words] = request.argv
  if (!isDirectory(request.cwd)) throw new NotMeasured(`there is no directory ${request.cwd}`)
  using directory = new PrivateDirectory()
  using stdin = new Stdin(request.stdin)
  const stderr = join(directory.path, 'stderr')
  try {
    const run = await measure({
      argv: [name, ...words],
      env: request.env,
      cwd: request.cwd,
      stdin: stdin.descriptor ?? 'nothing',
      stdout: 'discard',
      stderr: { file: stderr },
      randomisation: request.aslr === 'off' ? 'off' : 'as-it-is',
      expected: request.expected,
      method: 'best',
      lingerMs: LINGER_MS,
      graceMs,
      dtlbMisses: request.dtlbMisses,
      abort: request.signal,
    })
    return { ...run, aslr: aslrOf(run), said: endOfFile(stderr, SAID_BYTES) }
  } catch (error) {
    throw inWordsOfTheGate(error)
  }
}

/** A file that becomes a program's stdin. */
class Stdin implements Disposable {
  readonly descriptor: number | null

  constructor(path: string | null) {
    try {
      this.descriptor = path === null ? null : openSync(path, 'r')
    } catch (error) {
      throw new NotMeasured(`its stdin ${path} cannot be read: ${systemErrorText(error)}`)
    }
  }

  [Symbol.dispose](): void {
    if (this.descriptor !== null) closeSync(this.descriptor)
  }
}

function aslrOf({ randomised }: MeasuredRun): GateRun['aslr'] {
  const on = randomised === false ? false : isRandomised()
  return on === null ? null : on ? 'on' : 'off'
}

function inWordsOfTheGate(error: unknown): unknown {
  if (!(error instanceof ExitError)) return error
  if (error.outcome.exit === EXIT.notFound) return new NotStarted('not-found', error.message)
  if (error.outcome.exit === EXIT.notExecutable) return new NotStarted('not-executable', error.message)
  return error.outcome.exit === EXIT.noAnswer ? new NotMeasured(error.message) : error
}

function readyOf(ready: Ready): { port: number } | { log: RegExp } | { url: string } {
  switch (ready.when) {
    case 'port':
      return { port: ready.port }
    case 'log':
      return { log: new RegExp(ready.pattern) }
    case 'url':
      return { url: ready.url }
  }
}

function serverRun(answer: MeasuredServer, plan: ServerPlan): ServerRun {
  const at = (name: string) => answer.checkpoints.find((checkpoint) => checkpoint.name === name)
  const [ready, warm, after] = [at('ready'), at('warm'), at('after')]
  return {
    ready: ready?.snapshot ?? null,
    warm: warm?.snapshot ?? null,
    after: after?.snapshot ?? null,
    settled: { warm: warm?.settled ?? true, after: after?.settled ?? true },
    failure: failureOf(answer, plan),
  }
}

const PHASES = { ready: 'start', warm: 'warm-up', after: 'load', stop: 'load' } as const satisfies Record<
  string,
  ServerPhase
>

function failureOf({ failure, drives }: MeasuredServer, plan: ServerPlan): ServerFailure | null {
  switch (failure?.what) {
    case 'never-ready':
      return { code: 'never-ready', afterMs: failure.afterMs }
    case 'ended':
      return { code: 'died', phase: PHASES[failure.before] }
    case 'drive-failed': {
      const warming = plan.warmupDrive !== null && drives.length === 1
      return { code: 'drive-failed', phase: warming ? 'warm-up' : 'load', status: failure.status }
    }
    default:
      return null
  }
}
