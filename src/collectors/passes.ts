import { MappingTable } from '../model/mapping-table.ts'
import type { Refusal } from '../model/provenance.ts'
import { MapsParser } from '../parsers/maps.ts'
import { SmapsParser, type WantedKeys } from '../parsers/smaps.ts'
import { parseStatm } from '../parsers/statm.ts'
import type { FileTree } from '../sources/file-tree.ts'
import { agree, type Consistency, checkPass, isWhole, type PassCheck } from './consistency.ts'
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

/** A torn list is read again so often before it is mended from a whole one. */
const PASSES = 3

/** Reads until a pass is whole, or two agree; the last pass without a verdict when none is. */
export function readPasses(tree: FileTree, file: 'maps' | 'smaps', options: PassOptions): Passes {
  let previous: PassCheck | null = null
  let table = new MappingTable()
  for (let pass = 1; pass <= PASSES; pass++) {
    table = new MappingTable()
    const before = vmSize(tree, options.pageSize)
    const refusal = scanInto(tree, file, table, options)
    if (refusal !== null) return { ok: false, refusal }
    const check = checkPass(table, before, vmSize(tree, options.pageSize))
    const consistency = settle(check, previous, pass)
    if (consistency !== null) return { ok: true, table, consistency }
    previous = check
  }
  return { ok: true, table, consistency: null }
}

/** Takes a whole list from maps, which is read several times faster than smaps, and gives it the torn pass's figures. */
export function mend(tree: FileTree, torn: MappingTable, options: PassOptions): Settled {
  const passes = readPasses(tree, 'maps', options)
  if (!passes.ok || passes.consistency === null) return { table: torn, consistency: unsettled() }
  const { table, moved, unknown } = repair(passes.table, torn)
  const explanation =
    `mappings changed during ${PASSES} passes; the list is one moment’s, ` +
    `${moved} of its mappings had moved and ${unknown} have no figures`
  return { table, consistency: { confidence: 'repaired', passes: PASSES + 1, repaired: moved + unknown, explanation } }
}

/** The verdict on a list that would not stand still. */
export function unsettled(): Consistency {
  const explanation = `mappings changed during each of ${PASSES} passes: some may be missing or double`
  return { confidence: 'low', passes: PASSES, repaired: 0, explanation }
}

function settle(check: PassCheck, previous: PassCheck | null, passes: number): Consistency | null {
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
  if (previous !== null && agree(check, previous)) {
    return settled('high', `two passes agree, though VmSize says ${check.before} bytes and the list ${check.size}`)
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
