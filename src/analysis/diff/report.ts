import { countMappings } from '../../model/mapping-table.ts'
import { permsText } from '../../model/perms.ts'
import { withoutDeleted } from '../classify/names.ts'
import { FIGURES, type FigureId, figureReader, type Sums } from '../figures.ts'
import type { Group } from '../groups.ts'
import type { MapsReport } from '../maps-report.ts'
import { matchMappings, type Pair } from './match.ts'

/** A figure on both sides; `null` is unknown, of the difference too when either side is. */
export interface Change {
  readonly before: number | null
  readonly after: number | null
  readonly delta: number | null
}

/** What became of a mapping. `grew` and `shrank` speak of memory where it is known, else of address space. */
export type Fate = 'appeared' | 'gone' | 'grew' | 'shrank' | 'changed' | 'same'

/** A property that is not a figure. */
export interface PropertyChange {
  readonly what: 'perms' | 'kind' | 'path' | 'flags'
  /** Texts; paths are binary strings. */
  readonly before: string
  readonly after: string
}

/** One mapping on both sides. */
export interface MappingChange extends Pair {
  readonly fate: Fate
  readonly figures: Readonly<Record<FigureId, Change>>
  readonly properties: readonly PropertyChange[]
}

/** Mappings that share a key, on both sides. */
export interface GroupChange {
  /** A binary string. */
  readonly key: string
  readonly mappings: Change
  readonly figures: Readonly<Record<FigureId, Change>>
}

/** Everything that any form of `mmapctl diff` shows. */
export interface DiffReport {
  readonly before: MapsReport
  readonly after: MapsReport
  /** Both sides are one process, so that addresses may be compared. */
  readonly sameProcess: boolean
  readonly totals: { readonly mappings: Change; readonly figures: Readonly<Record<FigureId, Change>> }
  readonly groups: readonly GroupChange[]
  /** All mappings of both sides, what changed most first. */
  readonly mappings: readonly MappingChange[]
}

/** Compares two reports that were made without filter and limit, grouped alike. */
export function diffReport(before: MapsReport, after: MapsReport, sameProcess: boolean): DiffReport {
  const changes = new Changes(before, after)
  const mappings = matchMappings(before, after, sameProcess).map((pair) => changes.of(pair))
  return {
    before,
    after,
    sameProcess,
    totals: {
      mappings: change(countMappings(before.table), countMappings(after.table)),
      figures: sumChanges(before.matchedSums, after.matchedSums),
    },
    groups: groupChanges(before.groups, after.groups),
    mappings: mappings.sort((a, b) => weight(b) - weight(a)),
  }
}

/** Whether two reports are of one process: the same boot's PID and start time. */
export function isSameProcess(before: MapsReport, after: MapsReport): boolean {
  const [a, b] = [before.memory, after.memory]
  return a.pid === b.pid && a.stat.startTime === b.stat.startTime && a.stat.comm === b.stat.comm
}

/** The difference of two values; unknown when either is. */
function change(before: number | null, after: number | null): Change {
  return { before, after, delta: before === null || after === null ? null : after - before }
}

class Changes {
  readonly #sides: readonly [MapsReport, MapsReport]
  readonly #readers: readonly (readonly [FigureId, readonly ((row: number) => number)[]])[]

  constructor(before: MapsReport, after: MapsReport) {
    this.#sides = [before, after]
    this.#readers = FIGURES.map(({ id }) => [id, [figureReader(before.table, id), figureReader(after.table, id)]])
  }

  of(pair: Pair): MappingChange {
    const figures = Object.fromEntries(
      this.#readers.map(([id, [before, after]]) => [id, change(read(before, pair.before), read(after, pair.after))]),
    ) as Record<FigureId, Change>
    const properties = this.#properties(pair)
    return { ...pair, figures, properties, fate: fateOf(pair, figures, properties) }
  }

