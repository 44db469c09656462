import { type MapsReport, mapsReport, WHOLE } from '../analysis/maps-report.ts'
import type { HostView } from '../analysis/overcommit/host-report.ts'
import { SMAPS_SOURCES, type SourceAnswer, type SourceAnswers, type SourceName } from '../analysis/rules/sources.ts'
import { RULE_SYSCTLS, type RuleSysctl, type SysctlValues } from '../analysis/rules/sysctls.ts'
import type { HostFacts } from '../collectors/host.ts'
import { collectMappedFiles } from '../collectors/mapped-files.ts'
import { collectProcess, type ProcessMemory } from '../collectors/process.ts'
import { parseLimits } from '../parsers/limits.ts'
import { parsePressure } from '../parsers/pressure.ts'
import { parseInteger } from '../parsers/sysfs.ts'
import { parseVmstat } from '../parsers/vmstat.ts'
import type { FileTree } from '../sources/file-tree.ts'
import type { Trees } from '../sources/trees.ts'
import { missingAnswer, ONCE, readAnswer } from './doctor-answers.ts'
import { flushRates, hostMemorySources, processMemorySources, readFlushes } from './doctor-memory-sources.ts'
import { dirtySource, hostReports } from './doctor-reports.ts'
import { stallLimit } from './subject.ts'

/** How the sources of rules are read. */
export interface DoctorDepth {
  readonly maxStallMs: number
  readonly onProgress?: ((mappings: number) => void) | undefined
}

/** A first look at the host's counters; rates need a second one. */
export interface HostSample {
  readonly at: number
  readonly vmstat: ReadonlyMap<string, number> | null
  readonly flushes: readonly number[] | null
}

/** Reads the host's counters for the first time. */
export function sampleHost(trees: Trees): HostSample {
  const read = readAnswer(trees.proc, 'vmstat', parseVmstat)
  return { at: performance.now(), vmstat: read.ok ? read.value : null, flushes: readFlushes(trees) }
}

/** What is asked of the host once for all rules, so that no two of them rest on different figures. */
export interface HostTerms {
  readonly host: HostFacts
  readonly commit: SourceAnswer<HostView>
  readonly needed: ReadonlySet<SourceName>
}

/** Reads what the host's own sources tell. */
export function hostSources(trees: Trees, terms: HostTerms, before: HostSample | null): SourceAnswers {
  const { host, commit } = terms
  const vmstat = readAnswer(trees.proc, 'vmstat', parseVmstat)
  return {
    host: { ok: true, value: host },
    ...hostMemorySources(trees, terms),
    ...hostReports(trees, terms, { before, after: { at: performance.now(), vmstat: vmstat.ok ? vmstat.value : null } }),
    commit,
    meminfo: commit.ok ? { ok: true, value: commit.value.readings.sample.meminfo } : commit,
    vmstat,
    vmstatRates: ratesOf(before, vmstat),
    tlbRates: flushRates(before, readFlushes(trees)),
    memoryPressure: readAnswer(trees.proc, 'pressure/memory', parsePressure),
    sysctls: { ok: true, value: readSysctls(trees.proc) },
  }
}

/** A process as read for the rules. */
export interface ProcessSources {
  readonly memory: ProcessMemory
  readonly report: MapsReport
  readonly answers: SourceAnswers
}

/** Reads what is needed of a process. Throws a failure when it has no memory to look at. */
export function processSources(trees: Trees, terms: HostTerms, pid: number, depth: DoctorDepth): ProcessSources {
  const { host, needed } = terms
  const basic = ![...SMAPS_SOURCES].some((name) => needed.has(name))
  const maxStallMs = stallLimit(trees, depth.maxStallMs)
  const reading = { basic, pages: true, wanted: 'all' as const, pageSize: host.pageSize }
  const options = { ...reading, maxStallMs, onProgress: depth.onProgress }
  const memory = collectProcess(trees, host, pid, options)
  const report = mapsReport(memory, host, WHOLE, [])
  const whole: SourceAnswer<MapsReport> = { ok: true, value: report }
  const refused = missingAnswer(memory)
  const pinned = trees.proc.pin(String(pid))
  try {
    const tree = pinned.ok ? pinned.value : null
    return {
      memory,
      report,
      answers: {
        maps: memory.space === null ? refused : whole,
        smaps: memory.space?.depth === 'smaps' ? whole : refused,
        pages: pagesKnown(report) ? whole : refused,
        status:
          memory.status === null ? { ok: false, why: 'status could not be read' } : { ok: true, value: memory.status },
        limits: tree === null ? GONE : readAnswer(tree, 'limits', parseLimits),
        files:
          tree === null || memory.space === null
            ? refused
            : { ok: true, value: collectMappedFiles(tree, memory.space.table) },
        ...(tree === null ? {} : processMemorySources(trees, terms, { tree, memory })),
        ...(needed.has('dirty') ? { dirty: dirtySource(trees, host, memory) } : {}),
      },
    }
  } finally {
    if (pinned.ok) pinned.value[Symbol.dispose]()
  }
}

/** Without smaps every page must be known: what is not would be taken for nothing. */
function pagesKnown({ memory, matchedSums }: MapsReport): boolean {
  const depth = memory.space?.depth
  return depth === 'smaps' || (depth === 'pagemap' && matchedSums.rss !== null && matchedSums.anonymous !== null)
}

const GONE: SourceAnswer<never> = { ok: false, why: 'the process has ended' }

function ratesOf(
  before: HostSample | null,
  after: SourceAnswer<ReadonlyMap<string, number>>,
): SourceAnswer<ReadonlyMap<string, number>> {
  if (!after.ok) return after
  const seconds = before === null ? 0 : (performance.now() - before.at) / 1000
  if (before?.vmstat == null || seconds <= 0) return ONCE
  const rates = new Map<string, number>()
  for (const [name, value] of after.value) {
    const old = before.vmstat.get(name)
    if (old !== undefined) rates.set(name, (value - old) / seconds)
  }
  return { ok: true, value: rates }
}

function readSysctls(proc: FileTree): SysctlValues {
  const values = new Map<RuleSysctl, number>()
  for (const name of RULE_SYSCTLS) {
    const read = proc.read(`sys/${name}`)
    if (read.ok) values.set(name, parseInteger(read.value, name))
  }
  return values
}
