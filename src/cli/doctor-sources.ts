import { mapsReport } from '../analysis/maps-report.ts'
import type { SourceAnswer, SourceAnswers, SourceName } from '../analysis/rules/sources.ts'
import { RULE_SYSCTLS, type RuleSysctl, type SysctlValues } from '../analysis/rules/sysctls.ts'
import { missingReason } from '../analysis/totals.ts'
import type { HostFacts } from '../collectors/host.ts'
import { collectMappedFiles } from '../collectors/mapped-files.ts'
import { collectProcess, type ProcessMemory } from '../collectors/process.ts'
import type { Read } from '../model/provenance.ts'
import { parseLimits } from '../parsers/limits.ts'
import { parseMeminfo } from '../parsers/meminfo.ts'
import { parsePressure } from '../parsers/pressure.ts'
import { parseInteger } from '../parsers/sysfs.ts'
import { parseVmstat } from '../parsers/vmstat.ts'
import type { FileTree } from '../sources/file-tree.ts'
import type { Trees } from '../sources/trees.ts'
import { stallLimit } from './targets.ts'

/** How the sources of rules are read. */
export interface DoctorDepth {
  readonly maxStallMs: number
  readonly onProgress?: ((mappings: number) => void) | undefined
}

/** A first look at the host's counters; rates need a second one. */
export interface HostSample {
  readonly at: number
  readonly vmstat: ReadonlyMap<string, number> | null
}

/** Reads the host's counters for the first time. */
export function sampleHost(trees: Trees): HostSample {
  const read = readAnswer(trees.proc, 'vmstat', parseVmstat)
  return { at: performance.now(), vmstat: read.ok ? read.value : null }
}

/** Reads what the host's own sources tell. */
export function hostSources(trees: Trees, host: HostFacts, before: HostSample | null): SourceAnswers {
  const vmstat = readAnswer(trees.proc, 'vmstat', parseVmstat)
  return {
    host: { ok: true, value: host },
    meminfo: readAnswer(trees.proc, 'meminfo', parseMeminfo),
    vmstat,
    vmstatRates: ratesOf(before, vmstat),
    memoryPressure: readAnswer(trees.proc, 'pressure/memory', parsePressure),
    sysctls: { ok: true, value: readSysctls(trees.proc) },
  }
}

/** A process as read for the rules. */
export interface ProcessSources {
  readonly memory: ProcessMemory
  readonly answers: SourceAnswers
}

/** Reads what is needed of a process. Throws a failure when it has no memory to look at. */
export function processSources(
  trees: Trees,
  host: HostFacts,
  pid: number,
  needed: ReadonlySet<SourceName>,
  depth: DoctorDepth,
): ProcessSources {
  const basic = !needed.has('smaps')
  const maxStallMs = stallLimit(trees, depth.maxStallMs)
  const options = { basic, wanted: 'all' as const, pageSize: host.pageSize, maxStallMs, onProgress: depth.onProgress }
  const memory = collectProcess(trees, host, pid, options)
  const report = mapsReport(memory, host, QUESTION, [])
  const reason = missingReason(memory)
  const whole: SourceAnswer<typeof report> = { ok: true, value: report }
  const refused: SourceAnswer<typeof report> = { ok: false, why: reason }
  const pinned = trees.proc.pin(String(pid))
  try {
    const tree = pinned.ok ? pinned.value : null
    return {
      memory,
      answers: {
        maps: memory.space === null ? refused : whole,
        smaps: memory.space?.depth === 'smaps' ? whole : refused,
        status:
          memory.status === null ? { ok: false, why: 'status could not be read' } : { ok: true, value: memory.status },
        limits: tree === null ? GONE : readAnswer(tree, 'limits', parseLimits),
        files:
          tree === null || memory.space === null
            ? { ok: false, why: reason }
            : { ok: true, value: collectMappedFiles(tree, memory.space.table) },
      },
    }
  } finally {
    if (pinned.ok) pinned.value[Symbol.dispose]()
  }
}

const GONE: SourceAnswer<never> = { ok: false, why: 'the process has ended' }

const QUESTION = {
  filter: {},
  grouping: null,
  order: null,
  coalesce: false,
  limit: null,
  overview: false,
  address: null,
  gaps: false,
}

function readAnswer<Value>(tree: FileTree, file: string, parse: (bytes: Buffer) => Value): SourceAnswer<Value> {
  const read: Read<Buffer> = tree.read(file)
  if (read.ok) return { ok: true, value: parse(read.value) }
  const { reason, errno, path } = read.refusal
  const why =
    reason === 'denied' ? `${path} may not be read: run as root` : `${path} cannot be read (${errno || reason})`
  return { ok: false, why }
}

function ratesOf(
  before: HostSample | null,
  after: SourceAnswer<ReadonlyMap<string, number>>,
): SourceAnswer<ReadonlyMap<string, number>> {
  if (!after.ok) return after
  const seconds = before === null ? 0 : (performance.now() - before.at) / 1000
  if (before?.vmstat == null || seconds <= 0)
    return { ok: false, why: 'counters were read once only: rates need two moments' }
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
