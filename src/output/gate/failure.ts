import type { ServerFailure, ServerPhase } from '../../model/gate/measurer.ts'
import type { ProgramFailure, ScenarioResult } from '../../model/gate/report.ts'
import type { RunEnd } from '../../model/measured-run.ts'
import { formatMilliseconds } from '../units.ts'
import { shown, shownBinary } from './text.ts'

const MOST_LINES = 5

/** What became of a program that did not do its work. */
export function programFailureText(failure: ProgramFailure): string {
  switch (failure.code) {
    case 'not-started':
      return failure.reason === 'not-found'
        ? `there is no program ${shown(failure.program)}`
        : `${shown(failure.program)} may not be executed`
    case 'server':
      return serverFailureText(failure.failure)
    case 'ended':
      return endText(failure.end, failure.expected)
  }
}

/** The same as a sentence, which tells of two programs which one it was. */
export function failedText(failure: ProgramFailure, side: ScenarioResult['failedSide']): string {
  const old = side === 'old' ? ' (the old program)' : ''
  const text = programFailureText(failure)
  return failure.code === 'not-started' ? `${text}${old}` : `the program failed${old}: ${text}`
}

/** The last lines that a failed program wrote, which mostly say why. */
export function lastWords(failure: ProgramFailure): readonly string[] {
  if (failure.code === 'not-started') return []
  const lines = failure.said.split('\n').filter((line) => line.trim() !== '')
  return lines.slice(-MOST_LINES).map(shownBinary)
}

function endText(end: RunEnd, expected: number): string {
  switch (end.how) {
    case 'exited':
      return `it exited with status ${end.status}, not ${expected}`
    case 'killed':
      return end.oom ? 'it ran out of memory and the kernel killed it' : `it was killed by ${end.signal}`
    case 'timeout':
      return `it was not done after ${formatMilliseconds(end.afterMs)}`
  }
}

const PHASES: Readonly<Record<ServerPhase, string>> = {
  start: 'before it was ready',
  'warm-up': 'during the warm-up',
  load: 'under load',
}

function serverFailureText(failure: ServerFailure): string {
  switch (failure.code) {
    case 'never-ready':
      return `it was not ready after ${formatMilliseconds(failure.afterMs)}`
    case 'died':
      return `it ended ${PHASES[failure.phase]}`
    case 'drive-failed': {
      const what = failure.phase === 'warm-up' ? 'warmup-drive' : 'drive'
      return failure.status === null ? `${what} was killed` : `${what} exited with status ${failure.status}`
    }
  }
}
