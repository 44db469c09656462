import type { Fidelity } from '../../model/measured-run.ts'
import type { Method, RawMeasurement, RawProcess, RawTree } from '../../model/raw-measurement.ts'

/** Programs that trace others, which nobody can do to a process that is traced already. */
const TRACERS = new Set(['strace', 'ltrace', 'gdb', 'gdbserver', 'lldb', 'lldb-server', 'rr', 'uftrace'])
/** The part of the faults, from before a program was itself, that is worth a word. */
const LAUNCHER_SHARE = 0.1
/** So many names are enough. */
const NAMED = 3

const WAYS: Readonly<Record<Method, string>> = {
  ptrace: 'ptrace',
  strace: 'strace',
  poll: 'polling',
}

/** What a reader must know beside the figures of a run, in sentences. */
export function runNotes(raw: RawMeasurement, fidelity: Fidelity, refused: number): readonly string[] {
  const { method, passedOver, randomised, tree, oomKills, end } = raw
  const { processes } = tree
  const notes: string[] = []
  for (const { method: better, why } of passedOver) notes.push(`not measured by ${WAYS[better]}: ${why}`)
  if (method !== 'poll' && fidelity === 'polled') {
    const missed = processes.filter(({ seenAtEnd, outlived }) => !seenAtEnd && !outlived)
    notes.push(`${count(missed, 'process')} ended without being held there: ${names(missed)}`)
  }
  if (randomised === true) notes.push('address space randomisation could not be switched off here')
  if (refused > 0) notes.push(`the mappings of ${refused} of the processes may not be read, and are in no group`)
  const privileged = method === 'poll' ? [] : processes.filter(({ setId }) => setId)
  if (privileged.length > 0) {
    notes.push(`${names(privileged)}: set-user-ID or set-group-ID, which the kernel ignores while somebody traces`)
  }
  const tracers = method === 'poll' ? [] : processes.filter(({ images }) => images.some((name) => TRACERS.has(name)))
  if (tracers.length > 0) notes.push(`${names(tracers)} cannot trace what is traced already; measure by polling`)
  notes.push(...launchers(tree))
  const outliving = processes.filter(({ outlived }) => outlived)
  if (outliving.length > 0) {
    notes.push(`${count(outliving, 'process')} went on after the program's end: ${names(outliving)}`)
  }
  if (oomKills !== null && oomKills > 0 && end.signal !== 'SIGKILL') {
    notes.push(`the kernel killed ${oomKills} of the processes for want of memory`)
  }
  return notes
}

/** A launcher that becomes the program in the end leaves it all its faults, and those of what it has started before. */
function launchers({ processes }: RawTree): readonly string[] {
  const root = processes.find(({ root: first }) => first)
  if (root === undefined || root.images.length < 2) return []
  const all = processes.reduce((sum, { minorFaults }) => sum + (minorFaults ?? Number.NaN), 0)
  const own = (root.minorFaults ?? Number.NaN) - (root.earlierMinorFaults ?? Number.NaN)
  // Not so when it is not known.
  if (!(own < all * (1 - LAUNCHER_SHARE))) return []
  const before = [...new Set(root.images.slice(0, -1))].slice(0, NAMED).join(', ')
  return [`${root.comm} itself took ${own} of the ${all} minor faults; the others are from ${before}, which became it`]
}

function names(processes: readonly RawProcess[]): string {
  const different = [...new Set(processes.map(({ comm }) => comm))]
  const shown = different.slice(0, NAMED).join(', ')
  return different.length > NAMED ? `${shown} and ${different.length - NAMED} more` : shown
}

function count(processes: readonly RawProcess[], what: string): string {
  return `${processes.length} ${what}${processes.length === 1 ? '' : 'es'}`
}
