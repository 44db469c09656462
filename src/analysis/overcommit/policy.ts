import type { CommitSample, CommitSettings } from '../../collectors/commit-host.ts'
import type { HugetlbPool } from '../../model/hugetlb.ts'
import type { Meminfo } from '../../parsers/meminfo.ts'

/** vm.overcommit_memory. */
export type CommitMode = 0 | 1 | 2

/** Which kernel's rules apply. */
export interface KernelRules {
  /** Mode 0 compares a request with all of RAM and swap (Linux 5.2), not with what is free. */
  readonly wholeRam: boolean
  /** meminfo sums the per-CPU parts of Committed_AS up (Linux 5.9). */
  readonly exactCommitted: boolean
}

/** What the kernel promises, and when it stops; bytes, `NaN` is unknown. */
export interface CommitPolicy {
  readonly mode: CommitMode | null
  readonly committed: number
  /** How far `committed` may be off. */
  readonly uncertainty: number
  /** CommitLimit as the kernel prints it. */
  readonly limit: number
  /** The same from its parts. */
  readonly computed: number
  readonly parts: LimitParts
  /** limit − committed. Only mode 2 lets it decide anything. */
  readonly headroom: number
  /** The largest single request that mode 0 grants. */
  readonly largestRequest: number
}

/** What CommitLimit is made of. */
export interface LimitParts {
  readonly ram: number
  readonly hugetlb: number
  readonly swap: number
  /** Per cent of RAM without hugetlb; `null` when a fixed size takes its place. */
  readonly ratio: number | null
  /** vm.overcommit_kbytes in bytes; `null` when the ratio decides. */
  readonly fixed: number | null
}

/** Works out what the settings mean on this host. */
export function commitPolicy(
  settings: CommitSettings,
  sample: CommitSample,
  host: { readonly pageSize: number; readonly rules: KernelRules },
): CommitPolicy {
  const { meminfo } = sample
  const parts = limitParts(settings, sample)
  const committed = meminfo.committedAs ?? Number.NaN
  const limit = meminfo.commitLimit ?? Number.NaN
  const { mode } = settings
  return {
    mode: mode === 0 || mode === 1 || mode === 2 ? mode : null,
    committed,
    // mm/mm_init.c mm_compute_batch: before 5.9 a 256th of RAM, over all CPUs.
    uncertainty: host.rules.exactCommitted ? 0 : Math.floor(parts.ram / 256),
    limit,
    computed: commitLimit(parts, host.pageSize),
    parts,
    headroom: limit - committed,
    largestRequest: largestRequest(meminfo, host.rules),
  }
}

/** mm/util.c vm_commit_limit: in whole pages, cut after the percentage. */
export function commitLimit(parts: LimitParts, pageSize: number): number {
  const pages = (bytes: number): number => Math.floor(bytes / pageSize)
  const swap = pages(parts.swap)
  if (parts.fixed !== null) return (pages(parts.fixed) + swap) * pageSize
  if (parts.ratio === null) return Number.NaN
  const share = Math.floor(((pages(parts.ram) - pages(parts.hugetlb)) * parts.ratio) / 100)
  return (share + swap) * pageSize
}

function limitParts(settings: CommitSettings, { meminfo, pools }: CommitSample): LimitParts {
  const fixed = settings.fixed !== null && settings.fixed > 0 ? settings.fixed : null
  return {
    ram: meminfo.memTotal ?? Number.NaN,
    hugetlb: meminfo.hugetlb ?? hugetlbOf(pools, meminfo),
    swap: meminfo.swapTotal ?? Number.NaN,
    ratio: fixed === null ? settings.ratio : null,
    fixed,
  }
}

/** Before 4.19 meminfo has only the pool of the default size. */
function hugetlbOf(pools: readonly HugetlbPool[], meminfo: Meminfo): number {
  if (pools.length > 0) return pools.reduce((sum, pool) => sum + pool.total * pool.size, 0)
  return (meminfo.hugePagesTotal ?? 0) * (meminfo.hugepagesize ?? 0)
}

/**
 * mm/util.c __vm_enough_memory, OVERCOMMIT_GUESS. Before 5.2 it was what could be had at once; the kernel's reserve,
 * which no file tells, is not subtracted here.
 */
function largestRequest(meminfo: Meminfo, rules: KernelRules): number {
  const of = (value: number | null): number => value ?? Number.NaN
  if (rules.wholeRam) return of(meminfo.memTotal) + of(meminfo.swapTotal)
  const file = of(meminfo.cached) + of(meminfo.buffers) + of(meminfo.swapCached) - of(meminfo.shmem)
  return of(meminfo.memFree) + file + of(meminfo.swapFree) + of(meminfo.sReclaimable)
}

/** What a process is to the rule of mode 2. */
export interface Requester {
  /** VmSize in bytes. */
  readonly size: number
  /** Has CAP_SYS_ADMIN in the first user namespace. */
  readonly admin: boolean
}

/** How far Committed_AS may rise in mode 2 for the requests of one process. */
export function allowedIn2(limit: number, settings: CommitSettings, requester: Requester): number {
  const admin = requester.admin ? 0 : (settings.adminReserve ?? 0)
  return limit - admin - Math.min(requester.size / 32, settings.userReserve ?? 0)
}

/** What can still be had: RAM that is free or can be freed, and free swap. */
export function supplyOf(meminfo: Meminfo): number {
  return (meminfo.memAvailable ?? Number.NaN) + (meminfo.swapFree ?? Number.NaN)
}

/**
 * What has been promised and is not used, from meminfo alone: Committed_AS without the anonymous and shared memory that
 * is in RAM or swap. MAP_NORESERVE memory is in what is used and in no promise, so that it makes this too small; pages
 * in the swap cache are both in RAM and in swap.
 */
export function unusedPromises(meminfo: Meminfo): number {
  const of = (value: number | null): number => value ?? Number.NaN
  const inSwap = of(meminfo.swapTotal) - of(meminfo.swapFree) - (meminfo.swapCached ?? 0)
  return Math.max(0, of(meminfo.committedAs) - of(meminfo.anonPages) - of(meminfo.shmem) - Math.max(0, inSwap))
}
