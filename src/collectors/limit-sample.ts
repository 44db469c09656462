import { countMappings, MappingTable } from '../model/mapping-table.ts'
import { type Limit, parseLimits } from '../parsers/limits.ts'
import { MapsParser } from '../parsers/maps.ts'
import { parseStat } from '../parsers/stat.ts'
import { type ProcStatus, parseStatus } from '../parsers/status.ts'
import { parseInteger } from '../parsers/sysfs.ts'
import type { FileTree } from '../sources/file-tree.ts'
import type { Trees } from '../sources/trees.ts'
import { type CgroupChain, collectCgroupChain } from './cgroup-limits.ts'
import type { CgroupMount } from './cgroup-mounts.ts'
import { liveThread } from './live-thread.ts'
import { readLinkText, readParsed } from './reading.ts'

/** How near one process is to its limits, at one moment; everything here may be read by everybody but `mappings`. */
export interface LimitSample {
  /** Milliseconds on the clock of `performance.now`. */
  readonly at: number
  readonly status: ProcStatus | null
  readonly rlimits: ReadonlyMap<string, Limit> | null
  readonly cgroups: CgroupChain
  readonly oomScore: number | null
  readonly oomAdjustment: number | null
  /** Whether its user namespace is the first one; so taken when that cannot be read. */
  readonly firstUserNamespace: boolean
  /** Without the gate page; `NaN` when it may not be read. */
  readonly mappings: number
}

/** The first user namespace has this number on every Linux: include/linux/proc_ns.h PROC_USER_INIT_INO. */
const FIRST_USER_NAMESPACE = 'user:[4026531837]'

/**
 * Reads what limits a process; `null` when it is gone.
 *
 * Mappings are counted in maps: no page is walked for that.
 */
export function collectLimitSample(trees: Trees, pid: number, mounts: readonly CgroupMount[]): LimitSample | null {
  const pinned = trees.proc.pin(String(pid))
  if (!pinned.ok) return null
  using process = pinned.value
  // Of a group whose leader has exited, another thread has the memory, and the cgroup.
  const zombie = readParsed(process, 'stat', parseStat)?.state === 'Z'
  const thread = zombie ? liveThread(process, pid) : null
  const other = thread === null ? null : process.pin(`task/${thread}`)
  try {
    return sampleOf(other?.ok ? other.value : process, mounts)
  } finally {
    if (other?.ok) other.value[Symbol.dispose]()
  }
}

function sampleOf(tree: FileTree, mounts: readonly CgroupMount[]): LimitSample {
  return {
    at: performance.now(),
    status: readParsed(tree, 'status', parseStatus),
    rlimits: readParsed(tree, 'limits', parseLimits),
    cgroups: collectCgroupChain(tree, mounts),
    oomScore: readParsed(tree, 'oom_score', parseInteger),
    oomAdjustment: readParsed(tree, 'oom_score_adj', parseInteger),
    firstUserNamespace: inFirstUserNamespace(tree),
    mappings: mappingCount(tree),
  }
}

/** Whether a process is in the first user namespace, where its capabilities count; taken to be when it does not tell. */
export function inFirstUserNamespace(tree: FileTree): boolean {
  const user = readLinkText(tree, 'ns/user')
  return user === null || user === FIRST_USER_NAMESPACE
}

function mappingCount(tree: FileTree): number {
  const table = new MappingTable()
  const parser = new MapsParser(table)
  const read = tree.scan('maps', (bytes, length, final) => parser.write(bytes, length, final))
  return read.ok && table.length > 0 ? countMappings(table) : Number.NaN
}

/** The scores of all processes that the OOM killer may choose; those it never does have 0. */
export function collectOomScores(trees: Trees, pids: readonly number[]): readonly { pid: number; score: number }[] {
  return pids.flatMap((pid) => {
    const score = readParsed(trees.proc, `${pid}/oom_score`, parseInteger)
    return score === null || score === 0 ? [] : [{ pid, score }]
  })
}
