import { availableParallelism } from 'node:os'
import type { MeasuringEnvironment } from '../model/environment.ts'
import { cgroupDirectories, controllerCgroup, parseCgroup } from '../parsers/cgroup.ts'
import { parseMeminfo } from '../parsers/meminfo.ts'
import { parseMountinfo } from '../parsers/mountinfo.ts'
import { parseChoice, parseInteger } from '../parsers/sysfs.ts'
import type { Trees } from '../sources/trees.ts'
import { collectHost } from './host.ts'
import { readParsed } from './reading.ts'

/** Variables by which allocators and runtimes are told how to use memory. */
const TUNING =
  /^(?:MALLOC_|GLIBC_TUNABLES$|LD_PRELOAD$|NODE_OPTIONS$|(?:_?JAVA|JDK_JAVA)_(?:TOOL_)?OPTIONS$|GOGC$|GOMEMLIMIT$|GODEBUG$|PYTHONMALLOC$|PYTHONHASHSEED$|OMP_NUM_THREADS$|MIMALLOC_|RUST_MIN_STACK$)/

/** Gathers what decides how much memory a program needs that gets these variables. */
export function collectEnvironment(trees: Trees, env: NodeJS.ProcessEnv): MeasuringEnvironment {
  const { kernel, pageSize } = collectHost(trees)
  return {
    kernel: kernel.release,
    arch: process.arch,
    pageSize,
    cpus: availableParallelism(),
    cpuQuota: cpuQuota(trees),
    memoryTotal: readParsed(trees.proc, 'meminfo', parseMeminfo)?.memTotal ?? null,
    memoryLimit: memoryLimit(trees),
    thp: readParsed(trees.sys, 'kernel/mm/transparent_hugepage/enabled', parseChoice)?.active ?? null,
    randomizeVaSpace: readParsed(trees.proc, 'sys/kernel/randomize_va_space', parseInteger),
    libc: libcOf(),
    variables: Object.keys(env).length,
    tuning: Object.fromEntries(
      Object.entries(env)
        .filter((entry): entry is [string, string] => TUNING.test(entry[0]) && entry[1] !== undefined)
        .sort(([a], [b]) => (a < b ? -1 : 1)),
    ),
  }
}

/** Limits hold for all that is below: the smallest on the way up counts. */
function memoryLimit(trees: Trees): number | null {
  const limits = directoriesOf(trees, 'memory').flatMap(({ directory, version }) => {
    const file = version === 2 ? 'memory.max' : 'memory.limit_in_bytes'
    const limit = numberIn(textOf(trees, `${directory}/${file}`))
    return limit === null || limit >= NO_LIMIT ? [] : [limit]
  })
  return limits.length === 0 ? null : Math.min(...limits)
}

/** What cgroup v1 has for "no limit" is LONG_MAX without its last page; no machine has so much. */
const NO_LIMIT = 2 ** 62

function cpuQuota(trees: Trees): number | null {
  const quotas = directoriesOf(trees, 'cpu').flatMap(({ directory, version }) => {
    const [quota, period] =
      version === 2
        ? (textOf(trees, `${directory}/cpu.max`)?.split(' ') ?? [])
        : [textOf(trees, `${directory}/cpu.cfs_quota_us`), textOf(trees, `${directory}/cpu.cfs_period_us`)]
    const cpus = (numberIn(quota ?? null) ?? -1) / (numberIn(period ?? null) ?? Number.NaN)
    return cpus > 0 ? [cpus] : []
  })
  return quotas.length === 0 ? null : Math.min(...quotas)
}

function directoriesOf(
  trees: Trees,
  controller: string,
): readonly { readonly directory: string; readonly version: 1 | 2 }[] {
  const entries = readParsed(trees.proc, 'self/cgroup', parseCgroup)
  const mounts = readParsed(trees.proc, 'self/mountinfo', parseMountinfo)
  const cgroup = entries === null ? null : controllerCgroup(entries, controller)
  if (cgroup === null || mounts === null) return []
  const { version } = cgroup
  return cgroupDirectories(cgroup, mounts, controller).map((directory) => ({ directory, version }))
}

function textOf(trees: Trees, path: string): string | null {
  const read = trees.root.read(path)
  return read.ok ? read.value.toString('latin1').trim() : null
}

function numberIn(text: string | null): number | null {
  return text !== null && /^-?\d+$/.test(text) ? Number(text) : null
}

/** The C library that Node runs on; a report is the only way to ask for its version. */
function libcOf(): string | null {
  // Of Node 20.13; without it names are looked up on the network.
  Object.assign(process.report, { excludeNetwork: true })
  const { header, sharedObjects } = process.report.getReport() as NodeReport
  if (header.glibcVersionRuntime !== undefined) return `glibc ${header.glibcVersionRuntime}`
  return sharedObjects.some((path) => path.includes('ld-musl-')) ? 'musl' : null
}

interface NodeReport {
  readonly header: { readonly glibcVersionRuntime?: string }
  readonly sharedObjects: readonly string[]
}
