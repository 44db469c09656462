import { SHARED } from '../../model/perms.ts'
import { type ClassifiedProcess, isFileRow } from './process.ts'

/** A file that processes map, to be asked about: one for each device and inode, however often it is mapped. */
export interface MappedFile {
  readonly key: string
  /** Packed superblock device. */
  readonly device: number
  readonly inode: string
  /** As maps prints it for the first process that maps it, a binary string. */
  readonly path: string
  /** Type of the file system; `null` when it is not among the mounts of the process nor among ours. */
  readonly fsType: string | null
  /** The process and the row to reach it through. */
  readonly through: { readonly process: ClassifiedProcess; readonly row: number }
  /** Whether somebody maps it shared, so that stores reach it. */
  readonly shared: boolean
}

/** The files that processes map; those first that somebody maps shared. */
export function mappedFiles(processes: readonly ClassifiedProcess[]): readonly MappedFile[] {
  const files = new Map<string, MappedFile>()
  for (const process of processes) {
    for (let row = 0; row < process.table.length; row++) {
      if (!isFileRow(process, row)) continue
      const file = fileOf(process, row)
      const known = files.get(file.key)
      if (known === undefined) files.set(file.key, file)
      else if (file.shared && !known.shared) files.set(file.key, { ...known, shared: true })
    }
  }
  return [...files.values()].sort((a, b) => Number(b.shared) - Number(a.shared))
}

/** The file of a row. A superblock's device and an inode name one on the whole host. */
export function keyOf({ table }: ClassifiedProcess, row: number): string {
  return `${table.device.at(row)} ${table.inodeText(row)}`
}

function fileOf(process: ClassifiedProcess, row: number): MappedFile {
  const { table, context } = process
  const device = table.device.at(row)
  return {
    key: keyOf(process, row),
    device,
    inode: table.inodeText(row),
    path: table.nameOf(row),
    fsType: context.fsTypes.get(device) ?? null,
    through: { process, row },
    shared: ((table.perms[row] as number) & SHARED) !== 0,
  }
}
