import type { HostView } from '../analysis/overcommit/host-report.ts'
import type { Owner } from '../analysis/overcommit/owners.ts'
import type { OwnershipReport } from '../analysis/overcommit/ownership.ts'
import type { PromiseReport } from '../analysis/overcommit/process-report.ts'
import { jsonName, rawName } from './json.ts'
import type { SetFailure } from './maps-json.ts'
import { NO_INTERVAL, outlookBody, riskJson, whatIfJson } from './overcommit-json-parts.ts'
import { processJson } from './overcommit-process-json.ts'

/** The body of the document on the host. */
export function hostBody(report: OwnershipReport): object {
  const { view, readings, reconciliation } = report
  return {
    overcommit: overcommitOf(view, report.latent, report.seldom, readings.cgroupKills),
    risk: riskJson(report.risk),
    ...outlookBody(report.outlook),
    whatIf: whatIfJson(report.whatIf),
    ownership: {
      ...reconciliation,
      counts: readings.counts,
      ownersInAll: report.ownersInAll,
      owners: report.owners.map(ownerOf),
    },
    processes: [],
    unavailable: { ...hostUnavailable(view), ...ownersUnavailable(report) },
    failures: [],
  }
}

const NOT_SCANNED = 'the processes of the host were not read'

/** The body of the document on processes; of the host what needs no look at its processes. */
export function processesBody(
  view: HostView,
  reports: readonly PromiseReport[],
  failures: readonly SetFailure[],
): object {
  return {
    overcommit: overcommitOf(view, Number.NaN, Number.NaN, []),
    risk: null,
    limits: null,
    unlimited: null,
    unknownLimits: null,
    whatIf: null,
    ownership: null,
    processes: reports.map(processJson),
    unavailable: { ...hostUnavailable(view), latent: NOT_SCANNED, seldom: NOT_SCANNED },
    failures,
  }
}

function overcommitOf(
  view: HostView,
  latent: number,
  seldom: number,
  cgroupKills: OwnershipReport['readings']['cgroupKills'],
): object {
  const { readings, policy, watched } = view
  const { settings, sample } = readings
  const { meminfo, pressure } = sample
  return {
    mode: policy.mode,
    ratio: settings.ratio,
    fixedLimit: settings.fixed,
    adminReserve: settings.adminReserve,
    userReserve: settings.userReserve,
    panicOnOom: settings.panicOnOom,
    oomKillAllocatingTask: settings.killAllocatingTask,
    committedAs: policy.committed,
    committedAsUncertainty: policy.uncertainty,
    commitLimit: policy.limit,
    commitLimitComputed: policy.computed,
    commitLimitEnforced: policy.mode === null ? null : policy.mode === 2,
    headroom: policy.headroom,
    largestRequest: policy.mode === 1 ? null : policy.largestRequest,
    memTotal: meminfo.memTotal,
    memAvailable: meminfo.memAvailable,
    swapTotal: meminfo.swapTotal,
    swapFree: meminfo.swapFree,
    hugetlb: policy.parts.hugetlb,
    supply: view.supply,
    latent,
    seldom,
    pressure,
    oomKills: sample.oomKills,
    cgroupOomKills: cgroupKills.map(({ path, kills, limited }) => ({ path: jsonName(path), kills, limited })),
    watched,
  }
}

/** Objects that could not be asked do not tell what they are charged, or use. */
function ownersUnavailable({ owners, view }: OwnershipReport): Record<string, string> {
  const silent = (of: (owner: Owner) => number): boolean => owners.some((owner) => Number.isNaN(of(owner)))
  const why = 'not told without VmFlags, or by an object that may not be asked (map_files needs root)'
  return {
    ...(silent((owner) => owner.charge) ? { charge: why } : {}),
    ...(silent((owner) => owner.used) ? { used: why, latent: why } : {}),
    ...(silent((owner) => owner.noReserve) ? { noReserve: why, copyOnWrite: why } : {}),
    ...(view.watched === null ? { rate: NO_INTERVAL, secondsLeft: NO_INTERVAL } : {}),
  }
}

function hostUnavailable({ readings, policy, watched }: HostView): Record<string, string> {
  const { sample } = readings
  return {
    ...(watched === null ? { watched: NO_INTERVAL } : {}),
    ...(policy.mode === null ? { mode: 'vm.overcommit_memory cannot be read' } : {}),
    ...(sample.pressure === null ? { pressure: 'this kernel has no PSI, or it is switched off' } : {}),
    ...(sample.oomKills === null ? { oomKills: 'vmstat has no oom_kill before Linux 4.13' } : {}),
    ...(policy.mode === 1 ? { largestRequest: 'mode 1 refuses nothing' } : {}),
  }
}

function ownerOf(owner: Owner): object {
  const { kind, pid, name, comm, charge, share, used, latent, copyOnWrite, noReserve, mappedBy, oomScore, basis } =
    owner
  const raw = rawName(name)
  return {
    kind,
    pid,
    name: jsonName(name),
    ...(raw === null ? {} : { nameHex: raw }),
    comm: jsonName(comm),
    charge,
    share,
    used,
    latent,
    copyOnWrite,
    noReserve,
    mappedBy,
    oomScore,
    basis,
  }
}
