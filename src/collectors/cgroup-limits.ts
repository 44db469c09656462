import type { Refusal } from '../model/provenance.ts'
import { memoryCgroup, parseCgroup } from '../parsers/cgroup.ts'
import { parseCgroupLimit, parseFlatKeyed } from '../parsers/cgroup-memory.ts'
import { type Pressure, parsePressure } from '../parsers/pressure.ts'
import { parseInteger } from '../parsers/sysfs.ts'
import type { FileTree } from '../sources/file-tree.ts'
import { type CgroupMount, cgroupFile, cgroupPath, stepsBelow } from './cgroup-mounts.ts'
import { readParsed } from './reading.ts'

/** A limit and what counts against it, in bytes; `Infinity` is no limit. */
export interface CgroupGauge {
  readonly limit: number
  readonly usage: number
}

/** One cgroup on the way from a process to the root. A gauge is `null` where this cgroup or kernel has none. */
export interface CgroupLevel {
  readonly version: 1 | 2
  /** Path in the hierarchy as the reader sees it, a binary string. */
  readonly path: string
  /** v2 memory.max, v1 memory.limit_in_bytes: above it memory is reclaimed, then a process killed. */
  readonly max: CgroupGauge | null
  /** v2 memory.high: above it processes are slowed down. */
  readonly high: CgroupGauge | null
  /** v2 memory.swap.max: swap alone. */
  readonly swap: CgroupGauge | null
  /** v1 memory.memsw: memory and swap together. */
  readonly memsw: CgroupGauge | null
  /** v1 memory.kmem: memory of the kernel alone. */
  readonly kmem: CgroupGauge | null
  /** Page cache of files, which is dropped before anything fails: active_file + inactive_file; `null` is unknown. */
  readonly reclaimable: number | null
  /** Processes that the OOM killer ended here; with v2 also in cgroups below. */
  readonly oomKills: number | null
  /** v2: how often a process was slowed down at memory.high. */
  readonly throttled: number | null
  /** v1 oom_kill_disable: processes wait at the limit instead of being killed. */
  readonly killDisabled: boolean
  /** v2 memory.oom.group: all its processes are killed together. */
  readonly killsGroup: boolean
  /** v2 memory.pressure. */
  readonly pressure: Pressure | null
}

/** Where the memory of a process is accounted, from its own cgroup up; or why that is not known. */
export type CgroupChain =
  | { readonly levels: readonly CgroupLevel[] }
  | { readonly why: 'no-controller' | 'not-mounted' | 'outside' | Refusal }

/** Reads the limits that apply to the process whose directory `tree` is. */
export function collectCgroupChain(tree: FileTree, mounts: readonly CgroupMount[]): CgroupChain {
  const read = tree.read('cgroup')
  if (!read.ok) return { why: read.refusal }
  const cgroup = memoryCgroup(parseCgroup(read.value))
  if (cgroup === null) return { why: 'no-controller' }
  const mount = mounts.find((each) => each.version === cgroup.version)
  if (mount === undefined) return { why: 'not-mounted' }
  const steps = stepsBelow(mount.root, cgroup.path)
  if (steps === null) return { why: 'outside' }
  const levels: CgroupLevel[] = []
  for (let depth = steps.length; depth >= 0; depth--) {
    const below = steps.slice(0, depth).join('/')
    levels.push(readLevel(mount, below))
    if (mount.version === 1 && depth > 0 && !passesUp(mount, steps.slice(0, depth - 1).join('/'))) break
  }
  return { levels }
}

/** Whether a v1 cgroup counts what its children use: memory.use_hierarchy, fixed to 1 since Linux 5.11. */
function passesUp(mount: CgroupMount, path: string): boolean {
  return readParsed(mount.tree, cgroupFile(mount, path, 'memory.use_hierarchy'), parseInteger) !== 0
}

function readLevel(mount: CgroupMount, below: string): CgroupLevel {
  const { version, tree } = mount
  const parsed = <Value>(file: string, parse: (bytes: Buffer, name: string) => Value): Value | null =>
    readParsed(tree, cgroupFile(mount, below, file), (bytes) => parse(bytes, file))
  const gauge = (limit: string, usage: string): CgroupGauge | null => {
    const most = parsed(limit, parseCgroupLimit)
    const now = most === null ? null : parsed(usage, parseInteger)
    return most === null || now === null ? null : { limit: most, usage: now }
  }
  const stat = parsed('memory.stat', parseFlatKeyed)
  const prefix = version === 1 && stat?.has('total_cache') ? 'total_' : ''
  const active = stat?.get(`${prefix}active_file`)
  const inactive = stat?.get(`${prefix}inactive_file`)
  const common = {
    version,
    path: cgroupPath(mount, below),
    reclaimable: active === undefined || inactive === undefined ? null : active + inactive,
  }
  if (version === 1) {
    const control = parsed('memory.oom_control', parseFlatKeyed)
    return {
      ...common,
      max: gauge('memory.limit_in_bytes', 'memory.usage_in_bytes'),
      high: null,
      swap: null,
      memsw: gauge('memory.memsw.limit_in_bytes', 'memory.memsw.usage_in_bytes'),
      kmem: gauge('memory.kmem.limit_in_bytes', 'memory.kmem.usage_in_bytes'),
      oomKills: control?.get('oom_kill') ?? null,
      throttled: null,
      killDisabled: control?.get('oom_kill_disable') === 1,
      killsGroup: false,
      pressure: null,
    }
  }
  const events = parsed('memory.events', parseFlatKeyed)
  return {
    ...common,
    max: gauge('memory.max', 'memory.current'),
    high: gauge('memory.high', 'memory.current'),
    swap: gauge('memory.swap.max', 'memory.swap.current'),
    memsw: null,
    kmem: null,
    oomKills: events?.get('oom_kill') ?? null,
    throttled: events?.get('high') ?? null,
    killDisabled: false,
    killsGroup: parsed('memory.oom.group', parseInteger) === 1,
    pressure: parsed('memory.pressure', parsePressure),
  }
}
