import type { Note } from '../model/faults-report.ts'
import { perfFailureText } from './perf-failure-text.ts'
import { displayText } from './sanitise.ts'
import { formatBytes, formatCount } from './units.ts'

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
      return `perf counts user mode only: kernel.perf_event_paranoid${level}; for both modes set it to 1, or give perf CAP_PERFMON`
    }
    case 'no-pmu':
      return `not measured: ${list(note.events)}: no hardware counters here (a virtual machine without a PMU, as hosted CI is, or a container that may not use it); run on the host, or give the machine a virtual PMU`
    case 'hypervisor-zero':
      return `the hypervisor's hardware counters stay at 0 and are not believed (${list(note.events)})`
    case 'lost-at-exec':
      return 'perf lost its counters when the program changed its user (setuid, file capabilities): run as root, or without it'
    case 'multiplexed':
      return `more events than hardware counters: ${list(note.events)} were counted down to ${note.percent.toFixed(note.percent < 1 ? 1 : 0)} % of the time and scaled up`
    case 'hybrid-sum':
      return `${list(note.events)}: sums of what each kind of core counted, not scaled up`
    case 'run-failed':
      return note.failed === note.runs
        ? 'no run succeeded: the figures are those of one that failed, and what it did is not what was asked of it'
        : `${note.failed} of ${note.runs} runs failed and are left out`
    case 'lost-records':
      return `${formatCount(note.lost)} records were lost beside ${formatCount(note.samples)} samples: shares are of what was recorded`
    case 'sampled':
      return `every ${ordinal(note.period)} fault was recorded: counts are multiples of it, pages and repeats are lower bounds`
    case 'kinds-inferred':
      return 'kinds of fault are inferred from the mapping and the order of faults: the processor’s error code needs root (tracefs)'
    case 'existing-children':
      return 'children that the process had before are not counted, new ones are'
    case 'dropped-cache': {
      const { files, bytes, kept } = note.drop
      const rest = kept === 0 ? '' : `; ${formatCount(kept)} kept theirs (dirty, or mapped by others)`
      return `dropped ${bytes === null ? 'the' : `${formatBytes(bytes)} of`} page cache of ${formatCount(files)} of the program’s own files${rest}`
    }
  }
}

function ordinal(count: number): string {
  const tens = count % 100
  const end = tens > 10 && tens < 14 ? 'th' : ({ 1: 'st', 2: 'nd', 3: 'rd' }[count % 10] ?? 'th')
  return `${formatCount(count)}${end}`
}

function list(events: readonly string[]): string {
  return events.map(displayText).join(', ')
}
