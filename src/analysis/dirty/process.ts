import type { HostFacts } from '../../collectors/host.ts'
import type { ProcessMemory } from '../../collectors/process.ts'
import { DURABILITY_NAMES, type Durability } from '../../model/durability.ts'
import { isPersistent } from '../../model/file-systems.ts'
import type { Kind } from '../../model/kinds.ts'
import { MappingTable, packDevice } from '../../model/mapping-table.ts'
import { SHARED, WRITE } from '../../model/perms.ts'
import type { MountEntry } from '../../parsers/mountinfo.ts'
import type { Classification } from '../classify/classification.ts'
import { classify } from '../classify/classify.ts'
import { type ClassifyContext, classifyContext } from '../classify/context.ts'
import { endsDeleted, nameForm, withoutDeleted } from '../classify/names.ts'
import { figureReader } from '../figures.ts'
import { durabilityOf } from './durability.ts'

/** A process whose mappings are known to be what they are; before anybody was asked about files. */
export interface ClassifiedProcess {
  readonly memory: ProcessMemory
  /** Whether its mappings count; else it is here for the files that it has open. */
  readonly looked: boolean
  /** Empty where they do not. */
  readonly table: MappingTable
  readonly classes: Classification
  readonly context: ClassifyContext
}

/** Figures of the mappings whose stores meet the same fate. Bytes; `NaN` is unknown. */
export interface DurabilityGroup {
  readonly durability: Durability
  readonly mappings: number
  readonly size: number
  /**
   * Of files: dirty pages of their page cache, as each mapping shows them, so that what two of them show counts twice;
   * of other memory: pages stored to.
   */
  readonly dirty: number
  /** Private copies of pages of files: they never reach the file. */
  readonly copies: number
}

/** What each mapping of a process has dirty, and what becomes of it. */
export interface DirtyMappings extends ClassifiedProcess {
  /** By row. */
  readonly durability: (row: number) => Durability
  /** Dirty pages that are not private copies, by row; of a private mapping the least that they may be. */
  readonly dirty: (row: number) => number
  /** Private copies that are dirty, by row. */
  readonly copies: (row: number) => number
  /** In report order, those that have mappings. */
  readonly groups: readonly DurabilityGroup[]
}

/**
 * Says what each mapping is.
 *
 * @param mounts Those that we see: they tell of devices that the process does not see mounted.
 * @param looked Whether its mappings are wanted at all.
 */
export function classifyProcess(
  memory: ProcessMemory,
  host: HostFacts,
  mounts: readonly MountEntry[],
  looked = true,
): ClassifiedProcess {
  const table = (looked ? memory.space?.table : null) ?? new MappingTable()
  const context = classifyContext({ ...memory, mounts: [...mounts, ...memory.mounts] }, host)
  return { memory, looked, table, classes: classify(table, context), context }
}

/** Whether a process maps any file of a disk or server shared and writable, as maps alone can tell. */
export function storesToFiles(table: MappingTable, mounts: readonly MountEntry[]): boolean {
  const stores = SHARED | WRITE
  const fsTypes = new Map(mounts.map(({ major, minor, fsType }) => [packDevice(major, minor), fsType]))
  for (let row = 0; row < table.length; row++) {
    if (((table.perms[row] as number) & stores) !== stores || !table.hasInode(row)) continue
    const fsType = fsTypes.get(table.device.at(row))
    if (fsType === undefined ? isPlainPath(table.nameOf(row)) : isPersistent(fsType)) return true
  }
  return false
}

/** A device that nobody sees mounted is the kernel's own tmpfs, unless the name is an ordinary one. */
function isPlainPath(name: string): boolean {
  return nameForm(name, true, true).kind === null && withoutDeleted(name) !== '/dev/zero' && name.startsWith('/')
}

/**
 * Says what becomes of a store through each mapping.
 *
 * @param linksOf How many names the file of a row has; `null` when nobody could say.
 */
export function dirtyMappings(process: ClassifiedProcess, linksOf: (row: number) => bigint | null): DirtyMappings {
  const { memory, table, classes, context } = process
  const isUnlinked = (row: number): boolean => {
    const links = linksOf(row)
    if (links !== null) return links === 0n
    return endsDeleted(table.nameOf(row)) && memory.deleted.get(table.name[row] as number) !== false
  }
  const durabilities = Array.from({ length: table.length }, (_, row) =>
    durabilityOf({ table, classes, fsTypes: context.fsTypes, isUnlinked }, row),
  )
  const durability = (row: number): Durability => durabilities[row] as Durability
  const all = figureReader(table, 'dirty')
  const anonymous = figureReader(table, 'anonymous')
  // A private mapping's own pages are dirty, all but those that came back from swap and were only read since.
  const copies = (row: number): number => (durability(row) === 'private' ? Math.min(all(row), anonymous(row)) : 0)
  // A private mapping of a file in memory shows what others stored there: of no disk, and not this process's doing.
  const foreign = (row: number): boolean => durability(row) === 'private' && !isFileRow(process, row)
  const dirty = (row: number): number => (foreign(row) ? 0 : all(row) - copies(row))
  return { ...process, durability, dirty, copies, groups: groupsOf(table, durability, dirty, copies) }
}

function groupsOf(
  table: MappingTable,
  durability: (row: number) => Durability,
  dirty: (row: number) => number,
  copies: (row: number) => number,
): readonly DurabilityGroup[] {
  const sums = new Map(DURABILITY_NAMES.map((name) => [name, { mappings: 0, size: 0, dirty: 0, copies: 0 }]))
  for (let row = 0; row < table.length; row++) {
    const sum = sums.get(durability(row))
    if (sum === undefined) continue
    sum.mappings++
    sum.size += table.size(row)
    sum.dirty += dirty(row)
    sum.copies += copies(row)
  }
  return [...sums].filter(([, { mappings }]) => mappings > 0).map(([name, sum]) => ({ durability: name, ...sum }))
}

/** Kinds of mappings of files, wherever the file lies. */
const FILE_KINDS: readonly Kind[] = ['program', 'library', 'file-private', 'file-shared']

/** Whether a mapping is one of a file that a disk or a server keeps: one whose page cache is data. */
export function isFileRow({ table, classes, context }: ClassifiedProcess, row: number): boolean {
  const fsType = context.fsTypes.get(table.device.at(row))
  return FILE_KINDS.includes(classes.kind(row)) && (fsType === undefined || isPersistent(fsType))
}
