import type { FaultGrouping, FaultKind, Hotspot, LeadingSpot } from '../../model/fault-attribution.ts'
import { reportedMapping } from './address-spaces.ts'
import { type Cell, codeKey } from './cells.ts'
import { programRef } from './programs.ts'
import type { TracedMapping } from './space.ts'

export interface GroupOptions {
  readonly by: FaultGrouping
  /** All faults, of which shares are made. */
  readonly faults: number
  /** Minor and major were recorded apart. */
  readonly apart: boolean
}

/** What anonymous memory is called. */
const ANONYMOUS = 'anonymous'
const NO_MAPPING = 'no mapping seen'

/** Puts cells together by what was asked for, most faults first. */
export function groupCells(cells: readonly Cell[], options: GroupOptions): readonly Hotspot[] {
  const groups = new Map<string, { key: string; cells: Cell[] }>()
  for (const cell of cells) {
    const { id, key } = groupOf(cell, options.by)
    const group = groups.get(id)
    if (group === undefined) groups.set(id, { key, cells: [cell] })
    else group.cells.push(cell)
  }
  const spots = [...groups.values()].map((group) => hotspotOf(group.key, group.cells, options))
  return spots.sort((a, b) => b.faults - a.faults || compare(a.key, b.key))
}

/** What tells groups apart, and what a person sees of it. */
function groupOf(cell: Cell, by: FaultGrouping): { id: string; key: string } {
  const { mapping, kind, thread, program } = cell
  switch (by) {
    case 'mapping':
      return { id: String(mapping?.id ?? ''), key: mappingKey(mapping) }
    case 'file':
      // A file may have been renamed between two mappings; its inode tells.
      return { id: mapping?.file ?? mappingKey(mapping), key: mappingKey(mapping) }
    case 'kind':
    case 'time':
      return { id: kind, key: kind }
    case 'symbol':
      return { id: codeKey(cell), key: codeKey(cell) }
    case 'thread':
      // A thread that executes another program is another one, for everybody but the kernel.
      return { id: `${program.id} ${thread.pid}/${thread.tid}`, key: `${thread.comm} ${thread.pid}/${thread.tid}` }
  }
}

function mappingKey(mapping: TracedMapping | null): string {
  if (mapping === null) return NO_MAPPING
  return mapping.name === '' ? ANONYMOUS : mapping.name
}

/** One hot spot of the cells that belong to it. */
export function hotspotOf(key: string, cells: readonly Cell[], options: GroupOptions): Hotspot {
  const faults = sum(cells, (cell) => cell.faults)
  const byKind = options.by === 'kind' || options.by === 'symbol'
  const mappings = new Set(cells.map((cell) => cell.mapping))
  const [mapping] = mappings
  const [site] = largest(cells, codeKey)
  const [thread] = largest(cells, ({ thread: { pid, tid } }) => `${pid}/${tid}`)
  return {
    key,
    faults,
    share: options.faults === 0 ? 0 : faults / options.faults,
    major: options.apart ? sum(cells, (cell) => cell.major) : null,
    kinds: kindsOf(cells),
    pages: sum(cells, (cell) => (byKind ? cell.kindPages : cell.pages)),
    refaults: sum(cells, (cell) => cell.refaults),
    time: null,
    mapping: mappings.size === 1 && mapping != null ? reportedMapping(mapping) : null,
    site: site === undefined ? null : { symbol: site.cell.symbol, dso: site.cell.dso, faults: site.faults },
    thread: { ...(thread?.cell.thread ?? { pid: 0, tid: 0, comm: '' }), faults: thread?.faults ?? 0 },
  }
}

/** Faults by kind, most first. */
export function kindsOf(cells: readonly Cell[]): Readonly<Partial<Record<FaultKind, number>>> {
  return Object.fromEntries(largest(cells, (cell) => cell.kind).map(({ key, faults }) => [key, faults]))
}

/** Mappings with fewer of all faults than this are put together by their name. */
const OF_ITS_OWN = 0.01

/** The largest of mapping, kind and code together. */
export function leadingSpots(cells: readonly Cell[], options: GroupOptions): readonly LeadingSpot[] {
  const isLarge = (faults: number | undefined): boolean => (faults ?? 0) >= OF_ITS_OWN * options.faults
  const ofMapping = faultsBy(cells, ({ mapping }) => mapping)
  const ofName = faultsBy(cells, ({ mapping, program }) => `${program.id} ${mappingKey(mapping)}`)
  const place = ({ mapping, program }: Cell): string => {
    const named = `${program.id} ${mappingKey(mapping)}`
    if (mapping === null) return named
    if (isLarge(ofMapping.get(mapping))) return String(mapping.id)
    // Thousands of small files are one thing to a person.
    return isLarge(ofName.get(named)) ? named : `${program.id}`
  }
  return largest(cells, (cell) => `${place(cell)}|${cell.kind}|${codeKey(cell)}`).map((pile) =>
    leadingSpot(pile, options),
  )
}

function faultsBy<Key>(cells: readonly Cell[], keyOf: (cell: Cell) => Key): ReadonlyMap<Key, number> {
  const faults = new Map<Key, number>()
  for (const cell of cells) faults.set(keyOf(cell), (faults.get(keyOf(cell)) ?? 0) + cell.faults)
  return faults
}

function leadingSpot({ cell, cells, faults }: Pile, options: GroupOptions): LeadingSpot {
  const { mapping, program, kind, symbol, dso } = cell
  const mappings = new Set(cells.map((each) => each.mapping)).size
  const names = new Set(cells.map((each) => each.mapping?.name)).size
  return {
    faults,
    share: options.faults === 0 ? 0 : faults / options.faults,
    kind,
    major: options.apart ? sum(cells, (each) => each.major) : null,
    mapping: mapping === null || mappings > 1 ? null : reportedMapping(mapping),
    program: programRef(program),
    name: names > 1 ? null : (mapping?.name ?? null),
    mappings: mapping === null ? 0 : mappings,
    symbol,
    dso,
    pages: sum(cells, (each) => each.kindPages),
    refaults: sum(cells, (each) => each.refaults),
  }
}

interface Pile {
  readonly key: string
  readonly cells: Cell[]
  /** Any of them, for what they have in common. */
  readonly cell: Cell
  faults: number
}

/** Piles of cells with the same key, most faults first; equal ones in the order of their keys. */
function largest(cells: readonly Cell[], keyOf: (cell: Cell) => string): readonly Pile[] {
  const piles = new Map<string, Pile>()
  for (const cell of cells) {
    const key = keyOf(cell)
    const pile = piles.get(key)
    if (pile === undefined) piles.set(key, { key, cells: [cell], cell, faults: cell.faults })
    else {
      pile.cells.push(cell)
      pile.faults += cell.faults
    }
  }
  return [...piles.values()].sort((a, b) => b.faults - a.faults || compare(a.key, b.key))
}

function sum(cells: readonly Cell[], of: (cell: Cell) => number): number {
  return cells.reduce((total, cell) => total + of(cell), 0)
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
