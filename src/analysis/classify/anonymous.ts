import type { MappingTable } from '../../model/mapping-table.ts'
import { EXEC, READ, SHARED, WRITE } from '../../model/perms.ts'
import type { UsageColumn } from '../../model/usage-column.ts'
import type { Verdict, Verdicts } from './classification.ts'
import type { Runtimes } from './runtimes.ts'

/** Guards are a few pages; what is larger is a reservation. Sixteen pages hold every libc's and the JVM's. */
const GUARD_PAGES = 16
/** No threads library makes smaller stacks, and look-alike small areas are common. */
const SMALLEST_STACK = 64 * 1024

/** Verdicts on rows without a name: what they are follows from flags, figures and neighbours. */
export class NamelessRows {
  readonly #table: MappingTable
  readonly #runtimes: Runtimes
  readonly #verdicts: Verdicts
  /** The two verdicts that thousands of rows may have. */
  readonly #plain: Verdict
  readonly #fewPages: Verdict
  readonly #marked = new Map<number, Verdict | null>()
  readonly #guardBytes: number
  readonly #anonymous: UsageColumn | undefined
  /** Kernels since 6.7 mark every MAP_STACK mapping `nh`; when any row has it, a glibc stack must. */
  readonly #stacksAreMarked: boolean

  constructor(table: MappingTable, runtimes: Runtimes, pageSize: number, verdicts: Verdicts) {
    this.#table = table
    this.#verdicts = verdicts
    this.#plain = verdicts.of('anonymous', 'no name')
    this.#fewPages = verdicts.of('guard', 'no access, a few pages')
    this.#runtimes = runtimes
    this.#guardBytes = GUARD_PAGES * pageSize
    this.#anonymous = table.column('Anonymous')
    this.#stacksAreMarked = flagIsUsed(table, 'nh')
  }

  /** The verdict on a row without a name. */
  classify(row: number): Verdict {
    const flags = this.#table.flagsOf(row)
    const byFlags = flags === null ? null : this.#markedBy(this.#table.flags[row] as number, flags)
    if (byFlags !== null) return byFlags
    const perms = this.#table.perms[row] as number
    const label = this.#runtimes.label(row, flags)
    if ((perms & (READ | WRITE | EXEC)) === 0) return this.#inaccessible(row, flags, label)
    if (perms & EXEC) return this.#verdicts.of('jit', executableEvidence(perms), label)
    if (label !== null) return this.#verdicts.of('anonymous', `no name; ${this.#runtimes.evidence(label)}`, label)
    const stack = this.#stackEvidence(row, perms, flags)
    if (stack !== null) return this.#verdicts.of('thread-stack', stack)
    return flags?.includes('gd') ? this.#verdicts.of('anonymous', 'no name; VmFlags gd') : this.#plain
  }

  /** Flags repeat, so each distinct set is looked at once. */
  #markedBy(id: number, flags: readonly string[]): Verdict | null {
    const known = this.#marked.get(id)
    if (known !== undefined) return known
    const verdict = this.#byFlags(flags)
    this.#marked.set(id, verdict)
    return verdict
  }

  #byFlags(flags: readonly string[]): Verdict | null {
    const userfault = flags.filter((flag) => flag === 'um' || flag === 'uw' || flag === 'ui')
    if (userfault.length > 0) return this.#verdicts.of('uffd', `VmFlags ${userfault.join(' ')}`)
    if (flags.includes('dp')) return this.#verdicts.of('droppable', 'VmFlags dp')
    if (flags.includes('ss')) return this.#verdicts.of('shadow-stack', 'VmFlags ss')
    return null
  }

  #inaccessible(row: number, flags: readonly string[] | null, label: string | null): Verdict {
    const resident = this.#anonymous?.at(row) ?? Number.NaN
    if (resident > 0) return this.#verdicts.of('anonymous', 'no access now, but pages are still there', label)
    if (flags?.includes('ac')) return this.#verdicts.of('anonymous', 'no access now, but still charged (ac)', label)
    const table = this.#table
    if (row + 1 < table.length && this.#isStack(row + 1)) {
      return this.#verdicts.of('guard', 'no access, directly below a stack', label)
    }
    if (table.size(row) <= this.#guardBytes) return this.#fewPages
    return this.#verdicts.of('reserved', 'no access, nothing resident or charged', label)
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

function executableEvidence(perms: number): string {
  return perms & WRITE ? 'no name, writable and executable' : 'no name, executable'
}

function flagIsUsed(table: MappingTable, flag: string): boolean {
  for (let id = 0; id < table.flagSets.size; id++) {
    if (table.flagSets.get(id).split(' ').includes(flag)) return true
  }
  return false
}
