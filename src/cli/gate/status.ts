import type { CheckReport, ProgramFailure, ScenarioResult } from '../../model/gate/report.ts'
import { EXIT, type ExitStatus } from '../exit.ts'

/** The status of a check: what concerns most comes first. */
export function checkStatus({ scenarios, lenient, interrupted }: CheckReport): ExitStatus {
  if (interrupted) return EXIT.interrupted
  const statuses = scenarios.map(statusOf)
  for (const status of [EXIT.notFound, EXIT.notExecutable, EXIT.programFailed, EXIT.failed]) {
    if (statuses.includes(status)) return status
  }
  return statuses.includes(EXIT.noAnswer) && !lenient ? EXIT.noAnswer : EXIT.ok
}

function statusOf({ verdict, failure }: ScenarioResult): ExitStatus {
  switch (verdict) {
    case 'passed':
    case 'improved':
      return EXIT.ok
    case 'failed':
      return EXIT.failed
    case 'no-verdict':
      return EXIT.noAnswer
    case 'program-failed':
      return failure === null ? EXIT.programFailed : programStatus(failure)
  }
}

/** The status for a program that could not be measured: as a shell says it where it could not even be started. */
export function programStatus(failure: ProgramFailure): ExitStatus {
  if (failure.code !== 'not-started') return EXIT.programFailed
  return failure.reason === 'not-found' ? EXIT.notFound : EXIT.notExecutable
}
