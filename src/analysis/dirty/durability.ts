import type { Durability } from '../../model/durability.ts'
import { isPersistent } from '../../model/file-systems.ts'
import type { Kind } from '../../model/kinds.ts'
import type { MappingTable } from '../../model/mapping-table.ts'
import { SHARED, WRITE } from '../../model/perms.ts'
import type { Classification } from '../classify/classification.ts'
import type { ClassifyContext } from '../classify/context.ts'

/** Kinds whose name alone settles it. A file's kinds are not among them: its permissions and file system decide. */
const BY_KIND: Readonly<Partial<Record<Kind, Durability>>> = {
  heap: 'anonymous',
  stack: 'anonymous',
  'thread-stack': 'anonymous',
  anonymous: 'anonymous',
  'anonymous-named': 'anonymous',
  jit: 'anonymous',
  uffd: 'anonymous',
  droppable: 'anonymous',
  'shadow-stack': 'anonymous',
  guard: 'anonymous',
  reserved: 'anonymous',
  'anonymous-shared': 'volatile',
  sysv: 'volatile',
  hugetlb: 'volatile',
  secretmem: 'volatile',
  device: 'kernel',
  'io-uring': 'kernel',
  aio: 'kernel',
  perf: 'kernel',
  'packet-ring': 'kernel',
  bpf: 'kernel',
  driver: 'kernel',
  vdso: 'kernel',
  vvar: 'kernel',
  vsyscall: 'kernel',
  special: 'kernel',
}

/** Kinds that lie on the kernel's own tmpfs, or one that is mounted, when they are mapped shared. */
const IN_MEMORY: readonly Kind[] = ['shmem', 'memfd']

/** What becomes of a store through each mapping. */
export interface DurabilityContext extends Pick<ClassifyContext, 'fsTypes'> {
  readonly table: MappingTable
  readonly classes: Classification
  /** Whether the file of a row has lost its last name; `null` when it has, or may have, a name left. */
  readonly isUnlinked: (row: number) => boolean
}

/** What becomes of a store through a mapping, by its kind, permissions, flags and file system. */
export function durabilityOf(context: DurabilityContext, row: number): Durability {
  const { table, classes, fsTypes } = context
  const kind = classes.kind(row)
  const settled = BY_KIND[kind]
  if (settled !== undefined) return settled
  const perms = table.perms[row] as number
  if ((perms & SHARED) === 0) return 'private'
  if (kind === 'dax') return daxDurability(context, row)
  const fsType = fsTypes.get(table.device.at(row))
  if (IN_MEMORY.includes(kind) || (fsType !== undefined && !isPersistent(fsType))) return 'volatile'
  if (context.isUnlinked(row)) return 'unlinked'
  return perms & WRITE ? 'msync' : 'read-only'
}

/** device-dax offers nothing but what MAP_SYNC promises; of a file the flag tells. */
function daxDurability({ table }: DurabilityContext, row: number): Durability {
  const synchronous = table.flagsOf(row)?.includes('sf') === true || table.nameOf(row).startsWith('/dev/dax')
  return synchronous ? 'map-sync' : 'dax'
}
