import type { ProcessFacts } from '../../collectors/process-facts.ts'
import type { Meminfo } from '../../parsers/meminfo.ts'
import { psField } from './fields.ts'
import { sumOf, weightOf } from './sums.ts'

/**
 * Where the RAM of the host is, from meminfo's own figures and the PSS of the processes that were read. The parts from
 * `processes` to `other` add up to `total`. Bytes; `NaN` is unknown.
 */
export interface RamReport {
  readonly total: number
  /** The kernel's estimate of what can be had without swapping; part of free, cache and slab. */
  readonly available: number
  /** What page tables map, each page once, as the kernel counts it: AnonPages + Mapped. */
  readonly mapped: {
    readonly total: number
    /** Σ PSS of the processes that were read. */
    readonly listed: number
    /** The difference: processes that were not read, what changed meanwhile, what the kernel counts with delay. */
    readonly rest: number
    /** RSS of the processes in the list whose PSS is unknown: of the rest they are at most that. */
    readonly unwalked: number
  }
  /**
   * Shared memory and tmpfs files that no process maps: reclaimable only into swap. How much of all shared memory is
   * mapped is not fully known where some process is not; unknown unless all processes of the host were asked for.
   */
  readonly tmpfs: { readonly atLeast: number; readonly atMost: number }
  /** Page cache that no process maps, less `tmpfs.atLeast`. */
  readonly cache: number
  readonly dirty: number
  readonly kernel: {
    readonly total: number
    readonly slab: number
    readonly reclaimable: number
    readonly pageTables: number
    readonly stacks: number
    readonly percpu: number
  }
  /** The hugetlb pools, used or not. */
  readonly hugetlb: { readonly total: number; readonly free: number }
  readonly zswap: number
  readonly free: number
  /** What meminfo does not itemise. */
  readonly other: number
  readonly swap: {
    readonly total: number
    readonly used: number
    /** Σ SwapPss of the processes that were read. */
    readonly listed: number
  }
}

const PSS = psField('pss')
const PSS_SHMEM = psField('pssshmem')
const SWAP_PSS = psField('swappss')
const RSS = psField('rss')

/** Puts meminfo and the processes together. `whole` says that all processes of the host were asked for. */
export function ramReport(meminfo: Meminfo, rows: readonly ProcessFacts[], whole: boolean): RamReport {
  const known = (value: number | null): number => value ?? Number.NaN
  // A line that a kernel lacks is a thing it does not have, or counts elsewhere.
  const part = (value: number | null): number => value ?? 0
  const total = known(meminfo.memTotal)
  const mapped = known(meminfo.anonPages) + known(meminfo.mapped)
  const listed = sumOf(PSS, rows)
  const unmapped = Math.max(0, known(meminfo.cached) + known(meminfo.buffers) - known(meminfo.mapped))
  const tmpfs = unmappedShmem(meminfo, whole ? rows : null)
  const kernel =
    known(meminfo.slab) +
    part(meminfo.kernelStack) +
    part(meminfo.pageTables) +
    part(meminfo.secPageTables) +
    part(meminfo.percpu)
  const pools = hugetlbPools(meminfo)
  const zswap = part(meminfo.zswap)
  const free = known(meminfo.memFree)
  return {
    total,
    available: known(meminfo.memAvailable),
    mapped: {
      total: mapped,
      listed: listed.value,
      rest: mapped - listed.value,
      unwalked: sumOf(
        RSS,
        rows.filter((row) => Number.isNaN(PSS.value(row) as number)),
      ).value,
    },
    tmpfs,
    cache: unmapped - (Number.isNaN(tmpfs.atLeast) ? 0 : tmpfs.atLeast),
    dirty: known(meminfo.dirty),
    kernel: {
      total: kernel,
      slab: known(meminfo.slab),
      reclaimable: known(meminfo.sReclaimable),
      pageTables: part(meminfo.pageTables) + part(meminfo.secPageTables),
      stacks: known(meminfo.kernelStack),
      percpu: known(meminfo.percpu),
    },
    hugetlb: pools,
    zswap,
    free,
    other: total - mapped - unmapped - kernel - pools.total - zswap - free,
    swap: {
      total: known(meminfo.swapTotal),
      used: known(meminfo.swapTotal) - known(meminfo.swapFree),
      listed: sumOf(SWAP_PSS, rows).value,
    },
  }
}

/** Of the processes that were not walked, the shared part of RSS bounds that of PSS. */
function unmappedShmem(meminfo: Meminfo, rows: readonly ProcessFacts[] | null): RamReport['tmpfs'] {
  const all = meminfo.shmem
  if (all === null || rows === null) return { atLeast: Number.NaN, atMost: Number.NaN }
  const mapped = rows.map((row) => PSS_SHMEM.value(row) as number).filter((figure) => !Number.isNaN(figure))
  const atLeast = mapped.reduce((sum, figure) => sum + figure, 0)
  return { atLeast: Math.max(0, all - weightOf(PSS_SHMEM, rows)), atMost: Math.max(0, all - atLeast) }
}

/** The pools of all page sizes since Linux 4.19, of the default size before. */
function hugetlbPools(meminfo: Meminfo): { readonly total: number; readonly free: number } {
  const page = meminfo.hugepagesize ?? 0
  const total = meminfo.hugetlb ?? (meminfo.hugePagesTotal ?? 0) * page
  return { total, free: (meminfo.hugePagesFree ?? 0) * page }
}
