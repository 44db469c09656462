import type { ProcessScan, Scanned } from '../../collectors/process-scan.ts'
import type { HugeUse } from '../../collectors/thp-processes.ts'
import type { HugetlbPool } from '../../model/hugetlb.ts'
import type { HugeMeminfo } from './host-report.ts'

/** A process by its huge memory. Bytes; `NaN` is unknown. */
export interface HugeProcess {
  readonly pid: number
  readonly startTime: number
  /** Thread name, a binary string. */
  readonly comm: string
  readonly cmdline: readonly string[]
  readonly rss: number
  readonly anonHuge: number
  readonly shmemHuge: number
  readonly fileHuge: number
  /** The three together. */
  readonly huge: number
  readonly hugetlb: number
  /** Anonymous memory in small pages. */
  readonly small: number
  /** Of it, what could be huge at most, as far as its mappings are long enough. */
  readonly missed: number
  readonly thpEnabled: boolean | null
  readonly tooCostly: boolean
}

/** Sums over all processes that were read; unknown ones are left out. */
export interface HugeListTotals {
  readonly processes: number
  readonly rss: number
  readonly anonHuge: number
  readonly shmemHuge: number
  readonly fileHuge: number
  readonly huge: number
  readonly hugetlb: number
  readonly small: number
  readonly missed: number
}

/** A sum over processes beside the kernel's own figure, and what may explain the difference. */
export interface Reconciliation {
  readonly of: 'anon' | 'shmem' | 'file' | 'hugetlb'
  /** Σ over the processes that were read. */
  readonly processes: number
  /** The kernel's own; `NaN` where it has none. */
  readonly kernel: number
  /** Of the processes' sum, bytes that are counted again where they are shared after a fork: at most, where it is known. */
  readonly countedAgain: number
}

/** The processes of a host by their huge memory. */
export interface HugeList {
  /** Those that have or could have most first. */
  readonly processes: readonly HugeProcess[]
  readonly totals: HugeListTotals
  readonly reconciliation: readonly Reconciliation[]
  /** Not read: no permission, too costly, ended meanwhile. */
  readonly denied: number
  readonly tooCostly: number
  readonly vanished: number
}

/** Makes the list of processes. */
export function hugeList(scan: ProcessScan<HugeUse>, meminfo: HugeMeminfo, pools: readonly HugetlbPool[]): HugeList {
  const processes = scan.processes.map(hugeProcess).sort((a, b) => weight(b) - weight(a) || a.pid - b.pid)
  const sum = (pick: (process: HugeProcess) => number): number =>
    processes.reduce((total, process) => total + known(pick(process)), 0)
  const totals = {
    processes: processes.length,
    rss: sum(({ rss }) => rss),
    anonHuge: sum(({ anonHuge }) => anonHuge),
    shmemHuge: sum(({ shmemHuge }) => shmemHuge),
    fileHuge: sum(({ fileHuge }) => fileHuge),
    huge: sum(({ huge }) => huge),
    hugetlb: sum(({ hugetlb }) => hugetlb),
    small: sum(({ small }) => small),
    missed: sum(({ missed }) => missed),
  }
  const taken = pools.reduce((bytes, { total, free, size }) => bytes + (total - free) * size, 0)
  const again = scan.processes.reduce((bytes, { facts }) => bytes + sharedHuge(facts), 0)
  return {
    processes,
    totals,
    reconciliation: [
      { of: 'anon', processes: totals.anonHuge, kernel: meminfo.anonHugePages, countedAgain: again },
      { of: 'shmem', processes: totals.shmemHuge, kernel: meminfo.shmemPmdMapped, countedAgain: Number.NaN },
      { of: 'file', processes: totals.fileHuge, kernel: meminfo.filePmdMapped, countedAgain: Number.NaN },
      { of: 'hugetlb', processes: totals.hugetlb, kernel: taken, countedAgain: Number.NaN },
    ],
    denied: scan.denied.length,
    tooCostly: processes.filter(({ tooCostly }) => tooCostly).length,
    vanished: scan.vanished,
  }
}

function hugeProcess({ pid, stat, facts }: Scanned<HugeUse>): HugeProcess {
  const small = Math.max(0, facts.anonymous - facts.anonHuge)
  const huge = facts.anonHuge + facts.shmemHuge + facts.fileHuge
  return {
    pid,
    startTime: stat.startTime,
    comm: stat.comm,
    cmdline: facts.cmdline,
    rss: facts.rss,
    anonHuge: facts.anonHuge,
    shmemHuge: facts.shmemHuge,
    fileHuge: facts.fileHuge,
    huge,
    hugetlb: facts.hugetlb,
    small,
    missed: Math.max(0, Math.min(small, facts.capable - facts.anonHuge)),
    thpEnabled: facts.thpEnabled,
    tooCostly: facts.tooCostly,
  }
}

/** What of anonymous memory is mapped more than once, as far as it can be huge; `NaN` where the kernel does not tell. */
function sharedHuge({ anonymous, pssAnon, anonHuge }: HugeUse): number {
  return anonHuge > 0 ? Math.min(anonHuge, anonymous - pssAnon) : 0
}

/** Whether a process has huge memory, could have some, or does not let that be known. */
export function mattersForHuge(process: HugeProcess): boolean {
  return weight(process) > 0
}

/** What a process has, or could have, in huge pages: by this it matters here. */
function weight({ huge, hugetlb, missed, rss }: HugeProcess): number {
  const some = known(huge) + known(hugetlb) + known(missed)
  return Number.isNaN(huge) ? known(rss) : some
}

function known(value: number): number {
  return Number.isNaN(value) ? 0 : value
}
