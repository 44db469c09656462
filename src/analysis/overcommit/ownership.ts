import type { CgroupKills } from '../../collectors/cgroup-kills.ts'
import type { OpenMemfd } from '../../collectors/open-memfds.ts'
import { type RecordOrder, sortRecords } from '../records.ts'
import { type HostView, hostRisk } from './host-report.ts'
import type { Outlook } from './outlook.ts'
import { OWNER_FIELDS, type Owner, type OwnerProcess, ownersOf } from './owners.ts'
import type { CommitMode } from './policy.ts'
import { type Reconciliation, reconcile, type TmpfsUse } from './reconcile.ts'
import type { Risk } from './risk.ts'
import type { SharedObject } from './shared-objects.ts'
import { type WhatIf, type WhatIfProcess, whatIf } from './what-if.ts'

/** Processes, objects and file systems, as they were read. */
export interface OwnershipReadings {
  readonly processes: readonly (OwnerProcess & { readonly size: number; readonly admin: boolean })[]
  readonly objects: readonly SharedObject[]
  readonly tmpfs: readonly TmpfsUse[]
  /** Committed_AS as the report has it, and what it was when all processes had been read. */
  readonly before: number
  readonly after: number
  readonly cgroupKills: readonly CgroupKills[]
  readonly counts: ScanCounts
  readonly shallow: ShallowReads
}

/** Processes of which smaps was predicted to cost too much. */
export interface ShallowReads {
  readonly tooCostly: number
  /** The longest stall that was predicted for one of them. */
  readonly longestMs: number
  readonly maxStallMs: number
}

/** What became of the processes of the host. */
export interface ScanCounts {
  /** By VmFlags, exactly. */
  readonly smaps: number
  /** From maps, and what is used by PAGEMAP_SCAN, because smaps would have cost too much. */
  readonly pagemap: number
  /** From maps, because smaps would have cost too much or was not wanted. */
  readonly maps: number
  /** From status, because nothing else may be read. */
  readonly status: number
  readonly kernelThreads: number
  readonly vanished: number
}

/** Everything that a report on the host shows. */
export interface OwnershipReport {
  readonly view: HostView
  readonly readings: OwnershipReadings
  readonly outlook: Outlook
  readonly risk: Risk
  readonly reconciliation: Reconciliation
  /** Promised and not used, in all that could be seen; and what of it is seldom used. */
  readonly latent: number
  readonly seldom: number
  /** Sorted, and cut to what was asked for. */
  readonly owners: readonly Owner[]
  /** How many owners there are in all. */
  readonly ownersInAll: number
  /** The processes that the OOM killer would take first. */
  readonly victims: readonly OwnerProcess[]
  readonly whatIf: WhatIf | null
}

/** What a user asked of the ownership. */
export interface OwnershipQuestion {
  readonly order: RecordOrder<Owner> | null
  /** At most so many owners; `null` for all. */
  readonly limit: number | null
  readonly whatIf: CommitMode | null
}

const VICTIMS = 3
const CHARGE = OWNER_FIELDS.find((field) => field.name === 'charge') as (typeof OWNER_FIELDS)[number]

/** Makes the report on the host. */
export function ownershipReport(
  view: HostView,
  readings: OwnershipReadings,
  question: OwnershipQuestion,
): OwnershipReport {
  const reconciliation = reconciled(view, readings)
  const own = readings.processes.filter((each) => !each.borrowed)
  const known = (values: readonly number[]): number =>
    values.reduce((sum, value) => (Number.isNaN(value) ? sum : sum + value), 0)
  const objects = readings.objects.filter((each) => each.charged === 'whole')
  const { committed, components } = reconciliation
  const exact = known(components.filter((part) => part.id !== 'estimated').map((part) => part.bytes))
  const latentOf = (basis: 'exact' | 'estimated'): number =>
    known(
      own.filter((each) => (each.commit.basis === 'smaps') === (basis === 'exact')).map((each) => each.commit.latent),
    )
  // Estimates may be too large; together they are no more than what the rest leaves of Committed_AS.
  const estimated = Math.min(latentOf('estimated'), Math.max(0, committed - exact))
  const latent = latentOf('exact') + estimated + known(objects.map((each) => each.charge - each.used))
  const copies = known(own.map((each) => each.commit.noReserveCopyOnWrite))
  const seldom = Math.min(latent, known(own.map((each) => each.commit.seldom)))
  const owners = ownersOf(readings.processes, readings.objects, readings.tmpfs, reconciliation)
  const sorted = sortRecords(owners, question.order ?? { by: CHARGE, reverse: false })
  const { policy } = view
  return {
    view,
    readings,
    ...hostRisk(view, latent - seldom + copies, readings.cgroupKills),
    reconciliation,
    latent,
    seldom,
    owners: sorted.slice(0, question.limit ?? sorted.length),
    ownersInAll: owners.length,
    victims: victimsOf(readings.processes),
    whatIf:
      question.whatIf === null ? null : whatIf(question.whatIf, policy, view.readings.settings, own.map(whatIfProcess)),
  }
}

/** Compares the owners with the kernel's figure. */
export function reconciled(view: HostView, readings: OwnershipReadings): Reconciliation {
  return reconcile({
    processes: readings.processes.filter((each) => !each.borrowed).map((each) => each.commit),
    objects: readings.objects,
    tmpfs: readings.tmpfs,
    shmem: view.readings.sample.meminfo.shmem ?? Number.NaN,
    before: readings.before,
    after: readings.after,
  })
}

const MIB = 1024 * 1024
/** So little is not worth a look through the open files of all processes, which are many; so much always is. */
const LITTLE = MIB
const MUCH = 64 * MIB

/** Whether so much shared memory is without an owner that memfds which are open but not mapped should be looked for. */
export function needsOpenFiles(reconciliation: Reconciliation): boolean {
  const ownerless = reconciliation.components.find((part) => part.id === 'ownerless')?.bytes ?? Number.NaN
  return ownerless >= Math.max(LITTLE, Math.min(MUCH, reconciliation.committed / 100))
}

/** Open memfds as objects, without those that are mapped and so known. */
export function memfdObjects(memfds: readonly OpenMemfd[], known: readonly SharedObject[]): readonly SharedObject[] {
  const mapped = new Set(known.map((object) => `${object.device}:${object.inode}`))
  return memfds
    .filter((memfd) => !mapped.has(`${memfd.device}:${memfd.inode}`))
    .map(({ pid, name, device, inode, allocated }) => ({
      key: `${device}:${inode}`,
      kind: 'memfd',
      name,
      device,
      inode,
      noReserve: false,
      mappedBy: 0,
      pid,
      charged: 'by-page',
      charge: allocated,
      used: allocated,
      estimated: false,
    }))
}

function victimsOf(processes: readonly OwnerProcess[]): readonly OwnerProcess[] {
  return processes
    .filter((each) => each.oomScore > 0)
    .sort((a, b) => b.oomScore - a.oomScore || b.commit.used - a.commit.used)
    .slice(0, VICTIMS)
}

function whatIfProcess(process: OwnershipReadings['processes'][number]): WhatIfProcess {
  const { pid, comm, commit, size, admin } = process
  return { pid, comm, charge: commit.charge, noReserve: commit.noReserve, largest: commit.largest, size, admin }
}
