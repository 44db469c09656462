import type { NoErrorCode, Note } from '../model/fault-notes.ts'
import { formatShare, ordinal } from './faults-figures.ts'
import { perfFailureText } from './perf-failure-text.ts'
import { displayText } from './sanitise.ts'
import { counted, formatBytes, formatCount } from './units.ts'

const NO_ERROR_CODE: Readonly<Record<NoErrorCode, string>> = {
  'not-by-kind': 'with --by kind, as root, the processor’s error code tells them',
  'not-root': 'the processor’s error code is for root (tracefs)',
  sampled: 'the processor’s error code tells only of faults that are all recorded, not of every Nth',
  stacks: 'the processor’s error code is not recorded beside call stacks',
  'no-tracepoint':
    'this machine gives no error code (exceptions:page_fault_user, of x86, and a perf that has tracepoints)',
  incomplete: 'of some the processor’s error code is missing',
}

/** Words what must be known to read the figures right. */
export function noteText(note: Note): string {
  switch (note.code) {
    case 'no-perf': {
      const { message, hint } = perfFailureText(note.failure)
      const all = 'minor and major faults are counted by the kernel itself, all else is unknown'
      return `${message}; ${all}${hint === null ? '' : `; ${hint}`}`
    }
    case 'user-mode-only': {
      const level = note.paranoid === null ? '' : ` is ${note.paranoid}`
      const unknown = note.events.length === 0 ? '' : `, so that ${list(note.events)} ${areOrIs(note.events)} unknown`
      return `perf counts user mode only${unknown}: kernel.perf_event_paranoid${level}; for both modes set it to 1, or give perf CAP_PERFMON`
    }
    case 'no-pmu':
      return `no hardware counters here, so that ${tlbTogether(note.events)} are unknown: a virtual machine without a PMU, as hosted CI is, or a container that may not use it`
    case 'hypervisor-zero':
      return `the hypervisor's hardware counters stay at 0 and are not believed (${list(note.events)})`
    case 'lost-at-exec':
      return 'perf lost its counters when the program changed its user (setuid, file capabilities): run as root, or without it'
    case 'multiplexed':
      return `more events than hardware counters: ${list(note.events)} ${note.events.length === 1 ? 'was' : 'were'} counted for as little as ${note.percent.toFixed(note.percent < 1 ? 1 : 0)} % of the time and scaled up`
    case 'hybrid-sum':
      return `${list(note.events)}: sums of what each kind of core counted, not scaled up`
    case 'run-failed':
      return failedRuns(note)
    case 'lost-records':
      return `${counted(note.lost, 'record was', 'records were')} lost beside ${counted(note.samples, 'sample')}: shares are of what was recorded`
    case 'unread-lines':
      return `${counted(note.lines, 'line')} of perf’s recording could not be read: what stood there is missing`
    case 'sampled':
      return `every ${ordinal(note.period)} fault of each thread was recorded${standsFor(note)}; pages and repeats are at least so many, and copies (cow, dirty) may look like first touches`
    case 'unattributed':
      return `${counted(note.faults, 'fault')} (${formatShare(note.share)}) fell where perf saw no mapping appear: mremap, which realloc of large blocks uses, moves memory without telling it`
    case 'kinds-inferred':
      return `kinds of fault are inferred from the mapping and the order of faults: ${NO_ERROR_CODE[note.cause]}`
    case 'huge-untold': {
      const given = note.allocated === null ? '' : `; the host gave ${formatCount(note.allocated)} at faults meanwhile`
      return `huge pages are not told from small ones in this recording: that takes perf 5.11 and Linux 5.11${given}`
    }
    case 'swap-cache': {
      const moved = `${formatCount(note.swappedIn)} pages in and ${formatCount(note.swappedOut)} out`
      return `this host swapped meanwhile (${moved}): minor faults that found their page in the swap cache (${formatCount(note.readAhead)} by read-ahead, of any program) are not told from others, and count as returned pages with --by`
    }
    case 'existing-children':
      return 'children that the process had before are not counted, new ones are'
    case 'dropped-cache': {
      const { files, bytes, kept } = note.drop
      const rest = kept === 0 ? '' : `; ${formatCount(kept)} kept theirs (dirty, or mapped by others)`
      return `dropped ${bytes === null ? 'the' : `${formatBytes(bytes)} of`} page cache of ${formatCount(files)} of the program’s own files${rest}`
    }
  }
}

function failedRuns({ failed, runs }: Extract<Note, { code: 'run-failed' }>): string {
  return failed === runs
    ? 'no run succeeded: the figures are those of one that failed, and what it did is not what was asked of it'
    : `${failed} of ${runs} runs failed and are left out`
}

/** A thread that takes fewer faults than the period leaves no sample. */
function standsFor({ faults, counted }: Extract<Note, { code: 'sampled' }>): string {
  if (counted === null || counted === 0) return ''
  const share = formatShare(Math.min(1, faults / counted))
  return `: the samples stand for ${formatCount(faults)} of ${formatCount(counted)} faults (${share}), threads with fewer leave none`
}

function areOrIs(names: readonly unknown[]): string {
  return names.length === 1 ? 'is' : 'are'
}

/** The TLB has half a dozen events and what follows from them, which are there or not there together. */
export function tlbTogether(events: readonly string[]): string {
  const others = events.filter((event) => !/TLB|page walks/i.test(event))
  return list(others.length < events.length ? [...others, 'TLB misses'] : others)
}

/** `a`, `a and b`, `a, b and c`. */
function list(events: readonly string[]): string {
  const names = events.map(displayText)
  return [names.slice(0, -1).join(', '), ...names.slice(-1)].filter((part) => part !== '').join(' and ')
}
