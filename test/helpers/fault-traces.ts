import { FaultAttribution } from '../../src/analysis/faults/hotspots.ts'
import type { FoldedStacks } from '../../src/analysis/faults/stacks.ts'
import type { Attribution, FaultGrouping } from '../../src/model/fault-attribution.ts'
import type { FaultSample, MmapEvent, TraceEvent, TraceFacts } from '../../src/model/fault-trace.ts'
import { PerfScriptParser } from '../../src/parsers/perf-script.ts'
import { fixtureBytes } from './fixtures.ts'

/** A whole recording of one process. */
export const FACTS: TraceFacts = {
  perfVersion: '6.1.192',
  period: 1,
  userOnly: false,
  errorCodes: false,
  pageSize: 4096,
  swapped: false,
  heldPid: null,
  bytes: 284_589,
  scriptMs: 12,
  wallMs: 20,
}

const BASE = { comm: 'prog', pid: 10, tid: 10, time: 1 }

export function mmap(start: number, pages: number, given: Partial<MmapEvent> = {}): MmapEvent {
  const end = start + pages * 4096
  return { ...BASE, type: 'mmap', start, end, pgoff: '0', file: null, perms: 'rw-p', name: '', ...given }
}

export function fault(page: number, given: Partial<FaultSample> = {}): FaultSample {
  return {
    ...BASE,
    type: 'sample',
    event: 'minor-faults',
    modifiers: '',
    period: 1,
    address: { page, low: 8 },
    ip: '401000',
    site: { symbol: 'work', offset: 4, dso: '/bin/prog' },
    stack: [],
    errorCode: null,
    pageSize: null,
    ...given,
  }
}

/** The tracepoint that comes before a fault. */
export function code(page: number, errorCode: number, given: Partial<FaultSample> = {}): FaultSample {
  return fault(page, { event: 'exceptions:page_fault_user', errorCode, ...given })
}

export function fork(pid: number, parentPid = 10, tid = pid): TraceEvent {
  return { ...BASE, type: 'fork', pid, tid, parentPid, parentTid: parentPid }
}

export function exec(pid: number, name = 'new'): TraceEvent {
  return { ...BASE, type: 'comm', pid, tid: pid, exec: true, comm: name, name }
}

/** What was made of some events. */
export function attribute(
  events: Iterable<TraceEvent>,
  by: FaultGrouping = 'mapping',
  facts: Partial<TraceFacts> = {},
): Attribution {
  return attributionOf(events, by, facts).report(0)
}

/** The stacks of some events, folded. */
export function foldedStacks(events: Iterable<TraceEvent>): FoldedStacks {
  return attributionOf(events, 'symbol', {}).stacks
}

function attributionOf(events: Iterable<TraceEvent>, by: FaultGrouping, facts: Partial<TraceFacts>): FaultAttribution {
  const attribution = new FaultAttribution({ ...FACTS, ...facts }, { by, limit: null, folded: true })
  for (const event of events) attribution.add(event)
  return attribution
}

/** Attribution of a recording below test/fixtures/perf/script. */
export function recorded(name: string, by: FaultGrouping = 'mapping', limit: number | null = null): Attribution {
  const attribution = new FaultAttribution(FACTS, { by, limit, folded: false })
  const parser = new PerfScriptParser((event) => attribution.add(event))
  parser.write(fixtureBytes(`perf/script/perf-script-${name}.txt.gz`))
  parser.end()
  return attribution.report(parser.unparsed)
}
