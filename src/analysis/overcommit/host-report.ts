import type { CgroupKills } from '../../collectors/cgroup-kills.ts'
import type { CommitSample, CommitSettings } from '../../collectors/commit-host.ts'
import { hostLimits, poolLimits } from './limits.ts'
import { type Outlook, outlookOf } from './outlook.ts'
import { type CommitPolicy, commitPolicy, type KernelRules, supplyOf } from './policy.ts'
import { type Risk, riskOf } from './risk.ts'

/** The host of a report: what holds for every process on it. */
export interface OvercommitHost {
  /** As the kernel names itself, a binary string. */
  readonly release: string
  readonly pageSize: number
  readonly rules: KernelRules
  /** Seconds since boot; `null` when unknown. */
  readonly upSeconds: number | null
  /** vm.max_map_count; `null` when unknown. */
  readonly maxMapCount: number | null
  /** When a capture was made of it, ISO 8601 in UTC; `null` for a host that is read now. */
  readonly capturedAt: string | null
}

/** The host as it was read, once or twice. */
export interface HostReadings {
  readonly host: OvercommitHost
  readonly settings: CommitSettings
  readonly sample: CommitSample
  /** An earlier sample; `null` without --interval. */
  readonly earlier: CommitSample | null
}

/** What an interval showed; `NaN` is unknown. */
export interface Watched {
  readonly seconds: number
  /** Bytes a second. */
  readonly committedRate: number
  /** Per cent of the interval in which everything waited for memory. */
  readonly stalled: number
  readonly oomKills: number
  /** Of them, those in cgroups that have a limit; `NaN` where that was not counted. */
  readonly killsAtLimits: number
}

/** Everything that is said of the host; bytes, `NaN` is unknown. */
export interface HostView {
  readonly readings: HostReadings
  readonly policy: CommitPolicy
  /** RAM available and swap free. */
  readonly supply: number
  /** Per cent of RAM and swap. */
  readonly supplyPercent: number
  readonly watched: Watched | null
}

/** Looks at the host alone. */
export function hostView(readings: HostReadings): HostView {
  const { host, settings, sample, earlier } = readings
  const { memTotal, swapTotal } = sample.meminfo
  const supply = supplyOf(sample.meminfo)
  return {
    readings,
    policy: commitPolicy(settings, sample, host),
    supply,
    supplyPercent: (supply / ((memTotal ?? Number.NaN) + (swapTotal ?? Number.NaN))) * 100,
    watched: earlier === null ? null : watched(earlier, sample),
  }
}

function watched(earlier: CommitSample, later: CommitSample): Watched {
  const seconds = (later.at - earlier.at) / 1000
  const grown = (of: (sample: CommitSample) => number | null | undefined): number =>
    (of(later) ?? Number.NaN) - (of(earlier) ?? Number.NaN)
  return {
    seconds,
    committedRate: grown((sample) => sample.meminfo.committedAs) / seconds,
    stalled: (grown((sample) => sample.pressure?.full?.total) / 1e6 / seconds) * 100,
    oomKills: grown((sample) => sample.oomKills),
    killsAtLimits: grown(({ cgroupKills }) => (cgroupKills === null ? null : killsAtLimits(cgroupKills))),
  }
}

/**
 * Kills that are not known to come from the limit of a cgroup. vmstat counts all, and a cgroup those of its processes
 * whatever they were killed for (mm/oom_kill.c), so that a kill in a cgroup with a limit is taken to come from it. One
 * in a cgroup that is gone since may have come from either.
 */
export function killsOfHost(all: number, atLimits: number): number {
  // A limit that was lifted meanwhile takes its kills back.
  const known = Number.isNaN(atLimits) ? 0 : Math.max(0, atLimits)
  return Math.max(0, all - known)
}

const DAY = 24 * 3600

/** What may run out for everybody, and how much that is to be feared. */
export function hostRisk(
  view: HostView,
  latent: number,
  cgroupKills: readonly CgroupKills[],
): { readonly outlook: Outlook; readonly risk: Risk } {
  const { host, settings, sample, earlier } = view.readings
  const limits = (each: CommitSample) => [
    ...hostLimits(each, settings, { size: Number.POSITIVE_INFINITY, admin: false }),
    ...poolLimits(each.pools),
  ]
  const before = earlier === null ? null : { first: limits(earlier), seconds: view.watched?.seconds ?? Number.NaN }
  const outlook = outlookOf(limits(sample), before)
  const young = host.upSeconds !== null && host.upSeconds < DAY
  const past = sample.oomKills ?? sumOfKills(cgroupKills)
  const risk = riskOf({
    outlook,
    latent,
    supply: view.supply,
    memoryLeft: view.supplyPercent,
    pressure: sample.pressure?.full?.avg10 ?? Number.NaN,
    killsWatched: view.watched === null ? Number.NaN : killsOfHost(view.watched.oomKills, view.watched.killsAtLimits),
    killsPast: young ? killsOfHost(past, killsAtLimits(cgroupKills)) : Number.NaN,
    killsInCgroup: Number.NaN,
  })
  return { outlook, risk }
}

/** Where vmstat does not count, the cgroups do; nothing is known where none has counted. */
function sumOfKills(kills: readonly CgroupKills[]): number {
  return kills.length === 0 ? Number.NaN : kills.reduce((sum, each) => sum + each.kills, 0)
}

function killsAtLimits(kills: readonly CgroupKills[]): number {
  return kills.reduce((sum, each) => (each.limited ? sum + each.kills : sum), 0)
}
