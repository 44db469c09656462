import { deviceText, type MappingTable } from '../../model/mapping-table.ts'
import type { Classification } from '../classify/classification.ts'
import { withoutDeleted } from '../classify/names.ts'

/** What kind of shared memory an object is, which decides how it is charged; hugetlb is not. */
export type ObjectKind = 'shared-anonymous' | 'sysv' | 'memfd' | 'tmpfs' | 'hugetlb'

/** A mapped object as one process shows it. */
export interface ObjectMapping {
  readonly key: string
  readonly kind: ObjectKind
  /** As in maps, without ` (deleted)`; a binary string. */
  readonly name: string
  readonly device: number
  /** In exact decimal digits. */
  readonly inode: string
  /** One of its mappings, by which the file can be asked about. */
  readonly row: number
  /** End of the furthest mapping in the object: it is at least so long. */
  readonly extent: number
  /** MAP_NORESERVE, so that it is charged page by page. */
  readonly noReserve: boolean
}

/** What is known of an object beyond its mappings, in bytes. */
export interface ObjectSize {
  readonly size: number
  /** Pages that it has, in RAM or swapped. */
  readonly allocated: number
}

/** An object and what the kernel has charged for it, once, whoever maps it. */
export interface SharedObject extends Omit<ObjectMapping, 'row' | 'extent'> {
  /** How many of the processes that were read map it. */
  readonly mappedBy: number
  /** The first of them; `NaN` when none does. */
  readonly pid: number
  /** Charged whole when it was made, or page by page as it fills. */
  readonly charged: 'whole' | 'by-page'
  readonly charge: number
  /** Its pages in RAM or swap. */
  readonly used: number
  /** The charge is a guess from the mappings: the object itself could not be asked. */
  readonly estimated: boolean
}

/** Devices of tmpfs, by packed number. */
export type TmpfsDevices = ReadonlySet<number>

/**
 * The shared memory objects that a process maps, each once.
 *
 * @param namespace The IPC namespace, in which a System V segment's number is unique; the others' are host-wide.
 */
export function mappedObjects(
  table: MappingTable,
  classes: Classification,
  tmpfs: TmpfsDevices,
  namespace: string,
): readonly ObjectMapping[] {
  const found = new Map<string, ObjectMapping>()
  // A segment is in one IPC namespace's numbers; every other inode is unique on its device.
  const spaceOf = (name: string): string => (isSegment(name) ? `@${namespace}` : '')
  for (let row = 0; row < table.length; row++) {
    if (!table.hasInode(row)) continue
    const kind = objectKind(table, classes, tmpfs, row)
    if (kind === null) continue
    const device = table.device.at(row)
    const inode = table.inodeText(row)
    const name = withoutDeleted(table.nameOf(row))
    const key = `${deviceText(device)}:${inode}${spaceOf(name)}`
    const extent = table.offset.at(row) + table.size(row)
    const noReserve = kind === 'shared-anonymous' && (table.flagsOf(row)?.includes('nr') ?? false)
    const known = found.get(key)
    if (known === undefined) found.set(key, { key, kind, name, device, inode, row, extent, noReserve })
    else if (extent > known.extent) found.set(key, { ...known, extent })
  }
  return [...found.values()]
}

function objectKind(table: MappingTable, classes: Classification, tmpfs: TmpfsDevices, row: number): ObjectKind | null {
  switch (classes.kind(row)) {
    case 'anonymous-shared':
      return 'shared-anonymous'
    case 'sysv':
      return 'sysv'
    case 'memfd':
      return 'memfd'
    case 'hugetlb':
      return isSegment(table.nameOf(row)) ? 'hugetlb' : null
    // Device nodes live on a tmpfs too, but what they map is not in it.
    case 'device':
    case 'anonymous':
      return null
    default:
      return tmpfs.has(table.device.at(row)) ? 'tmpfs' : null
  }
}

function isSegment(name: string): boolean {
  return /^\/SYSV[0-9a-f]{8}/.test(name)
}
