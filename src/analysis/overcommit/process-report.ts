import type { LimitSample } from '../../collectors/limit-sample.ts'
import type { ProcessMemory } from '../../collectors/process.ts'
import type { Kind } from '../../model/kinds.ts'
import { MappingTable } from '../../model/mapping-table.ts'
import type { Classification } from '../classify/classification.ts'
import { classify } from '../classify/classify.ts'
import type { ClassifyContext } from '../classify/context.ts'
import { type RecordOrder, sortRecords } from '../records.ts'
import { type HostView, killsOfHost } from './host-report.ts'
import { isAdmin, type Limit, type LimitId, limitsOf } from './limits.ts'
import { explainOomScore, type OomCandidate, type OomScore, oomRank } from './oom-score.ts'
import { type Outlook, outlookOf } from './outlook.ts'
import type { CommitMode } from './policy.ts'
import { claimOf, commitOfMappings, commitOfStatus, type ProcessCommit } from './process-commit.ts'
import { PROMISE_FIELDS, type Promised, promisesOf } from './promises.ts'
import { type Risk, riskOf } from './risk.ts'
import type { SharedObject } from './shared-objects.ts'
import { type WhatIf, whatIf } from './what-if.ts'

/** A process as it was read. */
export interface ProcessReadings {
  readonly memory: ProcessMemory
  /** What names of files mean in its mount namespace. */
  readonly context: ClassifyContext
  readonly sample: LimitSample
  /** An earlier sample; `null` without --interval. */
  readonly earlier: LimitSample | null
  /** Shared memory that it maps. */
  readonly objects: readonly SharedObject[]
  /** The scores of all processes of the host. */
  readonly candidates: readonly OomCandidate[]
}

/** Which kernel's OOM score it is. */
export interface OomRules {
  readonly scaled: boolean
  readonly adminBonus: boolean
}

/** What a user asked of a process. */
export interface PromiseQuestion {
  readonly order: RecordOrder<Promised> | null
  /** At most so many mappings; `null` for all. */
  readonly limit: number | null
  readonly whatIf: CommitMode | null
}

/** Everything that is said of one process. */
export interface PromiseReport {
  readonly view: HostView
  readonly readings: ProcessReadings
  readonly commit: ProcessCommit
  /** What it can still have: of the host and of its cgroups the least. */
  readonly supply: number
  readonly outlook: Outlook
  readonly risk: Risk
  readonly oom: OomScore
  /** Rank among all by OOM score, 1 the first to be killed; `null` when there is no score. */
  readonly rank: number | null
  /** Sorted, and cut to what was asked for. */
  readonly promises: readonly Promised[]
  readonly promisesInAll: number
  readonly whatIf: WhatIf | null
}

const CHARGE = PROMISE_FIELDS.find((field) => field.name === 'charge') as (typeof PROMISE_FIELDS)[number]

/** Makes the report on one process. */
export function promiseReport(
  view: HostView,
  readings: ProcessReadings,
  rules: OomRules,
  question: PromiseQuestion,
): PromiseReport {
  const { memory, sample, earlier } = readings
  const { space } = memory
  const table = space?.table ?? new MappingTable()
  const classes = classify(table, readings.context)
  const commit =
    space === null ? commitOfStatus(memory.status) : commitOfMappings(table, classes, space.depth, memory.status)
  const facts = (each: LimitSample, host = view.readings.sample) => limitFacts(view, each, host, { table, classes })
  const before = earlier === null ? null : limitsOf(facts(earlier, view.readings.earlier ?? view.readings.sample))
  const seconds = earlier === null ? Number.NaN : (sample.at - earlier.at) / 1000
  const limits = limitsOf(facts(sample))
  const outlook = outlookOf(limits, before === null ? null : { first: before, seconds })
  const promises = promisesOf(table, classes)
  const sorted = sortRecords(promises, question.order ?? { by: CHARGE, reverse: false })
  const supply = supplyOf(view, limits)
  return {
    view,
    readings,
    commit,
    supply,
    outlook,
    risk: riskOf({
      outlook,
      latent: claimOf(commit),
      supply,
      memoryLeft: view.supplyPercent,
      pressure: pressureOf(view, sample),
      killsWatched: killsNear(view, sample, earlier),
      killsPast: Number.NaN,
      killsInCgroup: levelsOf(sample)[0]?.oomKills ?? Number.NaN,
    }),
    oom: explainOomScore({
      score: sample.oomScore,
      adjustment: sample.oomAdjustment,
      status: memory.status,
      total: (view.readings.sample.meminfo.memTotal ?? Number.NaN) + (view.readings.sample.meminfo.swapTotal ?? 0),
      pageSize: view.readings.host.pageSize,
      formula: rules.scaled ? 'scaled' : 'plain',
      adminBonus: rules.adminBonus && isAdmin(sample),
    }),
    rank: sample.oomScore === null ? null : oomRank(sample.oomScore, readings.candidates),
    promises: sorted.slice(0, question.limit ?? sorted.length),
    promisesInAll: promises.length,
    whatIf: question.whatIf === null ? null : whatIfAlone(view, readings, commit, question.whatIf),
  }
}

