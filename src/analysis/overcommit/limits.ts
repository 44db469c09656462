import type { CgroupLevel } from '../../collectors/cgroup-limits.ts'
import type { CommitSample, CommitSettings } from '../../collectors/commit-host.ts'
import type { HugetlbPool } from '../../model/hugetlb.ts'
import type { Limit } from '../../model/limit.ts'
import type { Limit as ResourceLimit } from '../../parsers/limits.ts'
import type { ProcStatus } from '../../parsers/status.ts'
import { allowedIn2, supplyOf } from './policy.ts'

export type { Consequence, Limit, LimitId } from '../../model/limit.ts'

/** What the limits of one process are worked out from, all of about the same moment. */
export interface LimitFacts {
  readonly host: Pick<CommitSample, 'meminfo' | 'pools'>
  readonly settings: CommitSettings
  readonly status: ProcStatus | null
  readonly rlimits: ReadonlyMap<string, ResourceLimit> | null
  /** Own cgroup first. */
  readonly cgroups: readonly CgroupLevel[]
  readonly maxMapCount: number | null
  /** Without the gate page. */
  readonly mappings: number
  /** Bytes of the main thread's stack. */
  readonly stack: number
  /** Whether the process has huge pages of a pool; all pools are left out otherwise. */
  readonly usesHugetlb: boolean
  /** Capabilities count only in the first user namespace. */
  readonly firstUserNamespace: boolean
}

const CAP_IPC_LOCK = 14n
const CAP_SYS_ADMIN = 21n

/** Whether a process has a capability where memory limits ask for it. */
function hasCapability(facts: Pick<LimitFacts, 'status' | 'firstUserNamespace'>, bit: bigint): boolean {
  return facts.firstUserNamespace && (((facts.status?.capEff ?? 0n) >> bit) & 1n) === 1n
}

/** Whether a process may use what mode 2 keeps for root. */
export function isAdmin(facts: Pick<LimitFacts, 'status' | 'firstUserNamespace'>): boolean {
  return hasCapability(facts, CAP_SYS_ADMIN)
}

/** Everything that may stop a process from getting memory, set or not. */
export function limitsOf(facts: LimitFacts): readonly Limit[] {
  return [
    ...hostLimits(facts.host, facts.settings, {
      size: facts.status?.vmSize ?? Number.NaN,
      admin: isAdmin(facts),
    }),
    ...facts.cgroups.flatMap(cgroupLimits),
    ...resourceLimits(facts),
    { id: 'max-map-count', where: '', used: facts.mappings, limit: facts.maxMapCount ?? Number.NaN, effect: 'refused' },
    ...(facts.usesHugetlb ? facts.host.pools.filter(exists).map(poolLimit) : []),
  ]
}

/** What may run out for everybody: RAM with swap, and in mode 2 the promises. */
export function hostLimits(
  host: Pick<CommitSample, 'meminfo'>,
  settings: CommitSettings,
  requester: { readonly size: number; readonly admin: boolean },
): readonly Limit[] {
  const { meminfo } = host
  const total = (meminfo.memTotal ?? Number.NaN) + (meminfo.swapTotal ?? Number.NaN)
  const memory: Limit = { id: 'memory', where: '', used: total - supplyOf(meminfo), limit: total, effect: 'oom-kill' }
  if (settings.mode !== 2) return [memory]
  const limit = allowedIn2(meminfo.commitLimit ?? Number.NaN, settings, requester)
  return [memory, { id: 'commit', where: '', used: meminfo.committedAs ?? Number.NaN, limit, effect: 'refused' }]
}

/** The pools of huge pages that have any. */
export function poolLimits(pools: readonly HugetlbPool[]): readonly Limit[] {
  return pools.filter(exists).map(poolLimit)
}

function exists(pool: HugetlbPool): boolean {
  return pool.total > 0 || (pool.overcommit ?? 0) > 0
}

/** A page that is promised is as good as gone; surplus pages may still be made. */
function poolLimit({ size, total, free, reserved, surplus, overcommit }: HugetlbPool): Limit {
  const most = total - (surplus ?? 0) + Math.max(overcommit ?? 0, surplus ?? 0)
  const used = total - free + (reserved ?? Number.NaN)
  return {
    id: 'hugetlb',
    where: String(size),
    used: used * size,
    limit: most * size,
    effect: 'no-huge-page',
  }
}

/** Page cache is dropped before a limit is felt, so it does not count as used; swap and kernel memory have none. */
function cgroupLimits(level: CgroupLevel): readonly Limit[] {
  const { path: where, reclaimable } = level
  const cache = reclaimable ?? 0
  const kill = level.killDisabled ? 'wait' : level.killsGroup ? 'group-kill' : 'cgroup-kill'
  const gauges = [
    [level.version === 1 ? 'cgroup-limit' : 'cgroup-max', level.max, cache, kill],
    ['cgroup-high', level.high, cache, 'slow'],
    ['cgroup-swap', level.swap, 0, 'no-swap'],
    ['cgroup-memsw', level.memsw, cache, kill],
    ['cgroup-kmem', level.kmem, 0, 'refused'],
  ] as const
  return gauges.flatMap(([id, gauge, dropped, effect]) =>
    gauge === null ? [] : [{ id, where, used: Math.max(0, gauge.usage - dropped), limit: gauge.limit, effect }],
  )
}

/** getrlimit(2), where and when each is enforced. */
function resourceLimits(facts: LimitFacts): readonly Limit[] {
  const { rlimits, status } = facts
  const soft = (name: string): number => {
    const value = rlimits?.get(name)?.soft
    if (value === undefined) return Number.NaN
    return value === 'unlimited' ? Number.POSITIVE_INFINITY : Number(value)
  }
  const size = (value: number | null | undefined): number => value ?? Number.NaN
  const memlock = hasCapability(facts, CAP_IPC_LOCK) ? Number.POSITIVE_INFINITY : soft('Max locked memory')
  return [
    { id: 'rlimit-as', where: '', used: size(status?.vmSize), limit: soft('Max address space'), effect: 'refused' },
    { id: 'rlimit-data', where: '', used: size(status?.vmData), limit: soft('Max data size'), effect: 'refused' },
    { id: 'rlimit-stack', where: '', used: facts.stack, limit: soft('Max stack size'), effect: 'segfault' },
    { id: 'rlimit-memlock', where: '', used: size(status?.vmLck), limit: memlock, effect: 'no-lock' },
  ]
}
