import type { Attribution } from '../../model/fault-attribution.ts'
import { isHardwareEvent } from '../../model/fault-events.ts'
import type { Accounting, CounterReport, RunFigures } from '../../model/fault-figures.ts'
import type { NoErrorCode, Note } from '../../model/fault-notes.ts'
import type { FaultsReport } from '../../model/faults-report.ts'
import { swappedIn, swappedOut } from '../../model/host-events.ts'
import { isUserOnly } from './accounting.ts'
import { typicalRun } from './metrics.ts'

/** Less of all faults is not worth a line. */
const WORTH_SAYING = 0.01

type Counters = RunFigures['counters']

/** What the reader must know to read the figures right, the weightiest first. */
export function notesOf(
  report: Pick<FaultsReport, 'backend' | 'figures' | 'host' | 'repeat' | 'attribution' | 'target' | 'runs'>,
): readonly Note[] {
  const { backend, figures, host, repeat, attribution, target } = report
  const { counters } = figures
  const notes: Note[] = []
  if (backend.failure !== null && backend.asked !== 'proc') notes.push({ code: 'no-perf', failure: backend.failure })
  if (reasons(counters, 'lost-at-exec').length > 0) notes.push({ code: 'lost-at-exec' })
  const faults = counters['page-faults']
  if (faults !== undefined && isUserOnly(faults)) {
    notes.push({ code: 'user-mode-only', paranoid: host.paranoid, events: reasons(counters, 'user-mode-only') })
  }
  addEvents(notes, 'no-pmu', reasons(counters, 'no-pmu'))
  addEvents(notes, 'hypervisor-zero', reasons(counters, 'hypervisor-zero'))
  addEvents(
    notes,
    'hybrid-sum',
    eventsWhere(counters, ({ pmus }) => pmus.length > 1),
  )
  const scaled = eventsWhere(counters, ({ state }) => state === 'scaled')
  if (scaled.length > 0) notes.push({ code: 'multiplexed', events: scaled, percent: leastShare(counters, scaled) })
  if (target !== null && backend.used === 'perf') notes.push({ code: 'existing-children' })
  const failed = repeat?.failed ?? 0
  if (failed > 0) notes.push({ code: 'run-failed', failed, runs: failed + (repeat?.runs ?? 0) })
  if (attribution !== null) notes.push(...ofRecording(attribution, figures.accounting, host.uid))
  return [...notes, ...ofHost(report)]
}

function ofRecording(attribution: Attribution, { perf }: Accounting, uid: number): readonly Note[] {
  const { period, faults, userOnly, lost, unreadLines, unattributed, samples, evidence } = attribution
  const notes: Note[] = []
  if (lost > 0) notes.push({ code: 'lost-records', lost, samples })
  if (unreadLines > 0) notes.push({ code: 'unread-lines', lines: unreadLines })
  const counted = (userOnly ? perf.user : perf.all).value
  if (period > 1) notes.push({ code: 'sampled', period, faults, counted })
  if (unattributed >= WORTH_SAYING * faults && unattributed > 0) {
    notes.push({ code: 'unattributed', faults: unattributed, share: unattributed / faults })
  }
  if (evidence === 'inferred' && samples > 0) {
    notes.push({ code: 'kinds-inferred', cause: noErrorCode(attribution, uid) })
  }
  return notes
}

/** What the host did meanwhile that faults cannot be told by. */
function ofHost({ attribution, runs }: Pick<FaultsReport, 'attribution' | 'runs'>): readonly Note[] {
  const events = typicalRun(runs)?.run.hostEvents ?? null
  const notes: Note[] = []
  const allocated = events?.thpFaultAlloc ?? null
  if (attribution !== null && attribution.samples > 0 && !attribution.pageSizes && allocated !== 0) {
    notes.push({ code: 'huge-untold', allocated })
  }
  const [inwards, outwards] = [swappedIn(events) ?? 0, swappedOut(events) ?? 0]
  if (inwards + outwards > 0) {
    const readAhead = events?.swapRaHit ?? 0
    notes.push({ code: 'swap-cache', swappedIn: inwards, swappedOut: outwards, readAhead })
  }
  return notes
}

function noErrorCode({ by, period, stacks, coded }: Attribution, uid: number): NoErrorCode {
  if (coded > 0) return 'incomplete'
  if (by !== 'kind') return 'not-by-kind'
  if (uid !== 0) return 'not-root'
  if (stacks) return 'stacks'
  return period > 1 ? 'sampled' : 'no-tracepoint'
}

function addEvents(notes: Note[], code: 'no-pmu' | 'hypervisor-zero' | 'hybrid-sum', events: readonly string[]): void {
  if (events.length > 0) notes.push({ code, events })
}

function reasons(counters: Counters, reason: CounterReport['reason']): readonly string[] {
  return eventsWhere(counters, (counter) => counter.reason === reason)
}

function eventsWhere(counters: Counters, holds: (counter: CounterReport) => boolean): readonly string[] {
  return Object.entries(counters)
    .filter(([, counter]) => holds(counter))
    .map(([event]) => event)
}

function leastShare(counters: Counters, events: readonly string[]): number {
  const shares = events.filter(isHardwareEvent).map((event) => counters[event]?.percentRunning ?? 100)
  return Math.min(100, ...shares)
}
