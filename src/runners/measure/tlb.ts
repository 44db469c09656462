import type { PerfFailure } from '../../model/perf-failure.ts'
import type { RawMeasurement } from '../../model/raw-measurement.ts'
import { parseCounts } from '../../parsers/perf-run.ts'
import { findPerf } from '../perf-tool.ts'
import { attachStat, isSession } from '../stat.ts'

const EVENT = 'dTLB-load-misses'

/** A count of TLB misses that has begun, or an answer that there is none. */
export interface TlbCount {
  finish(): Promise<RawMeasurement['dtlbMisses']>
}

/** Has perf count a process that is held, and what it will start. */
export async function countTlbMisses(pid: number): Promise<TlbCount> {
  const { tool, failure } = await findPerf(process.env)
  if (tool === null) return answered({ failure })
  const session = await attachStat(tool, pid, [[EVENT]])
  if (!isSession(session)) return answered(answerOf(parseCounts(session)))
  return { finish: async () => answerOf(parseCounts(await session.finish())) }
}

function answered(answer: RawMeasurement['dtlbMisses']): TlbCount {
  return { finish: async () => answer }
}

function answerOf({ counters, failure }: ReturnType<typeof parseCounts>): RawMeasurement['dtlbMisses'] {
  if (failure !== null) return { failure }
  const count = counters.find(({ event }) => event === EVENT)
  return count?.value == null ? { failure: NOT_SUPPORTED } : { value: count.value }
}

const NOT_SUPPORTED: PerfFailure = {
  cause: 'no-supported-event',
  event: EVENT,
  detail: null,
  paranoid: null,
  packages: [],
}
