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
  const mappings = matchMappings(before, after, sameProcess).map((pair) => new PairChange(changes, pair))
  return {
    before,
    after,
    sameProcess,
    totals: {
      mappings: change(countMappings(before.table), countMappings(after.table)),
      figures: sumChanges(before.matchedSums, after.matchedSums),
    },
    groups: groupChanges(before.groups, after.groups),
    mappings: mappings.sort((a, b) => b.weight - a.weight),
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

/**
 * Figures and properties are worked out when they are asked for, which most mappings never are: kept as objects, those of
 * two times 65,000 mappings took 200 MiB.
 */
class PairChange implements MappingChange {
  readonly before: number | null
  readonly after: number | null
  readonly fate: Fate
  /** How much the change matters: memory before address space, and either before the other figures. */
  readonly weight: number
  readonly #changes: Changes

  constructor(changes: Changes, pair: Pair) {
    this.before = pair.before
    this.after = pair.after
    this.#changes = changes
    const memory = MEMORY.reduce((sum, id) => sum + changes.delta(id, pair), 0)
    const size = changes.delta('size', pair)
    this.fate = fateOf(changes, pair, memory || size)
    this.weight = Math.abs(memory) * 2 ** 20 + Math.abs(size) + (this.fate === 'same' ? 0 : 0.5)
  }

  get figures(): MappingChange['figures'] {
    return this.#changes.figures(this)
  }

  get properties(): readonly PropertyChange[] {
    return this.#changes.properties(this)
  }
}

type Reader = (row: number) => number

class Changes {
  readonly #sides: readonly [MapsReport, MapsReport]
  readonly #readers: ReadonlyMap<FigureId, readonly [Reader, Reader]>

  constructor(before: MapsReport, after: MapsReport) {
    this.#sides = [before, after]
    this.#readers = new Map(
      FIGURES.map(({ id }) => [id, [figureReader(before.table, id), figureReader(after.table, id)]]),
    )
  }

  figures(pair: Pair): MappingChange['figures'] {
    const entries = [...this.#readers].map(([id, [before, after]]) => [
      id,
      change(read(before, pair.before), read(after, pair.after)),
    ])
    return Object.fromEntries(entries) as Record<FigureId, Change>
  }

  /** How much a figure has grown; 0 where that is unknown. */
  delta(id: FigureId, pair: Pair): number {
    const [before, after] = this.#readers.get(id) as readonly [Reader, Reader]
    const delta = (pair.after === null ? 0 : after(pair.after)) - (pair.before === null ? 0 : before(pair.before))
    return Number.isNaN(delta) ? 0 : delta
  }

  properties({ before, after }: Pair): readonly PropertyChange[] {
    if (before === null || after === null) return []
    const [a, b] = this.#sides
    const found: PropertyChange[] = []
    const compare = (what: PropertyChange['what'], left: string, right: string): void => {
      if (left !== right) found.push({ what, before: left, after: right })
    }
    compare('perms', permsText(a.table.perms[before] as number), permsText(b.table.perms[after] as number))
    compare('kind', a.classes.kind(before), b.classes.kind(after))
    compare('path', withoutDeleted(a.table.nameOf(before)), withoutDeleted(b.table.nameOf(after)))
    const [old, fresh] = [a.table.flagsOf(before), b.table.flagsOf(after)]
    if (old !== null && fresh !== null) compare('flags', lastingFlags(old), lastingFlags(fresh))
    return found
  }
}

/** What is not there holds nothing; what is there and unknown is unknown. */
function read(reader: Reader, row: number | null): number | null {
  if (row === null) return 0
  const value = reader(row)
  return Number.isNaN(value) ? null : value
}

/** Soft-dirty says that time has passed, not that anything was changed. */
function lastingFlags(flags: readonly string[]): string {
  return flags.filter((flag) => flag !== 'sd').join(' ')
}

/** Memory that a mapping takes, wherever it is counted. */
const MEMORY: readonly FigureId[] = ['rss', 'swap', 'hugetlb']

/** @param moved Memory gained, or address space where that is the same. */
function fateOf(changes: Changes, pair: Pair, moved: number): Fate {
  if (pair.before === null) return 'appeared'
  if (pair.after === null) return 'gone'
  if (moved !== 0) return moved > 0 ? 'grew' : 'shrank'
  const isOther = OWN_FIGURES.some((id) => changes.delta(id, pair) !== 0) || changes.properties(pair).length > 0
  return isOther ? 'changed' : 'same'
}

/** Figures that also change when other processes map or unmap the same pages: no change of this one. */
const SHARED_WITH_OTHERS: ReadonlySet<FigureId> = new Set(['pss', 'uss', 'referenced'])

const OWN_FIGURES = FIGURES.map(({ id }) => id).filter((id) => !SHARED_WITH_OTHERS.has(id))

/** Whether a process's own doing shows in any figure. */
export function isMoved(figures: Readonly<Record<FigureId, Change>>): boolean {
  return OWN_FIGURES.some((id) => (figures[id].delta ?? 0) !== 0)
}

function memoryDelta(figures: MappingChange['figures']): number {
  return MEMORY.reduce((sum, id) => sum + (figures[id].delta ?? 0), 0)
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