  #properties({ before, after }: Pair): readonly PropertyChange[] {
    if (before === null || after === null) return []
    const [a, b] = this.#sides
    const found: PropertyChange[] = [
      {
        what: 'perms',
        before: permsText(a.table.perms[before] as number),
        after: permsText(b.table.perms[after] as number),
      },
      { what: 'kind', before: a.classes.kind(before), after: b.classes.kind(after) },
      { what: 'path', before: withoutDeleted(a.table.nameOf(before)), after: withoutDeleted(b.table.nameOf(after)) },
      ...flagsChange(a.table.flagsOf(before), b.table.flagsOf(after)),
    ]
    return found.filter((each) => each.before !== each.after)
  }
}

/** What is not there holds nothing; what is there and unknown is unknown. */
function read(reader: ((row: number) => number) | undefined, row: number | null): number | null {
  if (row === null || reader === undefined) return 0
  const value = reader(row)
  return Number.isNaN(value) ? null : value
}

/** Soft-dirty says that time has passed, not that anything was changed. */
function flagsChange(before: readonly string[] | null, after: readonly string[] | null): readonly PropertyChange[] {
  if (before === null || after === null) return []
  const text = (flags: readonly string[]): string => flags.filter((flag) => flag !== 'sd').join(' ')
  return [{ what: 'flags', before: text(before), after: text(after) }]
}

/** Memory that a mapping takes, wherever it is counted. */
const MEMORY: readonly FigureId[] = ['rss', 'swap', 'hugetlb']

function fateOf(pair: Pair, figures: MappingChange['figures'], properties: readonly PropertyChange[]): Fate {
  if (pair.before === null) return 'appeared'
  if (pair.after === null) return 'gone'
  const moved = memoryDelta(figures) || (figures.size.delta ?? 0)
  if (moved !== 0) return moved > 0 ? 'grew' : 'shrank'
  return isMoved(figures) || properties.length > 0 ? 'changed' : 'same'
}

/** Figures that also change when other processes map or unmap the same pages: no change of this one. */
const SHARED_WITH_OTHERS: ReadonlySet<FigureId> = new Set(['pss', 'uss', 'referenced'])

/** Whether a process's own doing shows in any figure. */
export function isMoved(figures: Readonly<Record<FigureId, Change>>): boolean {
  return FIGURES.some(({ id }) => !SHARED_WITH_OTHERS.has(id) && (figures[id].delta ?? 0) !== 0)
}

function memoryDelta(figures: MappingChange['figures']): number {
  return MEMORY.reduce((sum, id) => sum + (figures[id].delta ?? 0), 0)
}

/** How much a change matters: memory before address space, and either before the other figures. */
function weight({ figures, fate }: MappingChange): number {
  const memory = Math.abs(memoryDelta(figures))
  const size = Math.abs(figures.size.delta ?? 0)
  return memory * 2 ** 20 + size + (fate === 'same' ? 0 : 0.5)
}

function sumChanges(before: Sums, after: Sums): Readonly<Record<FigureId, Change>> {
  return Object.fromEntries(FIGURES.map(({ id }) => [id, change(before[id], after[id])])) as Record<FigureId, Change>
}

const NOTHING = Object.fromEntries(FIGURES.map(({ id }) => [id, 0])) as Record<FigureId, number>

function groupChanges(before: readonly Group[], after: readonly Group[]): readonly GroupChange[] {
  const old = new Map(before.map((group) => [group.key, group]))
  const fresh = new Map(after.map((group) => [group.key, group]))
  const keys = new Set([...old.keys(), ...fresh.keys()])
  const changes = [...keys].map((key) => ({
    key,
    mappings: change(old.get(key)?.mappings ?? 0, fresh.get(key)?.mappings ?? 0),
    figures: sumChanges(old.get(key)?.sums ?? NOTHING, fresh.get(key)?.sums ?? NOTHING),
  }))
  const order = (group: GroupChange): number =>
    Math.abs(memoryDelta(group.figures)) * 2 ** 20 + Math.abs(group.figures.size.delta ?? 0)
  return changes.sort((a, b) => order(b) - order(a))
}