/** Kills while watched that may come to this process too: the host’s, and those of its own cgroup. */
function killsNear({ watched }: HostView, sample: LimitSample, earlier: LimitSample | null): number {
  if (watched === null) return Number.NaN
  const of = (each: LimitSample): number => levelsOf(each)[0]?.oomKills ?? 0
  const own = earlier === null ? 0 : Math.max(0, of(sample) - of(earlier))
  return Math.max(own, killsOfHost(watched.oomKills, watched.killsAtLimits))
}

/** The cgroups of a sample, own first; none where they are not known. */
export function levelsOf(sample: LimitSample) {
  return 'levels' in sample.cgroups ? sample.cgroups.levels : []
}

function limitFacts(
  view: HostView,
  sample: LimitSample,
  host: HostView['readings']['sample'],
  mappings: { readonly table: MappingTable; readonly classes: Classification },
) {
  const { status } = sample
  return {
    host,
    settings: view.readings.settings,
    status,
    rlimits: sample.rlimits,
    cgroups: levelsOf(sample),
    maxMapCount: view.readings.host.maxMapCount,
    mappings: sample.mappings,
    stack: lastSize(mappings.table, mappings.classes, 'stack') ?? status?.vmStk ?? Number.NaN,
    usesHugetlb: lastSize(mappings.table, mappings.classes, 'hugetlb') !== null || (status?.hugetlbPages ?? 0) > 0,
    firstUserNamespace: sample.firstUserNamespace,
  }
}

/**
 * Size of the last mapping of a kind, `null` where there is none. The main thread's stack lies last; where mappings may
 * not be read, VmStk has all areas that grow down.
 */
function lastSize(table: MappingTable, classes: Classification, kind: Kind): number | null {
  for (let row = table.length - 1; row >= 0; row--) if (classes.kind(row) === kind) return table.size(row)
  return null
}

/** Limits of cgroups that count RAM. */
const GIVES: ReadonlySet<LimitId> = new Set(['cgroup-max', 'cgroup-limit'])

/** The least of what the host and every cgroup above the process still have. */
function supplyOf(view: HostView, limits: readonly Limit[]): number {
  const cgroups = limits.filter((each) => GIVES.has(each.id) && Number.isFinite(each.limit))
  return Math.min(view.supply, ...cgroups.map((each) => Math.max(0, each.limit - each.used)))
}

function pressureOf(view: HostView, sample: LimitSample): number {
  const own = levelsOf(sample)[0]?.pressure?.full?.avg10
  const all = view.readings.sample.pressure?.full?.avg10
  return own === undefined ? (all ?? Number.NaN) : Math.max(own, all ?? 0)
}

function whatIfAlone(view: HostView, readings: ProcessReadings, commit: ProcessCommit, mode: CommitMode): WhatIf {
  const { memory, sample } = readings
  const process = {
    pid: memory.pid,
    comm: memory.stat.comm,
    charge: commit.charge,
    noReserve: commit.noReserve,
    largest: commit.largest,
    size: memory.status?.vmSize ?? Number.NaN,
    admin: isAdmin(sample),
  }
  return whatIf(mode, view.policy, view.readings.settings, [process])
}
