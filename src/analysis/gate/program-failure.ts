import type { GateRun } from '../../model/gate/measurer.ts'
import type { ProgramFailure } from '../../model/gate/report.ts'
import type { Scenario } from '../../model/gate/scenario.ts'

/** Why a run is no measurement of what was asked for; `null` when the program did its work. */
export function programFailure(run: GateRun, { expectExit, server }: Scenario): ProgramFailure | null {
  const { end, said } = run
  if (run.server !== null && run.server.failure !== null) return { code: 'server', failure: run.server.failure, said }
  if (end.how === 'timeout') return { code: 'ended', end, expected: expectExit, said }
  // A server is told to stop: how it does is not asked.
  if (server !== null)
    return end.how === 'killed' && end.oom ? { code: 'ended', end, expected: expectExit, said } : null
  const asExpected = end.how === 'exited' && end.status === expectExit
  return asExpected ? null : { code: 'ended', end, expected: expectExit, said }
}
