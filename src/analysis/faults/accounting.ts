import type { Accounting, CounterReport, Difference, DifferenceId, Figure } from '../../model/fault-figures.ts'
import type { FaultRun, UnknownReason } from '../../model/faults.ts'

/** What perf's account and the kernel's always differ by: counting begins and ends at other instructions. */
const TOLERANCE = 8
const TOLERANCE_SHARE = 0.002

type Counters = Readonly<Record<string, CounterReport>>

/**
 * Puts the two accounts of one run side by side, and names what they differ by.
 *
 * perf counts faults as they are taken, of every descendant; it does not see pages that the kernel fills in for itself
 * (MAP_POPULATE, mlock, direct I/O, the page of arguments that every execve(2) copies), and often may not see kernel
 * mode. The kernel counts what it filled in, whoever caused it, of the descendants that were waited for (mm/memory.c
 * mm_account_fault).
 */
export function accountingOf(run: FaultRun, counters: Counters): Accounting {
  const perf = perfCounts(run, counters)
  const { kernel } = run
  const total = kernel === null ? unknown('not-measured') : known(kernel.minor + kernel.major)
  const differences = differencesOf(run, perf, counters)
  return {
    ...(kernel === null
      ? fromPerf(perf.all, counters)
      : { total, minor: known(kernel.minor), major: known(kernel.major), from: 'kernel' as const }),
    perf,
    kernel: total,
    kernelSource: kernel?.source ?? null,
    includes: kernel?.includes ?? null,
    differences,
    preFaulted: preFaulted(perf.all, total, differences),
  }
}

function fromPerf(all: Figure, counters: Counters): Pick<Accounting, 'total' | 'minor' | 'major' | 'from'> {
  if (all.value === null) {
    const nothing = unknown(all.reason ?? 'not-measured')
    return { total: nothing, minor: nothing, major: nothing, from: null }
  }
  return {
    total: all,
    minor: allModes(counters, 'minor-faults'),
    major: allModes(counters, 'major-faults'),
    from: 'perf',
  }
}

/** perf's page faults by mode. */
function perfCounts(run: FaultRun, counters: Counters): Accounting['perf'] {
  if (run.counters.length === 0) {
    const none = unknown('no-perf')
    return { all: none, user: none, kernel: none }
  }
  const all = allModes(counters, 'page-faults')
  const user = oneMode(counters, 'u')
  const kernel = oneMode(counters, 'k')
  // Of the three, any two give the third.
  if (kernel.value === null && all.value !== null && user.value !== null) {
    return { all, user, kernel: known(Math.max(0, all.value - user.value)) }
  }
  if (user.value === null && all.value !== null && kernel.value !== null) {
    return { all, user: known(Math.max(0, all.value - kernel.value)), kernel }
  }
  return { all, user, kernel: all.reason === 'user-mode-only' ? unknown('user-mode-only') : kernel }
}

/** A count of both modes; where perf had to leave kernel mode out, it is unknown. */
function allModes(counters: Counters, event: string): Figure {
  const counter = counters[event]
  if (counter === undefined) return unknown('not-asked')
  if (counter.value === null) return unknown(counter.reason ?? 'not-counted')
  return isUserOnly(counter) ? unknown('user-mode-only') : known(counter.value)
}

function oneMode(counters: Counters, mode: 'u' | 'k'): Figure {
  const plain = counters['page-faults']
  const counter = plain?.modifiers === mode ? plain : counters[`page-faults:${mode}`]
  if (counter === undefined) return unknown('not-asked')
  // What makes a count of both modes unknown is a count of one: none.
  if (counter.reason === 'user-mode-only' && mode === 'u') return known(0)
  return counter.value === null ? unknown(counter.reason ?? 'not-counted') : known(counter.value)
}

/** Whether kernel mode was left out. */
export function isUserOnly(counter: Pick<CounterReport, 'modifiers'>): boolean {
  return counter.modifiers.includes('u') && !counter.modifiers.includes('k')
}

function differencesOf(run: FaultRun, perf: Accounting['perf'], counters: Counters): readonly Difference[] {
  if (run.kernel === null) return []
  const kernel = run.kernel.minor + run.kernel.major
  const counted = perf.all.value ?? perf.user.value
  if (counted === null) return []
  const { includes, uncertain = 0, endUnseen = false } = run.kernel
  const tolerance = Math.max(TOLERANCE, kernel * TOLERANCE_SHARE) + uncertain
  const found: Difference[] = []
  const failed = failedFaults(perf.all, counters)
  if (failed > tolerance) found.push({ id: 'failed-or-retried', faults: failed, orElse: [] })
  const missing = kernel - (counted - (failed > tolerance ? failed : 0))
  if (missing > tolerance) {
    const id: DifferenceId = perf.all.value === null ? 'kernel-mode-or-pre-faulted' : 'pre-faulted'
    found.push({ id, faults: missing, orElse: [] })
  } else if (-missing > tolerance) {
    const born: DifferenceId = includes === 'process' ? 'descendants' : 'unreaped'
    const [id, ...others]: DifferenceId[] = endUnseen ? ['unseen-end', born] : [born]
    // Without minor and major apart, attempts that failed look the same.
    const failures: DifferenceId[] = settled(counters) === null ? ['failed-or-retried'] : []
    found.push({ id: id ?? born, faults: -missing, orElse: [...others, ...failures] })
  }
  return found
}

/** Attempts beyond the faults that were settled: perf's page-faults count every attempt, minor and major only those. */
function failedFaults(all: Figure, counters: Counters): number {
  const done = settled(counters)
  return all.value === null || done === null ? 0 : all.value - done
}

function settled(counters: Counters): number | null {
  const minor = allModes(counters, 'minor-faults').value
  const major = allModes(counters, 'major-faults').value
  return minor === null || major === null ? null : minor + major
}

function preFaulted(all: Figure, kernel: Figure, differences: readonly Difference[]): Figure {
  if (kernel.value === null) return kernel
  if (all.value === null) return unknown(all.reason ?? 'no-perf')
  return known(differences.find(({ id }) => id === 'pre-faulted')?.faults ?? 0)
}

function known(value: number): Figure {
  return { value, reason: null }
}

function unknown(reason: UnknownReason): Figure {
  return { value: null, reason }
}
