import type { Kind } from '../../model/kinds.ts'
import type { MappingTable } from '../../model/mapping-table.ts'
import { EXEC, READ, SHARED, WRITE } from '../../model/perms.ts'
import type { UsageColumn } from '../../model/usage-column.ts'
import type { Classification } from '../classify/classification.ts'

/**
 * What the kernel charges to Committed_AS for every mapping of a process, and what of it is used; bytes by row.
 *
 * mm/vma.c `accountable_mapping`: private, writable, not hugetlb, not MAP_NORESERVE. The VmFlag `ac` (VM_ACCOUNT) is
 * the kernel's own mark of it, and stays when a mapping that was written is made read-only. Without VmFlags (maps) the
 * rule is applied to the permissions: that cannot tell MAP_NORESERVE apart, nor what was writable once.
 */
export interface Charges {
  /** What is charged: the size, or 0. */
  readonly charge: Float64Array
  /** What of the charge is used: its pages in RAM or swap, each divided by how many share it; `NaN` without smaps. */
  readonly used: Float64Array
  /** Pages in RAM that a fork made shared, beyond the share counted as used: writing copies them, charged or not. */
  readonly copyOnWrite: Float64Array
  /** Writable and private but not charged, since it is MAP_NORESERVE: its size. */
  readonly noReserve: Float64Array
  readonly noReserveUsed: Float64Array
  /** MAP_NORESERVE without access: address space, of which nothing can be used before mprotect. */
  readonly reserved: Float64Array
}

/** Works the charges out. */
export function chargesOf(table: MappingTable, classes: Classification): Charges {
  const { length } = table
  const charges: Charges = {
    charge: new Float64Array(length),
    used: new Float64Array(length),
    copyOnWrite: new Float64Array(length),
    noReserve: new Float64Array(length),
    noReserveUsed: new Float64Array(length),
    reserved: new Float64Array(length),
  }
  const usage = new Usage(table)
  const rules = flagRules(table)
  for (let row = 0; row < length; row++) {
    const flags = table.flags[row] as number
    const rule = flags === 0 ? guessedRule(table, row, classes) : (rules[flags] as FlagRule)
    enter(charges, row, table, usage, rule)
  }
  return charges
}

/** What VmFlags say of a mapping's charge. */
type FlagRule = 'charged' | 'no-reserve' | 'neither'

/** Flags repeat, so each distinct set is judged once; indices are those of `MappingTable.flags`. */
function flagRules(table: MappingTable): readonly FlagRule[] {
  const rules: FlagRule[] = ['neither']
  for (let id = 0; id < table.flagSets.size; id++) rules.push(flagRule(table.flagSets.get(id).split(' ')))
  return rules
}

function flagRule(flags: readonly string[]): FlagRule {
  if (flags.includes('ac')) return 'charged'
  const never = flags.includes('ht') || flags.includes('dp')
  return flags.includes('nr') && !never ? 'no-reserve' : 'neither'
}

/** Arenas of glibc are always MAP_NORESERVE (malloc/arena.c new_heap); the heuristic knows them by their alignment. */
function guessedRule(table: MappingTable, row: number, classes: Classification): FlagRule {
  const perms = table.perms[row] as number
  const accountable = (perms & (SHARED | WRITE)) === WRITE && !UNCHARGED.has(classes.kind(row))
  if (!accountable) return 'neither'
  return classes.label(row) === 'glibc malloc arena' ? 'no-reserve' : 'charged'
}

const UNCHARGED: ReadonlySet<Kind> = new Set(['hugetlb', 'droppable', 'vsyscall', 'vvar', 'device'])

function enter(charges: Charges, row: number, table: MappingTable, usage: Usage, rule: FlagRule): void {
  const size = table.size(row)
  const perms = table.perms[row] as number
  if (rule === 'charged') {
    charges.charge[row] = size
    charges.used[row] = Math.min(size, usage.own(row))
    charges.copyOnWrite[row] = usage.copyOnWrite(row)
  } else if (rule === 'no-reserve' && (perms & SHARED) === 0) {
    if (perms & WRITE) {
      charges.noReserve[row] = size
      charges.noReserveUsed[row] = Math.min(size, usage.own(row))
      charges.copyOnWrite[row] = usage.copyOnWrite(row)
    } else if ((perms & (READ | EXEC)) === 0) charges.reserved[row] = size
  }
}

/** How much of private mappings is really there. */
class Usage {
  readonly #anonymous: UsageColumn | undefined
  readonly #rss: UsageColumn | undefined
  readonly #pss: UsageColumn | undefined
  readonly #swap: UsageColumn | undefined

  constructor(table: MappingTable) {
    this.#anonymous = table.column('Anonymous')
    this.#rss = table.column('Rss')
    this.#pss = table.column('Pss')
    this.#swap = table.column('SwapPss') ?? table.column('Swap')
  }

  /** Pages without a file, and those in swap; what a fork shares by its share. */
  own(row: number): number {
    return this.#share(row) + (this.#swap?.at(row) ?? Number.NaN)
  }

  /** What of the pages in RAM a write would have to copy; unknown where nobody says who else maps them. */
  copyOnWrite(row: number): number {
    if (this.#pss === undefined) return Number.NaN
    return (this.#anonymous?.at(row) ?? Number.NaN) - this.#share(row)
  }

  /** Pss counts file pages too, so it is the share of anonymous pages only where there are no others. */
  #share(row: number): number {
    const anonymous = this.#anonymous?.at(row) ?? Number.NaN
    return this.#rss?.at(row) === anonymous ? Math.min(anonymous, this.#pss?.at(row) ?? anonymous) : anonymous
  }
}
