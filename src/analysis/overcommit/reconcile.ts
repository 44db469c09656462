import type { ProcessCommit } from './process-commit.ts'
import type { SharedObject } from './shared-objects.ts'

/** A part of Committed_AS, by who owns it. */
export type ComponentId =
  /** Private memory of processes whose VmFlags were read: exact. */
  | 'private'
  /** Private memory of processes that were read without VmFlags: an estimate. */
  | 'estimated'
  | 'shared-anonymous'
  | 'sysv'
  | 'memfd'
  /** Files on tmpfs, mapped or not. */
  | 'tmpfs'
  /** Shared memory that meminfo counts and that none of the above has: other namespaces, GPU buffers. */
  | 'ownerless'

export interface Component {
  readonly id: ComponentId
  /** Bytes; `NaN` is unknown. */
  readonly bytes: number
  /** How many processes, objects or file systems. */
  readonly count: number
  /** How many of them do not tell their charge, and are in `bytes` with nothing. */
  readonly unknown: number
}

/** A tmpfs and how much it holds. */
export interface TmpfsUse {
  readonly device: number
  /** Where it is mounted, a binary string. */
  readonly mountPoint: string
  /** Bytes of all its files; `NaN` when it has no limit, since the kernel counts only then. */
  readonly used: number
  readonly size: number
}

/** What the parts are made of. */
export interface Owners {
  readonly processes: readonly ProcessCommit[]
  readonly objects: readonly SharedObject[]
  readonly tmpfs: readonly TmpfsUse[]
  /** meminfo Shmem. */
  readonly shmem: number
  /** Committed_AS as the report has it, and what it was when all processes had been read. */
  readonly before: number
  readonly after: number
}

/** Committed_AS taken apart. */
export interface Reconciliation {
  readonly committed: number
  /** How far Committed_AS moved while the processes were read. */
  readonly moved: number
  /** Largest first; `ownerless` last. */
  readonly components: readonly Component[]
  /** Sum of the components that are known. */
  readonly explained: number
  /** Committed_AS − explained; below 0 where estimates are too large. */
  readonly unexplained: number
}

/** Adds the parts up and compares them with the kernel's figure. */
export function reconcile(owners: Owners): Reconciliation {
  const { processes, objects, tmpfs } = owners
  const ofProcesses = (id: 'private' | 'estimated'): Component => {
    const some = processes.filter((each) => (each.basis === 'smaps') === (id === 'private'))
    return component(
      id,
      some.map((each) => each.charge),
    )
  }
  const ofObjects = (id: 'shared-anonymous' | 'sysv' | 'memfd'): Component => {
    const some = objects.filter((object) => object.kind === id)
    return component(
      id,
      some.map((object) => object.charge),
    )
  }
  const parts: Component[] = [
    ofProcesses('private'),
    ofProcesses('estimated'),
    ofObjects('shared-anonymous'),
    ofObjects('sysv'),
    ofObjects('memfd'),
    { id: 'tmpfs', bytes: tmpfsBytes(tmpfs, objects), count: tmpfs.length, unknown: 0 },
  ]
  const known = parts.filter((part) => part.count > 0).sort((a, b) => (b.bytes || 0) - (a.bytes || 0))
  const components = [...known, { id: 'ownerless' as const, bytes: ownerless(owners), count: 1, unknown: 0 }]
  const explained = sumKnown(components.map((part) => part.bytes))
  const { before, after } = owners
  return { committed: before, moved: after - before, components, explained, unexplained: before - explained }
}

/** A part of which nothing is known is unknown, not 0. */
function component(id: ComponentId, charges: readonly number[]): Component {
  const unknown = charges.filter((charge) => Number.isNaN(charge)).length
  const bytes = unknown > 0 && unknown === charges.length ? Number.NaN : sumKnown(charges)
  return { id, bytes, count: charges.length, unknown }
}

/** What all files of the tmpfs mounts take; of one that does not count, what its mapped files take. */
function tmpfsBytes(tmpfs: readonly TmpfsUse[], objects: readonly SharedObject[]): number {
  const files = objects.filter((object) => object.kind === 'tmpfs')
  const counted = new Set(tmpfs.filter((each) => !Number.isNaN(each.used)).map((each) => each.device))
  const others = files.filter((file) => !counted.has(file.device))
  return sumKnown([...tmpfs.map((each) => each.used), ...others.map((file) => file.charge)])
}

/**
 * meminfo Shmem is all shared memory in RAM. What no object and no tmpfs has of it must be charged page by page to
 * something that cannot be seen from here. Objects' pages count swapped ones too, so with swap this may be too small.
 * Unknown when an object does not tell its pages.
 */
function ownerless({ objects, tmpfs, shmem }: Owners): number {
  const own = objects.filter((object) => object.kind !== 'tmpfs').map((object) => object.used)
  const pages = own.reduce((sum, used) => sum + used, 0) + tmpfsBytes(tmpfs, objects)
  return Math.max(0, shmem - pages)
}

function sumKnown(values: readonly number[]): number {
  return values.reduce((sum, value) => (Number.isNaN(value) ? sum : sum + value), 0)
}
