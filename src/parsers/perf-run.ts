import { isInEveryKernel } from '../model/fault-events.ts'
import type { Counter, CounterRow, FaultRun, RawPerf, RawRun, UnknownReason } from '../model/faults.ts'
import type { PerfCause, PerfFailure } from '../model/perf-failure.ts'
import { parseHostEvents } from './host-events.ts'
import { ParseError } from './parse-error.ts'
import { splitEventList } from './perf-event-list.ts'
import { parseEventName } from './perf-event-name.ts'
import { parsePerfFailure } from './perf-failure.ts'
import { parsePerfStat } from './perf-stat.ts'

/** What could be read of perf's answer. */
export type PerfAnswer = Pick<FaultRun, 'counters' | 'failure'>

/** Reads perf's answer to one run: counters, or why there are none. */
export function parseRun(raw: RawRun): FaultRun {
  const { perf, perfAbsent, vmstat, ...facts } = raw
  const rest = { ...facts, hostEvents: vmstat === null ? null : parseHostEvents(vmstat.before, vmstat.after) }
  if (perf === null) return { ...rest, counters: [], perfVersion: null, failure: perfAbsent ?? failure('not-wanted') }
  return { ...rest, perfVersion: perf.version, ...parseCounts(perf) }
}

/** Reads what perf wrote: counters, or why there are none. */
export function parseCounts(perf: RawPerf): PerfAnswer {
  try {
    const rows = perf.statFile === null ? [] : parsePerfStat(perf.statFile)
    const counters = rows.filter((row) => row.interval === null && row.aggregate === null).map(counterOf)
    if (counters.length === 0) return { counters: [], failure: parsePerfFailure(perf.stderr, perf.exit) }
    // Up to 6.12 this is how ENOSYS looks.
    const none = counters.some(({ event, state }) => isInEveryKernel(event) && state === 'not-supported')
    if (none) return { counters: [], failure: failure('no-perf-events') }
    const refused = (perf.refused ?? []).flatMap(({ event, failure: { cause } }) =>
      membersOf(event).map((name) => absent(name, REASONS[cause] ?? 'refused')),
    )
    return { counters: [...counters, ...missing(perf.requested, counters), ...refused], failure: null }
  } catch (error) {
    if (error instanceof ParseError) return { counters: [], failure: failure('other', error.message) }
    throw error
  }
}

function counterOf({ interval: _interval, aggregate: _aggregate, ...counter }: CounterRow): Counter {
  return counter
}

/** Why an event alone may be refused; all else is the kernel's or perf's own reason. */
const REASONS: Readonly<Partial<Record<PerfCause, UnknownReason>>> = {
  tracefs: 'tracefs',
  'no-libtraceevent': 'no-libtraceevent',
}

/** Events that were asked for and of which perf says nothing. */
function missing(requested: readonly string[], counters: readonly Counter[]): readonly Counter[] {
  return requested
    .flatMap(membersOf)
    .filter((name) => !counters.some(({ event }) => event === parseEventName(name).event))
    .map((name) => absent(name, 'not-counted'))
}

/** Of a group, `{cycles,instructions}:S`, perf tells each event by itself. */
function membersOf(name: string): readonly string[] {
  const members = /^\{(.*)\}\w*(?::\w+)?$/.exec(name)?.[1]
  return members === undefined ? [name] : splitEventList(members)
}

function absent(name: string, reason: UnknownReason): Counter {
  return {
    ...parseEventName(name),
    value: null,
    unit: '',
    state: 'not-counted',
    percentRunning: null,
    runNs: null,
    reason,
  }
}

function failure(cause: PerfFailure['cause'], detail: string | null = null): PerfFailure {
  return { cause, event: null, detail, paranoid: null, packages: [] }
}
