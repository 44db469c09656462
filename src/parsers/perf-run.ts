import { isSoftwareEvent } from '../model/fault-events.ts'
import type { Counter, CounterRow, FaultRun, RawPerf, RawRun } from '../model/faults.ts'
import type { PerfFailure } from '../model/perf-failure.ts'
import { ParseError } from './parse-error.ts'
import { parseEventName } from './perf-event-name.ts'
import { parsePerfFailure } from './perf-failure.ts'
import { parsePerfStat } from './perf-stat.ts'

/** What could be read of perf's answer. */
export type PerfAnswer = Pick<FaultRun, 'counters' | 'failure'>

/** Reads perf's answer to one run: counters, or why there are none. */
export function parseRun(raw: RawRun): FaultRun {
  const { perf, perfAbsent, ...rest } = raw
  if (perf === null) return { ...rest, counters: [], perfVersion: null, failure: perfAbsent ?? failure('not-wanted') }
  return { ...rest, perfVersion: perf.version, ...parseCounts(perf) }
}

/** Reads what perf wrote: counters, or why there are none. */
export function parseCounts(perf: RawPerf): PerfAnswer {
  try {
    const rows = perf.statFile === null ? [] : parsePerfStat(perf.statFile)
    const counters = rows.filter((row) => row.interval === null && row.aggregate === null).map(counterOf)
    if (counters.length === 0) return { counters: [], failure: parsePerfFailure(perf.stderr, perf.exit) }
    // Software events are part of every kernel that has perf events at all: up to 6.12 this is how ENOSYS looks.
    const none = counters.some(({ event, state }) => isSoftwareEvent(event) && state === 'not-supported')
    if (none) return { counters: [], failure: failure('no-perf-events') }
    return { counters: [...counters, ...missing(perf.requested, counters)], failure: null }
  } catch (error) {
    if (error instanceof ParseError) return { counters: [], failure: failure('other', error.message) }
    throw error
  }
}

function counterOf({ interval: _interval, aggregate: _aggregate, ...counter }: CounterRow): Counter {
  return counter
}

/** Events that were asked for and of which perf says nothing. */
function missing(requested: readonly string[], counters: readonly Counter[]): readonly Counter[] {
  return requested
    .map(parseEventName)
    .filter(({ event }) => !counters.some((counter) => counter.event === event))
    .map((name) => ({
      ...name,
      value: null,
      unit: '',
      state: 'not-counted',
      percentRunning: null,
      runNs: null,
      reason: 'not-counted',
    }))
}

function failure(cause: PerfFailure['cause'], detail: string | null = null): PerfFailure {
  return { cause, event: null, detail, paranoid: null, packages: [] }
}
