import { MappingTable } from '../model/mapping-table.ts'
import type { Refusal } from '../model/provenance.ts'
import { MapsParser } from '../parsers/maps.ts'
import { SmapsParser, type WantedKeys } from '../parsers/smaps.ts'
import { parseStatm } from '../parsers/statm.ts'
import type { FileTree } from '../sources/file-tree.ts'
import { type Consistency, checkPass, isWhole, type PassCheck } from './consistency.ts'
import { readParsed } from './reading.ts'
import { repair } from './repair.ts'

/** What every pass over the mappings needs to know. */
export interface PassOptions {
  /** smaps fields to keep. */
  readonly wanted: WantedKeys
  /** Base page in bytes. */
  readonly pageSize: number
  /** Told after every chunk how many mappings have been read. */
  readonly onProgress?: ((mappings: number) => void) | undefined
}

/** A finished reading; `consistency` is `null` when no pass was whole. */
export type Passes =
  | { readonly ok: true; readonly table: MappingTable; readonly consistency: Consistency | null }
  | { readonly ok: false; readonly refusal: Refusal }

/** A table that was read, and how far it can be trusted. */
export interface Settled {
  readonly table: MappingTable
  readonly consistency: Consistency
}

/**
 * How often a torn list is read again. Reading maps holds the target up less and is several times faster than smaps,
 * so it may be tried more often: with a mapping that moved every 5 ms, half of all passes over 60,000 were torn.
 */
const PASSES = { smaps: 3, maps: 10 } as const

/** Reads until a pass is whole; the last pass without a verdict when none is. */
export function readPasses(tree: FileTree, file: 'maps' | 'smaps', options: PassOptions): Passes {
  let table = new MappingTable()
  for (let pass = 1; pass <= PASSES[file]; pass++) {
    table = new MappingTable()
    const before = vmSize(tree, options.pageSize)
    const refusal = scanInto(tree, file, table, options)
    if (refusal !== null) return { ok: false, refusal }
    const consistency = settle(checkPass(table, before, vmSize(tree, options.pageSize)), pass)
    if (consistency !== null) return { ok: true, table, consistency }
  }
  return { ok: true, table, consistency: null }
}

/** Takes a whole list from maps and gives it the figures of the torn pass over smaps. */
export function mend(tree: FileTree, torn: MappingTable, options: PassOptions): Settled {
  const passes = readPasses(tree, 'maps', options)
  if (!passes.ok || passes.consistency === null) return { table: torn, consistency: unsettled('smaps') }
  const { table, moved, unknown } = repair(passes.table, torn)
  const explanation =
    `mappings changed during ${PASSES.smaps} passes; the list is one moment’s, ` +
    `${moved} of its mappings had moved and ${unknown} have no figures`
  return {
    table,
    consistency: { confidence: 'repaired', passes: PASSES.smaps, repaired: moved + unknown, explanation },
  }
}

/** The verdict on a list that would not stand still, or whose sizes never add up to what the kernel says. */
export function unsettled(file: 'maps' | 'smaps'): Consistency {
  const explanation = `the sizes did not add up to VmSize in any of ${PASSES[file]} passes: mappings may be missing or double`
  return { confidence: 'low', passes: PASSES[file], repaired: 0, explanation }
}

function settle(check: PassCheck, passes: number): Consistency | null {
  const settled = (confidence: Consistency['confidence'], explanation: string): Consistency => ({
    confidence,
    passes,
    repaired: 0,
    explanation,
  })
  if (isWhole(check)) {
    return settled('high', passes === 1 ? 'nothing changed meanwhile' : `nothing changed during pass ${passes}`)
  }
  if (check.before === null && check.overlaps === 0 && !check.truncated) {
    return settled('unknown', 'VmSize could not be read, so the list was compared with nothing')
  }
  return null
}

function scanInto(tree: FileTree, file: 'maps' | 'smaps', table: MappingTable, options: PassOptions): Refusal | null {
  const parser = file === 'maps' ? new MapsParser(table) : new SmapsParser(table, options.wanted)
  const { onProgress } = options
  const read = tree.scan(file, (bytes, length, final) => {
    const used = parser.write(bytes, length, final)
    onProgress?.(table.length)
    return used
  })
  return read.ok ? null : read.refusal
}

/** VmSize in bytes, from the kernel's running total. */
function vmSize(tree: FileTree, pageSize: number): number | null {
  const statm = readParsed(tree, 'statm', parseStatm)
  return statm === null ? null : statm.size * pageSize
}
