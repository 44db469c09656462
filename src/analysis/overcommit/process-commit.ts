import type { Kind } from '../../model/kinds.ts'
import type { MappingTable } from '../../model/mapping-table.ts'
import type { ProcStatus } from '../../parsers/status.ts'
import type { Classification } from '../classify/classification.ts'
import { type Charges, chargesOf } from './charges.ts'

/**
 * How a process's charge is known: exactly from VmFlags, or nearly from what its files say without them. `pagemap`: the
 * charge as with `maps`; what is used of it by PAGEMAP_SCAN, which counts what a fork made shared in full.
 */
export type Basis = 'smaps' | 'pagemap' | 'maps' | 'status'

/** What a process has been promised and what it uses of that; bytes, `NaN` is unknown. */
export interface ProcessCommit {
  readonly basis: Basis
  /** Charged to Committed_AS for it alone: private memory. */
  readonly charge: number
  /** What of it is in RAM or swap; pages shared since a fork by their share. */
  readonly used: number
  /** What may still be used without asking the kernel: charge − used. */
  readonly latent: number
  /** Of `latent`, what programs seldom use: stacks of threads, and copies of pages of files. */
  readonly seldom: number
  /** Pages shared since a fork, beyond the share that is counted as used: writing copies them, charged or not. */
  readonly copyOnWrite: number
  /** Writable, but MAP_NORESERVE: charged nowhere. */
  readonly noReserve: number
  readonly noReserveUsed: number
  /** Of `copyOnWrite`, what is MAP_NORESERVE: in no charge, and so not in `latent`. */
  readonly noReserveCopyOnWrite: number
  /** MAP_NORESERVE without access. */
  readonly reserved: number
  /** Largest single charge. */
  readonly largest: number
}

/** Kinds of mapping whose charge is mostly never used. */
const SELDOM: ReadonlySet<Kind> = new Set(['thread-stack', 'program', 'library', 'file-private', 'shmem', 'memfd'])

/** Adds a process's charges up, from its mappings as they were read. */
export function commitOfMappings(
  table: MappingTable,
  classes: Classification,
  basis: Exclude<Basis, 'status'>,
  status: ProcStatus | null,
): ProcessCommit {
  const charges = chargesOf(table, classes)
  const sum = (values: Float64Array): number => values.reduce((total, value) => total + value, 0)
  const charge = sum(charges.charge)
  const used = usedOf(charges, basis, status)
  let seldom = 0
  let largest = 0
  let noReserveCopyOnWrite = 0
  for (let row = 0; row < table.length; row++) {
    const own = charges.charge[row] as number
    largest = Math.max(largest, own)
    if (charges.noReserve[row] !== 0) noReserveCopyOnWrite += charges.copyOnWrite[row] as number
    if (SELDOM.has(classes.kind(row))) seldom += own - (charges.used[row] as number)
  }
  return {
    basis,
    charge,
    used,
    latent: charge - used,
    seldom,
    copyOnWrite: sum(charges.copyOnWrite),
    noReserve: sum(charges.noReserve),
    noReserveUsed: sum(charges.noReserveUsed),
    noReserveCopyOnWrite,
    reserved: basis === 'smaps' ? sum(charges.reserved) : Number.NaN,
    largest,
  }
}

/**
 * What `status`, which everybody may read, says of the charge: VmData and VmStk are the private writable mappings.
 *
 * MAP_NORESERVE and private hugetlb mappings are in it, what has been made read-only since (RELRO) is not. Before
 * Linux 4.5 VmData meant something else, of which RssAnon's absence tells.
 */
export function commitOfStatus(status: ProcStatus | null): ProcessCommit {
  const data = status?.rssAnon == null ? null : status.vmData
  const charge = data === null || status?.vmStk == null ? Number.NaN : data + status.vmStk
  const used = Math.min(charge, usedOfStatus(status))
  return {
    basis: 'status',
    charge,
    used,
    latent: charge - used,
    seldom: Number.NaN,
    copyOnWrite: Number.NaN,
    noReserve: Number.NaN,
    noReserveUsed: Number.NaN,
    noReserveCopyOnWrite: Number.NaN,
    reserved: Number.NaN,
    largest: Number.NaN,
  }
}

/**
 * What a process may well take without asking: of its promises all but what is seldom used, and what a fork made it
 * share. MAP_NORESERVE memory that is not touched is left out: it is asked for where little of much will be used.
 */
export function claimOf({ latent, seldom, noReserveCopyOnWrite }: ProcessCommit): number {
  return latent - (seldom || 0) + (noReserveCopyOnWrite || 0)
}

/** Of the mappings, where all of them are known; without smaps what everybody may read stands in for it. */
function usedOf({ charge, used }: Charges, basis: Basis, status: ProcStatus | null): number {
  const sum = (values: Float64Array): number => values.reduce((total, value) => total + value, 0)
  const ofMappings = sum(used)
  if (basis === 'smaps' || !Number.isNaN(ofMappings)) return ofMappings
  return Math.min(sum(charge), usedOfStatus(status))
}

function usedOfStatus(status: ProcStatus | null): number {
  return status?.rssAnon == null ? Number.NaN : status.rssAnon + (status.vmSwap ?? 0)
}
