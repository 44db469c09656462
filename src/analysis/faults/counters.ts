import { isClock, isHardwareEvent } from '../../model/fault-events.ts'
import type { CounterReport } from '../../model/fault-figures.ts'
import type { Counter, CounterState, FaultRun, UnknownReason } from '../../model/faults.ts'

/** Below this share of the time a scaled count is shown, but nothing is made of it. */
const LEAST_SHARE = 20
/** A program cannot start with fewer: execve(2) and the dynamic loader alone take some fifty. */
const LEAST_FAULTS = 8
/** Counters without which a processor does not run. */
const ALWAYS_COUNTING = new Set(['cycles', 'cpu-cycles', 'instructions'])
/** What the kernel's own account answers when perf cannot. */
const FALLBACK = ['page-faults', 'minor-faults', 'major-faults'] as const

/**
 * The counters of a run by name: every PMU's line for an event put together, impossible zeros found out.
 *
 * Without perf, the kernel's own account stands in for the three counts of faults, and says so in `source`.
 */
export function countersOf(run: FaultRun): Readonly<Record<string, CounterReport>> {
  if (run.counters.length === 0) return fallback(run)
  const believed = doubtZeros(run)
  const groups = groupByName(believed)
  const hybrid = new Set(run.counters.map(({ pmu }) => pmu).filter((pmu) => pmu !== null)).size > 1
  const reports: [string, CounterReport][] = []
  for (const [event, byModifiers] of groups) {
    for (const [modifiers, counters] of byModifiers) {
      const key = byModifiers.size === 1 || modifiers === '' ? event : `${event}:${modifiers}`
      reports.push([key, reportOf(counters, run, hybrid)])
    }
  }
  return Object.fromEntries(reports)
}

type ByName = Map<string, Map<string, Counter[]>>

function groupByName(counters: readonly Counter[]): ByName {
  const groups: ByName = new Map()
  for (const counter of counters) {
    const byModifiers = groups.get(counter.event) ?? new Map<string, Counter[]>()
    groups.set(counter.event, byModifiers)
    const group = byModifiers.get(counter.modifiers) ?? []
    byModifiers.set(counter.modifiers, group)
    // An event asked for twice (perf adds `u` to both where it must) is one event; one of two PMUs is two counts.
    if (!group.some((each) => each.pmu === counter.pmu)) group.push(counter)
  }
  return groups
}

/** Marks zeros that cannot be or say nothing, and tells a machine without hardware counters from an event it lacks. */
function doubtZeros(run: FaultRun): readonly Counter[] {
  const { counters } = run
  const hardware = counters.filter(({ event }) => isHardwareEvent(event))
  const noPmu = hardware.length > 0 && hardware.every(({ state }) => state === 'not-supported')
  const lost = lostAtExec(run)
  const dead = hardware.some(({ event, value }) => ALWAYS_COUNTING.has(event) && value === 0) && !lost
  const blind = isBlindToKernel(counters)
  return counters.map((counter) => {
    const isHardware = isHardwareEvent(counter.event)
    if (noPmu && isHardware) return { ...counter, reason: 'no-pmu' }
    if (counter.value !== 0) return counter
    if (lost) return doubted(counter, 'lost-at-exec')
    if (isHardware) return dead ? doubted(counter, 'hypervisor-zero') : counter
    return blind && !isZero(run, counter) ? doubted(counter, 'user-mode-only') : counter
  })
}

/**
 * Whether perf left kernel mode out of everything, though it was not asked to: then it gives `page-faults`, which every
 * list of events has, the modifier `u`. What was asked for with `:u` beside it is what was asked for.
 */
function isBlindToKernel(counters: readonly Counter[]): boolean {
  const faults = counters.filter(({ event }) => event === 'page-faults')
  const telling = faults.length > 0 ? faults : counters
  return telling.length > 0 && telling.every(isUserOnly)
}

/**
 * Whether a zero in user mode is zero in both modes. The scheduler's events happen in kernel mode alone; a fault may be
 * taken there (read(2) into a page that is not there waits for a device in kernel mode). Of faults the kernel's own
 * account knows both modes; of a process that is watched it does not know the children, whom perf counts.
 */
function isZero({ kernel }: FaultRun, { event, modifiers }: Counter): boolean {
  if (isClock(event) || !isUserOnly({ modifiers })) return true
  if (kernel === null || kernel.includes !== 'reaped tree') return false
  const known: Readonly<Record<string, number>> = {
    'page-faults': kernel.minor + kernel.major,
    'minor-faults': kernel.minor,
    'major-faults': kernel.major,
  }
  return known[event] === 0
}

