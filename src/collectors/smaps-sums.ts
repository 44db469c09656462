import { countMappings, type MappingTable } from '../model/mapping-table.ts'
import { WALK_KEYS, type WalkFigures } from '../parsers/quick-rollup.ts'
import type { MappingFacts } from './process-facts.ts'

/** The smaps fields that `sumsOf` adds up. */
export const SUMMED_KEYS: ReadonlySet<string> = new Set(Object.values(WALK_KEYS))

/**
 * The figures of smaps_rollup, added up from smaps. Pss comes out slightly smaller: smaps cuts it off to whole kB for
 * each mapping, smaps_rollup once.
 */
export function sumsOf(table: MappingTable): WalkFigures {
  const sums = Object.entries(WALK_KEYS).map(([name, key]) => {
    const column = table.column(key)
    if (column === undefined) return [name, Number.NaN] as const
    let sum = 0
    for (let row = 0; row < table.length; row++) sum += column.at(row)
    return [name, sum] as const
  })
  return Object.fromEntries(sums) as WalkFigures
}

/** The VmFlag of a mapping that is charged to Committed_AS (include/linux/mm.h VM_ACCOUNT). */
const CHARGED = 'ac'

/** How many mappings there are, and what of them the kernel has promised to back; `NaN` where VmFlags are not printed. */
export function mappingFacts(table: MappingTable): MappingFacts {
  let commit = 0
  for (let row = 0; row < table.length; row++) {
    const flags = table.flagsOf(row)
    if (flags === null) commit = Number.NaN
    else if (flags.includes(CHARGED)) commit += table.size(row)
  }
  return { mappings: countMappings(table), commit }
}
