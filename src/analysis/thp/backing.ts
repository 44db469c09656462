import type { Kind } from '../../model/kinds.ts'
import type { ShmemOwner } from './policy.ts'

/** What a mapping's pages come from, as far as huge pages are concerned. */
export type Backing =
  | { readonly of: 'anonymous' }
  | { readonly of: 'shmem'; readonly owner: ShmemOwner }
  | { readonly of: 'file'; readonly fsType: string | null }
  | { readonly of: 'hugetlb' }
  /** Persistent memory: huge by its own rules (aligned extents), seen in no counter of THP. */
  | { readonly of: 'dax' }
  /** Pages of a driver or of the kernel, an inaccessible area, the gate page: nothing that huge pages apply to. */
  | { readonly of: 'none' }

/** What of a mount decides about huge pages of its files. */
export interface MountFacts {
  readonly fsType: string
  /** The tmpfs option `huge=`; `null` without it. */
  readonly huge: string | null
}

const ANONYMOUS: ReadonlySet<Kind> = new Set<Kind>([
  'heap',
  'stack',
  'thread-stack',
  'anonymous',
  'anonymous-named',
  'uffd',
  'droppable',
  'shadow-stack',
  'guard',
  'reserved',
])
const NAMELESS_SHMEM: ReadonlySet<Kind> = new Set<Kind>(['anonymous-shared', 'memfd', 'sysv'])
const FILES: ReadonlySet<Kind> = new Set<Kind>(['program', 'library', 'file-private', 'file-shared', 'shmem'])

/** What the pages of a mapping come from. `jit` is anonymous unless it has an inode. */
export function backingOf(kind: Kind, hasInode: boolean, mount: MountFacts | null): Backing {
  if (kind === 'hugetlb') return { of: 'hugetlb' }
  if (kind === 'dax') return { of: 'dax' }
  if (NAMELESS_SHMEM.has(kind)) return { of: 'shmem', owner: { owner: 'anonymous' } }
  // Private mappings of /dev/zero have an inode and are anonymous all the same.
  if (ANONYMOUS.has(kind) || (kind === 'jit' && !hasInode)) return { of: 'anonymous' }
  if (!FILES.has(kind)) return { of: 'none' }
  if (mount?.fsType === 'tmpfs') return { of: 'shmem', owner: { owner: 'mount', huge: mount.huge } }
  return { of: 'file', fsType: mount?.fsType ?? null }
}
