import { constants } from 'node:os'
import { systemErrorText } from '../model/errno.ts'
import type { ProgramExit } from '../model/faults.ts'
import type { PerfFailure } from '../model/perf-failure.ts'
import { perfFailureText } from '../output/perf-failure-text.ts'
import { parsePerfFailure } from '../parsers/perf-failure.ts'
import { type PerfRefusal, perfExit } from '../runners/attach.ts'
import { EXIT } from './exit.ts'
import { ExitError } from './exit-error.ts'

/** What the system has against starting a program that is there: no shell to hold it, or no room for a process. */
export function cannotStart(error: unknown): unknown {
  const { syscall, path, code } = error as NodeJS.ErrnoException
  if (syscall?.startsWith('spawn') !== true) return error
  const exit = code === 'E2BIG' ? EXIT.notExecutable : EXIT.noAnswer
  return new ExitError(
    exit,
    'program-not-started',
    `the program could not be started: ${systemErrorText(error)}${path === undefined ? '' : ` (${path})`}`,
  )
}

/** That perf was needed, and why there is none. */
export function noPerf(failure: PerfFailure | null): ExitError {
  const { message, hint } = failure === null ? { message: 'perf did not count', hint: null } : perfFailureText(failure)
  return new ExitError(EXIT.noAnswer, 'no-perf', message, hint)
}

/** Why a perf that was to record did not. */
export function failureOf(refusal: PerfRefusal): PerfFailure {
  return parsePerfFailure(Buffer.from(refusal.stderr).toString('latin1'), perfExit(refusal))
}

/** Wait status of a shell for a signal. */
const SIGNALLED = 128

/** The program's own: of several runs the first that is not 0. */
export function statusOf(ends: readonly ProgramExit[]): number {
  return ends.map(exitStatus).find((status) => status !== 0) ?? EXIT.ok
}

function exitStatus({ code, signal }: ProgramExit): number {
  return signal === null ? (code ?? EXIT.ok) : SIGNALLED + (constants.signals[signal as NodeJS.Signals] ?? 0)
}
