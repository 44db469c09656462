import type { TreeMappings } from '../../collectors/measured-memory.ts'
import type { MappingTable } from '../../model/mapping-table.ts'
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

/** What a reader must know beside the figures of a run, in sentences. `memory` is what was looked at closest. */
export function runNotes(raw: RawMeasurement, fidelity: Fidelity, memory: TreeMappings | null): readonly string[] {
  const { method, passedOver, randomised, tree, oomKills, end } = raw
  const { processes } = tree
  const notes: string[] = []
  for (const { method: better, why } of passedOver) notes.push(`not measured by ${WAYS[better]}: ${why}`)
  if (method !== 'poll' && fidelity === 'polled') {
    const missed = processes.filter(({ seenAtEnd, outlived }) => !seenAtEnd && !outlived)
    if (missed.length > 0) notes.push(`${count(missed, 'process')} ended without being held there: ${names(missed)}`)
  }
  if (randomised === true) notes.push('address space randomisation could not be switched off here')
  if (memory !== null && memory.refused > 0) {
    notes.push(`the mappings of ${memory.refused} of the processes may not be read, and are in no group`)
  }
  const privileged = method === 'poll' ? [] : processes.filter(({ setId }) => setId)
  if (privileged.length > 0) {
    notes.push(`${names(privileged)}: set-user-ID or set-group-ID, which the kernel ignores while somebody traces`)
  }
  const tracers = method === 'poll' ? [] : processes.filter(({ images }) => images.some((name) => TRACERS.has(name)))
  if (tracers.length > 0)
    notes.push(`${names(tracers)} cannot trace what is traced already, as check does: check the program that it starts`)
  if (method !== 'poll' && memory?.processes.some(({ table }) => isSanitized(table))) {
    notes.push('LeakSanitizer cannot work while somebody traces, and fails: ASAN_OPTIONS=detect_leaks=0')
  }
  notes.push(...launchers(tree))
  const outliving = processes.filter(({ outlived }) => outlived)
  if (outliving.length > 0) {
    notes.push(
      `${count(outliving, 'process')} went on after the program's end, unmeasured from then on: ${names(outliving)}`,
    )
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
  const sum = (counts: readonly (number | null)[]): number =>
    counts.reduce<number>((all, n) => all + (n ?? Number.NaN), 0)
  const all = sum(processes.map(({ minorFaults }) => minorFaults))
  const started = processes.filter(({ ofLauncher }) => ofLauncher).map(({ minorFaults }) => minorFaults)
  const before = sum([root.earlierMinorFaults, ...started])
  // Not so when it is not known.
  if (!(before > all * LAUNCHER_SHARE)) return []
  const names = [...new Set(root.images.slice(0, -1))].slice(0, NAMED).join(', ')
  return [
    `${before} of the ${all} minor faults are those of ${names}, which became ${root.comm}, and of what it started`,
  ]
}

/** Where AddressSanitizer has its shadow: x86-64, arm64. */
const SHADOWS = [0x7fff7000, 0x1000000000]
const SANITIZER = /\/lib(?:asan|lsan|clang_rt\.[al]san[^/]*)\.so/

/** Whether a program was built to look for leaks at its end, which takes tracing itself. */
function isSanitized(table: MappingTable): boolean {
  for (let row = 0; row < table.length; row++) {
    if (SANITIZER.test(table.nameOf(row))) return true
    const start = table.start[row] as number
    if (SHADOWS.includes(start) && table.name[row] === 0 && table.size(row) >= 2 ** 28) return true
  }
  return false
}

function names(processes: readonly RawProcess[]): string {
  const different = [...new Set(processes.map(({ comm }) => comm))]
  const shown = different.slice(0, NAMED).join(', ')
  return different.length > NAMED ? `${shown} and ${different.length - NAMED} more` : shown
}

function count(processes: readonly RawProcess[], what: string): string {
  return `${processes.length} ${what}${processes.length === 1 ? '' : 'es'}`
}
