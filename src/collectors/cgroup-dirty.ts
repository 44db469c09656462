import { memoryCgroup } from '../parsers/cgroup.ts'
import { parseCgroupLimit, parseFlatKeyed } from '../parsers/cgroup-memory.ts'
import type { Trees } from '../sources/trees.ts'
import { type CgroupMount, cgroupFile, cgroupPath, stepsBelow } from './cgroup-mounts.ts'
import { cgroupsOf } from './processes.ts'
import { readParsed } from './reading.ts'

/** Dirty memory of a process's cgroup, with those below it. Bytes; `null` is unknown. */
export interface CgroupDirty {
  readonly version: 1 | 2
  /** As `/proc/PID/cgroup` has it, a binary string. */
  readonly path: string
  readonly dirty: number | null
  readonly writeback: number | null
  /**
   * The lowest of v2's memory.max and memory.high from here to the root, which the kernel makes thresholds of the
   * cgroup's own from (mm/page-writeback.c mdtc_calc_avail); `null` without one, and in v1, which has none.
   */
  readonly limit: { readonly bytes: number; readonly path: string } | null
}

/** Reads what the cgroup of a process has dirty; `null` where its memory controller is not to be seen. */
export function readCgroupDirty(trees: Trees, pid: number, mounts: readonly CgroupMount[]): CgroupDirty | null {
  const cgroup = memoryCgroup(cgroupsOf(trees, pid))
  const mount = mounts.find(({ version }) => version === cgroup?.version)
  if (cgroup === null || mount === undefined) return null
  const steps = stepsBelow(mount.root, cgroup.path)
  if (steps === null) return null
  const below = steps.join('/')
  const stat = readParsed(mount.tree, cgroupFile(mount, below, 'memory.stat'), parseFlatKeyed)
  if (stat === null) return null
  const [dirty, writeback] = mount.version === 2 ? ['file_dirty', 'file_writeback'] : ['total_dirty', 'total_writeback']
  return {
    version: mount.version,
    path: cgroupPath(mount, below),
    dirty: stat.get(dirty) ?? null,
    writeback: stat.get(writeback) ?? null,
    limit: mount.version === 2 ? lowestLimit(mount, steps) : null,
  }
}

function lowestLimit(mount: CgroupMount, steps: readonly string[]): CgroupDirty['limit'] {
  let lowest: CgroupDirty['limit'] = null
  for (let depth = steps.length; depth > 0; depth--) {
    const below = steps.slice(0, depth).join('/')
    for (const file of ['memory.max', 'memory.high']) {
      const bytes = readParsed(mount.tree, cgroupFile(mount, below, file), (text) => parseCgroupLimit(text, file))
      if (bytes !== null && bytes < (lowest?.bytes ?? Number.POSITIVE_INFINITY)) {
        lowest = { bytes, path: cgroupPath(mount, below) }
      }
    }
  }
  return lowest
}
