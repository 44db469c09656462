import type { DerivedCaveat, DifferenceId } from '../model/fault-figures.ts'
import type { UnknownReason } from '../model/faults.ts'
import type { PerfFailure } from '../model/perf-failure.ts'
import { perfFailureText } from './perf-failure-text.ts'

const REASONS: Readonly<Record<UnknownReason, string>> = {
  'no-perf': 'perf did not count',
  'not-asked': 'was not asked for',
  'not-supported': 'this CPU, virtual machine or kernel does not have it',
  'no-pmu': 'this machine offers no hardware counters (a VM without a PMU, or a container without access to it)',
  'not-counted': 'no hardware counter was free for it, or nothing ran',
  'too-short': 'was counted for less than 20 % of the time',
  'lost-at-exec': 'perf lost its counters when the program changed its user (setuid, file capabilities)',
  'hypervisor-zero': 'the hypervisor offers hardware counters that do not count',
  'unknown-cpu': 'means something else on every CPU, and this one is not known',
  'no-such-event': 'this CPU has no event for it, or it was not asked for',
  'user-mode-only': 'kernel mode may not be counted: kernel.perf_event_paranoid above 1, and no CAP_PERFMON',
  tracefs: 'only root may read what it looks like (tracefs)',
  'no-libtraceevent': 'this perf was built without tracepoints (libtraceevent)',
  refused: 'the kernel or perf refuses it, as a rule for want of a right (CAP_PERFMON, kernel.perf_event_paranoid)',
  'nothing-to-divide-by': 'there is nothing to divide by',
  'no-peak': 'the peak of resident memory was not seen',
  'short-run': 'the run was too short for its peak of memory to be seen for certain',
  descendants: 'descendants faulted too, and only the memory of the program itself was seen',
  'lifetime-peak': 'the peak of resident memory is that of its whole life',
  'not-measured': 'was not measured',
}

/** Why a figure is unknown. */
export function reasonText(reason: UnknownReason, failure: PerfFailure | null = null): string {
  return reason === 'no-perf' && failure !== null ? perfFailureText(failure).message : REASONS[reason]
}

const DIFFERENCES: Readonly<Record<DifferenceId, readonly [label: string, meaning: string]>> = {
  'kernel-mode-or-pre-faulted': ['kernel mode, or pre-faulted', 'not told apart: perf may not count kernel mode here'],
  'pre-faulted': ['pre-faulted by the kernel', 'no fault: MAP_POPULATE, mlock, direct I/O, execve'],
  unreaped: ['of unreaped descendants', 'daemons and children that nobody waited for; only perf counts them'],
  descendants: ['of new children', 'born while they were watched; only perf follows them'],
  'unseen-end': ['just before its end', 'after it was last read; only perf counts them'],
  'failed-or-retried': ['failed, or retried', 'attempts that ended in a signal or were made again; perf counts them'],
}

/** A difference between perf's account and the kernel's: a short name, and what it is. */
export function differenceText(id: DifferenceId): { readonly label: string; readonly meaning: string } {
  const [label, meaning] = DIFFERENCES[id]
  return { label, meaning }
}

const CAVEATS: Readonly<Record<DerivedCaveat, string>> = {
  'loads-and-stores': 'loads and stores together',
  'walks-overlap': 'walks may overlap; in a VM the host’s part may be missing',
  'user-mode-only': 'user mode only',
  'peak-is-lower-bound': 'of the program’s own highest memory seen',
  multiplexed: 'about: the counter was shared out in time',
  'some-cores': 'of the kind of core alone that counts it',
}

/** What a derived figure leaves out. */
export function caveatText(caveat: DerivedCaveat): string {
  return CAVEATS[caveat]
}
