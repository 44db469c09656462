import type { WatchLimits } from '../../collectors/watch-limits.ts'
import type { Limit } from '../../model/limit.ts'
import type { Pressure } from '../../parsers/pressure.ts'
import type { ProcStatus } from '../../parsers/status.ts'
import { limitsOf } from '../overcommit/limits.ts'

/** What limits a watched process, set or not. */
export function watchLimits(
  { meminfo, pools, settings, rlimits, cgroups, firstUserNamespace }: WatchLimits,
  process: {
    readonly status: ProcStatus | null
    /** `NaN` before they were counted. */
    readonly mappings: number
    readonly maxMapCount: number | null
  },
): readonly Limit[] {
  const { status } = process
  return limitsOf({
    ...process,
    host: { meminfo, pools },
    settings,
    rlimits,
    cgroups: 'levels' in cgroups ? cgroups.levels : [],
    stack: status?.vmStk ?? Number.NaN,
    usesHugetlb: usesHugetlb(status),
    firstUserNamespace,
  })
}

/** Whether a process has pages of a pool. */
export function usesHugetlb(status: ProcStatus | null): boolean {
  return (status?.hugetlbPages ?? 0) > 0
}

/** The memory pressure of the process's own cgroup; `null` in the root, whose pressure is the host's, and without PSI. */
export function cgroupPressure({ cgroups }: WatchLimits): Pressure | null {
  const own = 'levels' in cgroups ? cgroups.levels[0] : undefined
  return own === undefined || own.path === '/' ? null : own.pressure
}
