import type { RecordField } from '../records.ts'
import type { Basis, ProcessCommit } from './process-commit.ts'
import type { Reconciliation, TmpfsUse } from './reconcile.ts'
import type { ObjectKind, SharedObject } from './shared-objects.ts'

/** A process of the ownership table. */
export interface OwnerProcess {
  readonly pid: number
  /** A binary string. */
  readonly comm: string
  readonly commit: ProcessCommit
  /** Has its parent's memory, which is counted there. */
  readonly borrowed: boolean
  readonly oomScore: number
}

/** Somebody or something that Committed_AS is charged for; bytes, `NaN` is unknown. */
export interface Owner {
  readonly kind: 'process' | Exclude<ObjectKind, 'hugetlb'> | 'tmpfs-files' | 'ownerless'
  /** Of a process, or of one that maps or opened an object; `NaN` for none. */
  readonly pid: number
  /** Command, object or mount point: a binary string. */
  readonly name: string
  /** Command of the process that an object is told by; empty where there is none. A binary string. */
  readonly comm: string
  readonly charge: number
  /** Per cent of Committed_AS. */
  readonly share: number
  readonly used: number
  readonly latent: number
  readonly copyOnWrite: number
  readonly noReserve: number
  /** How many processes map an object; 1 for a process. */
  readonly mappedBy: number
  readonly oomScore: number
  readonly basis: Basis | 'object' | 'mapping' | 'mount' | 'meminfo'
}

/** Four digits behind the point are more than anybody reads, and keep sums exact enough. */
function percent(share: number): number {
  return Math.round(share * 1e6) / 1e4
}

/** What a charge may be too large from. */
export const ESTIMATES: ReadonlySet<Owner['basis']> = new Set(['pagemap', 'maps', 'status', 'mapping'])

/** Everything that Committed_AS is charged for, as far as it can be seen; the charges add up to what is explained. */
export function ownersOf(
  processes: readonly OwnerProcess[],
  objects: readonly SharedObject[],
  tmpfs: readonly TmpfsUse[],
  reconciliation: Reconciliation,
): readonly Owner[] {
  // A share of more than there is says nothing.
  const fits = reconciliation.unexplained >= 0
  const share = ({ charge, basis }: Omit<Owner, 'share'>): number =>
    fits || !ESTIMATES.has(basis) ? percent(charge / reconciliation.committed) : Number.NaN
  const ownerless = reconciliation.components.find((part) => part.id === 'ownerless')?.bytes ?? Number.NaN
  const commOf = new Map(processes.map((each) => [each.pid, each.comm]))
  const owners: Omit<Owner, 'share'>[] = [
    ...processes.filter((each) => !each.borrowed).map(processOwner),
    ...objects.flatMap((object) => objectOwner(object, commOf.get(object.pid) ?? '')),
    ...tmpfs.flatMap((each) => tmpfsOwner(each, objects)),
    ...(ownerless > 0 ? [ownerlessOwner(ownerless)] : []),
  ]
  return owners.map((owner) => ({ ...owner, share: share(owner) }))
}

function processOwner({ pid, comm, commit, oomScore }: OwnerProcess): Omit<Owner, 'share'> {
  const { charge, used, latent, copyOnWrite, noReserve, basis } = commit
  return {
    kind: 'process',
    pid,
    name: comm,
    comm,
    charge,
    used,
    latent,
    copyOnWrite,
    noReserve,
    mappedBy: 1,
    oomScore,
    basis,
  }
}

function objectOwner(object: SharedObject, comm: string): readonly Omit<Owner, 'share'>[] {
  const { kind, pid, name, charge, used, mappedBy, estimated } = object
  if (kind === 'hugetlb') return []
  const basis = estimated ? 'mapping' : 'object'
  const none = { copyOnWrite: 0, noReserve: 0, oomScore: Number.NaN }
  return [{ kind, pid, name, comm, charge, used, latent: charge - used, mappedBy, basis, ...none }]
}

/** The files of a tmpfs that nobody who was read maps. */
function tmpfsOwner(mount: TmpfsUse, objects: readonly SharedObject[]): readonly Omit<Owner, 'share'>[] {
  const mapped = objects.filter((object) => object.kind === 'tmpfs' && object.device === mount.device)
  const charge = mapped.reduce((rest, object) => rest - (Number.isNaN(object.charge) ? 0 : object.charge), mount.used)
  if (!(charge > 0)) return []
  return [rest('tmpfs-files', mount.mountPoint, charge, 'mount')]
}

function ownerlessOwner(bytes: number): Omit<Owner, 'share'> {
  return rest('ownerless', '', bytes, 'meminfo')
}

function rest(kind: Owner['kind'], name: string, charge: number, basis: Owner['basis']): Omit<Owner, 'share'> {
  const none = { latent: 0, copyOnWrite: 0, noReserve: 0, mappedBy: 0, oomScore: Number.NaN }
  return { kind, pid: Number.NaN, name, comm: '', charge, used: charge, basis, ...none }
}

/** Columns of the ownership table. */
export const OWNER_FIELDS: readonly RecordField<Owner>[] = [
  {
    name: 'pid',
    unit: 'id',
    value: (row) => row.pid,
    meaning: 'the process; of an object, one that maps or opened it',
  },
  { name: 'kind', unit: 'text', value: (row) => row.kind, meaning: 'a process, or what kind of shared memory' },
  { name: 'charge', unit: 'bytes', value: (row) => row.charge, meaning: 'charged to Committed_AS' },
  { name: 'share', unit: 'percent', value: (row) => row.share, meaning: 'of Committed_AS' },
  {
    name: 'used',
    unit: 'bytes',
    value: (row) => row.used,
    meaning: 'of the charge, in RAM or swap; pages shared since a fork by their share',
  },
  { name: 'latent', unit: 'bytes', value: (row) => row.latent, meaning: 'charge − used: may still be used unasked' },
  {
    name: 'cow',
    unit: 'bytes',
    value: (row) => row.copyOnWrite,
    meaning: 'shared since a fork beyond the share in `used`: copied when written',
  },
  {
    name: 'noreserve',
    unit: 'bytes',
    value: (row) => row.noReserve,
    meaning: 'writable MAP_NORESERVE memory: not charged, not in `charge`',
  },
  { name: 'mappedby', unit: 'count', value: (row) => row.mappedBy, meaning: 'how many of the processes map it' },
  { name: 'oomscore', unit: 'count', value: (row) => row.oomScore, meaning: '/proc/PID/oom_score' },
  {
    name: 'basis',
    unit: 'text',
    value: (row) => row.basis,
    meaning: 'what the charge is from: smaps, object and mount are exact, maps, status and mapping estimates',
  },
  { name: 'name', unit: 'text', value: nameOf, meaning: 'command; name of the object and who maps it; mount point' },
]

/** An object's name says little by itself; who has it says more. */
function nameOf({ kind, name, comm, mappedBy }: Owner): string {
  if (kind === 'process' || comm === '') return name
  return `${name} (${comm}${mappedBy > 1 ? ` and ${mappedBy - 1} more` : ''})`
}
