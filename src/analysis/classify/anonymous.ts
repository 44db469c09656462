import type { MappingTable } from '../../model/mapping-table.ts'
import { EXEC, READ, SHARED, WRITE } from '../../model/perms.ts'
import type { Verdict } from './classification.ts'
import type { Runtimes } from './runtimes.ts'

/** Guards are a few pages; what is larger is a reservation. Sixteen pages hold every libc's and the JVM's. */
const GUARD_PAGES = 16
/** No threads library makes smaller stacks, and look-alike small areas are common. */
const SMALLEST_STACK = 64 * 1024

/** Verdicts on rows without a name: what they are follows from flags, figures and neighbours. */
export class NamelessRows {
  readonly #table: MappingTable
  readonly #runtimes: Runtimes
  readonly #guardBytes: number
  readonly #anonymous: Float64Array | null
  /** Kernels since 6.7 mark every MAP_STACK mapping `nh`; when any row has it, a glibc stack must. */
  readonly #stacksAreMarked: boolean

  constructor(table: MappingTable, runtimes: Runtimes, pageSize: number) {
    this.#table = table
    this.#runtimes = runtimes
    this.#guardBytes = GUARD_PAGES * pageSize
    this.#anonymous = table.column('Anonymous')?.values ?? null
    this.#stacksAreMarked = flagIsUsed(table, 'nh')
  }

  /** The verdict on a row without a name. */
  classify(row: number): Verdict {
    const flags = this.#table.flagsOf(row)
    const byFlags = flags === null ? null : markedByFlags(flags)
    if (byFlags !== null) return byFlags
    const perms = this.#table.perms[row] as number
    const label = this.#runtimes.label(row, flags)
    if ((perms & (READ | WRITE | EXEC)) === 0) return this.#inaccessible(row, flags, label)
    if (perms & EXEC) return { kind: 'jit', evidence: executableEvidence(perms), label }
    if (label !== null) return { kind: 'anonymous', evidence: `no name; ${this.#runtimes.evidence(label)}`, label }
    const stack = this.#stackEvidence(row, perms, flags)
    if (stack !== null) return { kind: 'thread-stack', evidence: stack, label: null }
    return { kind: 'anonymous', evidence: flags?.includes('gd') ? 'no name; VmFlags gd' : 'no name', label: null }
  }

  #inaccessible(row: number, flags: readonly string[] | null, label: string | null): Verdict {
    const resident = this.#anonymous?.[row] ?? Number.NaN
    if (resident > 0) return { kind: 'anonymous', evidence: 'no access now, but pages are still there', label }
    if (flags?.includes('ac')) return { kind: 'anonymous', evidence: 'no access now, but still charged (ac)', label }
    const table = this.#table
    if (row + 1 < table.length && this.#isStack(row + 1)) {
      return { kind: 'guard', evidence: 'no access, directly below a stack', label }
    }
    if (table.size(row) <= this.#guardBytes) return { kind: 'guard', evidence: 'no access, a few pages', label }
    return { kind: 'reserved', evidence: 'no access, nothing resident or charged', label }
  }

  #isStack(row: number): boolean {
    if (this.#table.name[row] !== 0) return false
    return this.#stackEvidence(row, this.#table.perms[row] as number, this.#table.flagsOf(row)) !== null
  }

  /** A thread's stack is a pattern, not a kernel fact: readable and writable, directly above a small guard. */
  #stackEvidence(row: number, perms: number, flags: readonly string[] | null): string | null {
    const table = this.#table
    if ((perms & (READ | WRITE | EXEC | SHARED)) !== (READ | WRITE) || row === 0) return null
    const below = row - 1
    const guarded =
      table.name[below] === 0 &&
      table.end[below] === table.start[row] &&
      ((table.perms[below] as number) & (READ | WRITE | EXEC)) === 0 &&
      table.size(below) <= this.#guardBytes
    if (!guarded || table.size(row) < SMALLEST_STACK) return null
    if (flags?.includes('nh')) return 'VmFlags nh (MAP_STACK) above a guard'
    if (this.#stacksAreMarked || flags?.includes('nr')) return null
    return 'likely: read-write above a guard'
  }
}

function markedByFlags(flags: readonly string[]): Verdict | null {
  const userfault = flags.filter((flag) => flag === 'um' || flag === 'uw' || flag === 'ui')
  if (userfault.length > 0) return { kind: 'uffd', evidence: `VmFlags ${userfault.join(' ')}`, label: null }
  if (flags.includes('dp')) return { kind: 'droppable', evidence: 'VmFlags dp', label: null }
  if (flags.includes('ss')) return { kind: 'shadow-stack', evidence: 'VmFlags ss', label: null }
  return null
}

function executableEvidence(perms: number): string {
  return perms & WRITE ? 'no name, writable and executable' : 'no name, executable'
}

function flagIsUsed(table: MappingTable, flag: string): boolean {
  for (let id = 0; id < table.flagSets.size; id++) {
    if (table.flagSets.get(id).split(' ').includes(flag)) return true
  }
  return false
}
