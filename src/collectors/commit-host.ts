import { FailureError } from '../model/failure.ts'
import type { HugetlbPool } from '../model/hugetlb.ts'
import type { Refusal } from '../model/provenance.ts'
import { type Meminfo, parseMeminfo } from '../parsers/meminfo.ts'
import { type Pressure, parsePressure } from '../parsers/pressure.ts'
import { parseInteger } from '../parsers/sysfs.ts'
import { parseVmstat } from '../parsers/vmstat.ts'
import type { Trees } from '../sources/trees.ts'
import type { CgroupKillCounter, CgroupKills } from './cgroup-kills.ts'
import { collectHugetlbPools } from './hugetlb.ts'
import { readParsed } from './reading.ts'

/** The switches of Documentation/admin-guide/sysctl/vm.rst that decide about promises; `null` where one is missing. */
export interface CommitSettings {
  /** vm.overcommit_memory: 0, 1 or 2. */
  readonly mode: number | null
  /** vm.overcommit_ratio, per cent. */
  readonly ratio: number | null
  /** vm.overcommit_kbytes, in bytes; 0 leaves the limit to the ratio. */
  readonly fixed: number | null
  /** vm.admin_reserve_kbytes, in bytes. */
  readonly adminReserve: number | null
  /** vm.user_reserve_kbytes, in bytes. */
  readonly userReserve: number | null
  readonly panicOnOom: number | null
  readonly killAllocatingTask: number | null
}

/** What changes from one moment to the next. */
export interface CommitSample {
  /** Milliseconds on the clock of `performance.now`. */
  readonly at: number
  readonly meminfo: Meminfo
  readonly pools: readonly HugetlbPool[]
  /** `null` when the kernel has no PSI, or has it switched off. */
  readonly pressure: Pressure | null
  readonly pressureRefusal: Refusal | null
  /** vmstat oom_kill, since boot; `null` before Linux 4.13. */
  readonly oomKills: number | null
  /** Of which in cgroups; `null` where that was not asked. */
  readonly cgroupKills: readonly CgroupKills[] | null
}

/** Reads the switches. */
export function collectCommitSettings(trees: Trees): CommitSettings {
  const vm = (name: string): number | null => readParsed(trees.proc, `sys/vm/${name}`, parseInteger)
  const bytes = (name: string): number | null => {
    const kib = vm(name)
    return kib === null ? null : kib * 1024
  }
  return {
    mode: vm('overcommit_memory'),
    ratio: vm('overcommit_ratio'),
    fixed: bytes('overcommit_kbytes'),
    adminReserve: bytes('admin_reserve_kbytes'),
    userReserve: bytes('user_reserve_kbytes'),
    panicOnOom: vm('panic_on_oom'),
    killAllocatingTask: vm('oom_kill_allocating_task'),
  }
}

/**
 * Reads the host as it is now. Throws when there is no meminfo: nothing can be said then.
 *
 * @param kills Counts kills in cgroups, where they are to be told from those of the host; `null` to leave that out.
 */
export function collectCommitSample(trees: Trees, kills: CgroupKillCounter | null): CommitSample {
  const at = performance.now()
  const meminfo = trees.proc.read('meminfo')
  if (!meminfo.ok) throw new FailureError({ code: 'unreadable', refusal: meminfo.refusal })
  const pressure = trees.proc.read('pressure/memory')
  const oomKills = readParsed(trees.proc, 'vmstat', parseVmstat)?.get('oom_kill') ?? null
  kills?.recount(trees)
  return {
    at,
    meminfo: parseMeminfo(meminfo.value),
    pools: collectHugetlbPools(trees.sys, { defaultSize: null, byNode: false }),
    pressure: pressure.ok ? parsePressure(pressure.value, 'pressure/memory') : null,
    pressureRefusal: pressure.ok ? null : pressure.refusal,
    oomKills,
    cgroupKills: kills === null ? null : kills.kills,
  }
}

/** Committed_AS in bytes, read alone: how far it has moved since a sample; `null` when it could not be read. */
export function readCommitted(trees: Trees): number | null {
  return readParsed(trees.proc, 'meminfo', parseMeminfo)?.committedAs ?? null
}
