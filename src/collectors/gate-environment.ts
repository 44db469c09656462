import { createHash } from 'node:crypto'
import { availableParallelism } from 'node:os'
import type { Environment } from '../model/gate/environment.ts'
import { memoryCgroup, parseCgroup } from '../parsers/cgroup.ts'
import { parseMemoryLimit } from '../parsers/cgroup-limit.ts'
import { cpuCount } from '../parsers/cpu-list.ts'
import { parseMeminfo } from '../parsers/meminfo.ts'
import { parseStatus } from '../parsers/status.ts'
import { parseChoice } from '../parsers/sysfs.ts'
import type { Trees } from '../sources/trees.ts'
import { collectHost } from './host.ts'
import { readParsed } from './reading.ts'

/** What a program is started with, which is a part of its environment. */
export interface Surroundings {
  /** The variables that it gets. */
  readonly variables: Readonly<Record<string, string>>
  readonly aslr: 'on' | 'off' | null
}

/** Variables that set an allocator or a runtime; those that may hold secrets are kept as a digest. */
const SETTINGS =
  /^(?:MALLOC_\w+|GLIBC_TUNABLES|LD_PRELOAD|NODE_OPTIONS|GOGC|GOMEMLIMIT|GOMAXPROCS|RUBYOPT|PYTHONMALLOC|OMP_NUM_THREADS)$/
const SECRET_SETTINGS = /^(?:JAVA_TOOL_OPTIONS|_JAVA_OPTIONS|JDK_JAVA_OPTIONS)$/
const DIGEST_LENGTH = 12

/** Gathers what moves memory figures without any change of the program; needs no right. */
export function collectGateEnvironment(trees: Trees, { variables, aslr }: Surroundings): Environment {
  const { kernel, pageSize } = collectHost(trees)
  const allowed = readParsed(trees.proc, 'self/status', parseStatus)?.other.get('Cpus_allowed_list')
  return {
    kernel: `${kernel.major}.${kernel.minor}`,
    arch: process.arch,
    pageSize,
    cpus: (allowed === undefined ? null : cpuCount(allowed)) ?? availableParallelism(),
    memory: memoryText(memoryLimit(trees)),
    thp: readParsed(trees.sys, 'kernel/mm/transparent_hugepage/enabled', parseChoice)?.active ?? null,
    aslr,
    libc: libc(),
    variables: Object.keys(variables).length,
    settings: settingsOf(variables),
  }
}

/** The memory that we may use, in bytes: the machine's, or the least limit of a cgroup that we are in. */
function memoryLimit(trees: Trees): number | null {
  const total = readParsed(trees.proc, 'meminfo', parseMeminfo)?.memTotal ?? null
  const limits = cgroupFiles(trees).map((file) => readParsed(trees.sys, file, parseMemoryLimit))
  const known = [total, ...limits].filter((limit) => limit !== null)
  return known.length === 0 ? null : Math.min(...known)
}

/** The files that limit us, ours and those of every cgroup above. */
function cgroupFiles(trees: Trees): readonly string[] {
  const entries = readParsed(trees.proc, 'self/cgroup', parseCgroup)
  const own = entries === null ? null : memoryCgroup(entries)
  if (own === null) return []
  const [root, file] = own.version === 2 ? ['fs/cgroup', 'memory.max'] : ['fs/cgroup/memory', 'memory.limit_in_bytes']
  // Outside our namespace (`/../other`) nothing of it can be read.
  const names = own.path.split('/').filter((name) => name !== '' && name !== '..')
  return [...names.keys(), names.length].map((depth) => [root, ...names.slice(0, depth), file].join('/'))
}

const KIB = 1024
const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB']

/** To the nearest 2ⁿ or 1.5 × 2ⁿ: runners of one kind differ by some MiB, and firmware takes its part. */
function memoryText(bytes: number | null): string | null {
  if (bytes === null || !Number.isFinite(bytes) || bytes < 1) return null
  const below = 2 ** Math.floor(Math.log2(bytes))
  const steps = [below, 1.5 * below, 2 * below]
  const distance = (step: number): number => Math.abs(Math.log2(bytes / step))
  const rounded = steps.reduce((best, step) => (distance(step) < distance(best) ? step : best))
  const unit = Math.min(Math.floor(Math.log2(rounded) / Math.log2(KIB)), UNITS.length - 1)
  return `${rounded / KIB ** unit}${UNITS[unit]}`
}

/** Node's own is the system's, unless Node was linked against another; unknown with musl. */
function libc(): string | null {
  const { report } = process
  // Else it resolves the names of all open connections.
  Object.assign(report, { excludeNetwork: true })
  const { header } = report.getReport() as { header?: { glibcVersionRuntime?: string } }
  return header?.glibcVersionRuntime === undefined ? null : `glibc ${header.glibcVersionRuntime}`
}

function settingsOf(variables: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const found: Record<string, string> = {}
  for (const [name, value] of Object.entries(variables)) {
    if (SETTINGS.test(name)) found[name] = value
    else if (SECRET_SETTINGS.test(name)) {
      found[name] = `sha256:${createHash('sha256').update(value).digest('hex').slice(0, DIGEST_LENGTH)}`
    }
  }
  return found
}
