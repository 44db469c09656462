import type { HugetlbPool } from '../model/hugetlb.ts'
import { type Limit, parseLimits } from '../parsers/limits.ts'
import { type Meminfo, parseMeminfo } from '../parsers/meminfo.ts'
import type { FileTree } from '../sources/file-tree.ts'
import type { Trees } from '../sources/trees.ts'
import { type CgroupChain, collectCgroupChain } from './cgroup-limits.ts'
import { cgroupMounts, readersMounts } from './cgroup-mounts.ts'
import { type CommitSettings, collectCommitSettings } from './commit-host.ts'
import { collectHugetlbPools } from './hugetlb.ts'
import { inFirstUserNamespace } from './limit-sample.ts'
import { readParsed } from './reading.ts'

/** What limits a process, at one moment. None of it takes a lock of the process. */
export interface WatchLimits {
  readonly meminfo: Meminfo
  /** Empty unless the process uses huge pages of a pool. */
  readonly pools: readonly HugetlbPool[]
  readonly settings: CommitSettings
  readonly rlimits: ReadonlyMap<string, Limit> | null
  readonly cgroups: CgroupChain
  readonly firstUserNamespace: boolean
}

/**
 * Reads what limits a process; `null` when the procfs has no meminfo, without which nothing can be said of the host.
 *
 * @param process The directory of the process or of its live thread.
 */
export function readWatchLimits(trees: Trees, process: FileTree, usesHugetlb: boolean): WatchLimits | null {
  const meminfo = readParsed(trees.proc, 'meminfo', parseMeminfo)
  if (meminfo === null) return null
  return {
    meminfo,
    pools: usesHugetlb ? collectHugetlbPools(trees.sys, { defaultSize: null, byNode: false }) : [],
    settings: collectCommitSettings(trees),
    rlimits: readParsed(process, 'limits', parseLimits),
    cgroups: collectCgroupChain(process, cgroupMounts(trees, readersMounts(trees))),
    firstUserNamespace: inFirstUserNamespace(process),
  }
}
