import { createHash } from 'node:crypto'
import { availableParallelism } from 'node:os'
import type { Environment } from '../model/gate/environment.ts'
import { controllerCgroup, parseCgroup } from '../parsers/cgroup.ts'
import { parseCpuMax } from '../parsers/cgroup-cpu.ts'
import { parseMemoryLimit } from '../parsers/cgroup-limit.ts'
import { cpuCount } from '../parsers/cpu-list.ts'
import { parseMeminfo } from '../parsers/meminfo.ts'
import { parseMountinfo } from '../parsers/mountinfo.ts'
import { parseStatus } from '../parsers/status.ts'
import { parseChoice, parseInteger } from '../parsers/sysfs.ts'
import type { Trees } from '../sources/trees.ts'
import { type CgroupMount, cgroupFile, cgroupMounts, stepsBelow } from './cgroup-mounts.ts'
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
    cpuQuota: quotaText(cpuQuota(trees)),
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
  const limits = ownCgroups(trees, 'memory').map(({ mount, below }) =>
    readParsed(
      mount.tree,
      cgroupFile(mount, below, mount.version === 2 ? 'memory.max' : 'memory.limit_in_bytes'),
      parseMemoryLimit,
    ),
  )
  const known = [total, ...limits].filter((limit) => limit !== null)
  return known.length === 0 ? null : Math.min(...known)
}

/** How many CPUs' time we may have: the least quota of a cgroup that we are in; `Infinity` for none. */
function cpuQuota(trees: Trees): number {
  const quotas = ownCgroups(trees, 'cpu').map(({ mount, below }) => {
    const read = <Value>(file: string, parse: (bytes: Buffer) => Value): Value | null =>
      readParsed(mount.tree, cgroupFile(mount, below, file), parse)
    if (mount.version === 2) return read('cpu.max', parseCpuMax)
    const quota = read('cpu.cfs_quota_us', parseInteger)
    const period = read('cpu.cfs_period_us', parseInteger)
    // -1 is no limit.
    return quota === null || period === null || quota < 0 || period <= 0 ? null : quota / period
  })
  return Math.min(Number.POSITIVE_INFINITY, ...quotas.filter((quota) => quota !== null))
}

function quotaText(cpus: number): string | null {
  return Number.isFinite(cpus) ? String(Number(cpus.toFixed(2))) : null
}

/** Our cgroup of a controller and all above it, as far as they are mounted; none outside our namespace (`/../other`). */
function ownCgroups(
  trees: Trees,
  controller: string,
): readonly { readonly mount: CgroupMount; readonly below: string }[] {
  const entries = readParsed(trees.proc, 'self/cgroup', parseCgroup)
  const own = entries === null ? null : controllerCgroup(entries, controller)
  if (own === null) return []
  const mounts = readParsed(trees.proc, 'self/mountinfo', parseMountinfo) ?? []
  for (const mount of cgroupMounts(trees, mounts, controller)) {
    const steps = mount.version === own.version ? stepsBelow(mount.root, own.path) : null
    if (steps === null) continue
    return Array.from({ length: steps.length + 1 }, (_, depth) => ({ mount, below: steps.slice(0, depth).join('/') }))
  }
  return []
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

/** Node's own is the system's, unless Node was linked against another. */
function libc(): string | null {
  const { report } = process
  // Else it resolves the names of all open connections.
  Object.assign(report, { excludeNetwork: true })
  const { header, sharedObjects } = report.getReport() as {
    readonly header?: { readonly glibcVersionRuntime?: string }
    readonly sharedObjects?: readonly string[]
  }
  if (header?.glibcVersionRuntime !== undefined) return `glibc ${header.glibcVersionRuntime}`
  return sharedObjects?.some((path) => /\/ld-musl-[^/]*$/.test(path)) === true ? 'musl' : null
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
