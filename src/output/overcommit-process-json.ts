import type { ProcessCommit } from '../analysis/overcommit/process-commit.ts'
import { levelsOf, type PromiseReport } from '../analysis/overcommit/process-report.ts'
import type { SharedObject } from '../analysis/overcommit/shared-objects.ts'
import { hexJson } from '../model/address.ts'
import { jsonName, rawName } from './json.ts'
import { NO_INTERVAL, outlookBody, riskJson, whatIfJson } from './overcommit-json-parts.ts'
import { cgroupReason } from './overcommit-words.ts'

/** A process that was asked about, as JSON. */
export function processJson(report: PromiseReport): object {
  const { readings, commit, oom, rank } = report
  const { memory, sample } = readings
  const raw = rawName(memory.stat.comm)
  return {
    pid: memory.pid,
    startTime: memory.stat.startTime,
    comm: jsonName(memory.stat.comm),
    ...(raw === null ? {} : { commHex: raw }),
    cmdline: memory.cmdline?.map(jsonName) ?? null,
    user: memory.user,
    ageSeconds: memory.ageSeconds,
    ...commit,
    supply: report.supply,
    consistency: memory.space?.consistency ?? null,
    risk: riskJson(report.risk),
    ...outlookBody(report.outlook),
    cgroups: levelsOf(sample).map(({ version, path, oomKills, throttled }) => ({
      version,
      path: jsonName(path),
      oomKills,
      throttled,
    })),
    oom: { ...oom, rank, candidates: readings.candidates.length },
    objects: readings.objects.map(objectOf),
    promisesInAll: report.promisesInAll,
    promises: report.promises.map(({ start, name, copyOnWrite, noReserve, ...rest }) => ({
      start: hexJson(start),
      ...rest,
      copyOnWrite,
      noReserve,
      name: jsonName(name),
      ...(rawName(name) === null ? {} : { nameHex: rawName(name) }),
    })),
    whatIf: whatIfJson(report.whatIf),
    unavailable: processUnavailable(commit, report),
  }
}

function objectOf({ kind, name, inode, charged, charge, used, estimated, noReserve }: SharedObject): object {
  return { kind, name: jsonName(name), inode, charged, charge, used, estimated, noReserve }
}

function processUnavailable(commit: ProcessCommit, { readings }: PromiseReport): Record<string, string> {
  const { space } = readings.memory
  const why =
    space === null
      ? 'needs ptrace access to the process'
      : space.depth !== 'smaps'
        ? 'smaps was not read'
        : 'this kernel does not print it'
  const entries = Object.entries(commit).filter(([, value]) => typeof value === 'number' && Number.isNaN(value))
  const { cgroups, earlier } = { cgroups: readings.sample.cgroups, earlier: readings.earlier }
  return {
    ...Object.fromEntries(entries.map(([name]) => [name, why])),
    ...('levels' in cgroups ? {} : { cgroups: cgroupReason(cgroups.why) }),
    ...(earlier === null ? { rate: NO_INTERVAL, secondsLeft: NO_INTERVAL } : {}),
  }
}
