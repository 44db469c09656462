import { accountingOf } from '../analysis/faults/accounting.ts'
import { countersOf } from '../analysis/faults/counters.ts'
import { ASSUMED_COSTS, derivedOf } from '../analysis/faults/derived.ts'
import type { Counted, TlbCounters } from '../analysis/thp/report.ts'
import { collectFaultHost } from '../collectors/fault-host.ts'
import type { Derived } from '../model/fault-figures.ts'
import type { PerfFailure } from '../model/perf-failure.ts'
import { reasonText } from '../output/faults-reasons.ts'
import { parseRun } from '../parsers/perf-run.ts'
import { watchProcess } from '../runners/attach-pid.ts'
import { eventLists } from '../runners/fault-events.ts'
import { findPerf } from '../runners/perf-tool.ts'
import { SignalGuard } from '../runners/signals.ts'
import type { Trees } from '../sources/trees.ts'

/** Has perf count a process's page walks for a while, as `faults --pid` does. */
export async function countTlbMisses(
  trees: Trees,
  pid: number,
  durationMs: number,
  env: NodeJS.ProcessEnv,
): Promise<TlbCounters> {
  const machine = collectFaultHost(trees)
  const { tool, failure } = await findPerf(env)
  using signals = new SignalGuard([])
  const { raw } = await watchProcess({
    pid,
    command: [],
    durationMs,
    host: machine.host,
    perf: tool,
    perfAbsent: failure,
    events: eventLists(machine, []),
    refused: [],
    record: null,
    signals,
  })
  const run = parseRun(raw)
  const counters = countersOf(run)
  const derived = derivedOf(run, counters, accountingOf(run, counters), ASSUMED_COSTS, true)
  return {
    seconds: run.wallMs / 1000,
    walksPer1000: counted(derived.dtlbWalksPer1000Instructions, run.failure),
    walkShare: counted(derived.walkCyclesShare, run.failure),
  }
}

function counted({ value, how, reason }: Derived, failure: PerfFailure | null): Counted {
  if (value !== null) return { value, how }
  return { value: Number.NaN, how: reason === null ? '' : reasonText(reason, failure) }
}