function isUserOnly({ modifiers }: Pick<Counter, 'modifiers'>): boolean {
  return modifiers.includes('u') && !modifiers.includes('k')
}

/** perf saw no fault of a program that, as the kernel says, took some: its counters went with the program's rights. */
function lostAtExec(run: FaultRun): boolean {
  const faults = run.counters.filter(({ event }) => event === 'page-faults')
  if (faults.length === 0 || faults.some(({ value }) => value !== 0)) return false
  return run.kernel !== null && run.kernel.minor + run.kernel.major > LEAST_FAULTS
}

function doubted(counter: Counter, reason: UnknownReason): Counter {
  return { ...counter, value: null, state: 'suspicious-zero', reason }
}

function reportOf(counters: readonly Counter[], run: FaultRun, hybrid: boolean): CounterReport {
  const [first] = counters as readonly [Counter, ...Counter[]]
  const spelled = `${first.event}${first.modifiers === '' ? '' : `:${first.modifiers}`}`
  const base = {
    unit: first.unit,
    source: `perf stat ${run.perfVersion ?? ''}: ${spelled}`,
    modifiers: first.modifiers,
    percentRunning: leastShare(counters),
  }
  // Of a hybrid CPU also what one kind of core counts alone is told by kind, and not scaled up.
  if (counters.length === 1 && (!hybrid || first.pmu === null)) {
    return { ...base, value: first.value, reason: first.reason, state: first.state, pmus: [] }
  }
  return { ...base, ...sumOfPmus(counters), pmus: counters.map(pmuCount) }
}

/**
 * A hybrid CPU counts an event on each kind of core. perf scales each count up to the whole time, so that their sum
 * would count the time twice: they are taken back to what was counted, and added.
 */
function sumOfPmus(counters: readonly Counter[]): Pick<CounterReport, 'value' | 'reason' | 'state'> {
  const known = counters.filter(({ value }) => value !== null)
  if (known.length === 0) {
    const [first] = counters
    return { value: null, reason: first?.reason ?? 'not-counted', state: first?.state ?? 'not-counted' }
  }
  const value = known.reduce((sum, counter) => sum + (unscaled(counter) ?? 0), 0)
  return { value: Math.round(value), reason: null, state: 'counted' }
}

function unscaled({ value, percentRunning }: Counter): number | null {
  return value === null || percentRunning === null ? value : (value * percentRunning) / 100
}

function pmuCount(counter: Counter): CounterReport['pmus'][number] {
  const value = unscaled(counter)
  return {
    pmu: counter.pmu ?? '',
    value: value === null ? null : Math.round(value),
    reason: counter.reason,
    percentRunning: counter.percentRunning,
  }
}

function leastShare(counters: readonly Counter[]): number | null {
  const shares = counters.map(({ percentRunning }) => percentRunning).filter((share) => share !== null)
  return shares.length === 0 ? null : Math.min(...shares)
}

function fallback(run: FaultRun): Readonly<Record<string, CounterReport>> {
  const { kernel } = run
  return Object.fromEntries(
    FALLBACK.map((event) => {
      const state: CounterState = kernel === null ? 'not-counted' : 'counted'
      const report: CounterReport = {
        value: kernel === null ? null : kernelCount(kernel, event),
        reason: kernel === null ? 'not-measured' : null,
        unit: '',
        source: kernel?.source ?? '',
        state,
        modifiers: '',
        percentRunning: null,
        pmus: [],
      }
      return [event, report]
    }),
  )
}

function kernelCount(kernel: NonNullable<FaultRun['kernel']>, event: (typeof FALLBACK)[number]): number {
  if (event === 'minor-faults') return kernel.minor
  return event === 'major-faults' ? kernel.major : kernel.minor + kernel.major
}

/** A counter that a figure may be made of: known, and counted long enough. */
export function usable(
  counters: Readonly<Record<string, CounterReport>>,
  event: string,
): { readonly value: number; readonly counter: CounterReport } | { readonly reason: UnknownReason } {
  const counter = counters[event]
  if (counter === undefined) return { reason: 'not-asked' }
  if (counter.value === null) return { reason: counter.reason ?? 'not-counted' }
  const tooShort = counter.pmus.length === 0 && counter.percentRunning !== null && counter.percentRunning < LEAST_SHARE
  return tooShort ? { reason: 'too-short' } : { value: counter.value, counter }
}
