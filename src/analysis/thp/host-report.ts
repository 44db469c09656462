import type { EventSnapshot, ThpHost } from '../../collectors/thp-host.ts'
import type { HugetlbPool } from '../../model/hugetlb.ts'
import type { ThpFinding } from '../../model/thp-findings.ts'
import type { ThpSettings } from '../../model/thp-settings.ts'
import type { TlbFacts } from '../../model/tlb.ts'
import { type EventReport, eventReport, pressureOf } from './events.ts'
import { type Fragmentation, fragmentationOf } from './fragmentation.ts'
import { hostFindings } from './host-findings.ts'
import { khugepagedRuns, khugepagedSpeed } from './policy.ts'
import type { Pressure } from './rules.ts'
import { tlbFacts } from './tlb.ts'

/** Lines of /proc/meminfo that tell of huge memory; bytes, `NaN` where the kernel lacks them. */
export interface HugeMeminfo {
  readonly memTotal: number
  readonly anonPages: number
  readonly anonHugePages: number
  readonly shmem: number
  readonly shmemHugePages: number
  readonly shmemPmdMapped: number
  readonly fileHugePages: number
  readonly filePmdMapped: number
  /** All hugetlb pools; before Linux 4.19, which has no line for it, the sum of those that sysfs has. */
  readonly hugetlb: number
}

/** Everything that `mmapctl thp` shows of the host itself. */
export interface ThpHostReport {
  readonly settings: ThpSettings | null
  /** `null` when it cannot be told. */
  readonly khugepagedRuns: boolean | null
  /** Bytes a second, at most. */
  readonly khugepagedSpeed: number | null
  readonly pools: readonly HugetlbPool[]
  readonly meminfo: HugeMeminfo
  readonly events: EventReport
  readonly pressure: Pressure
  /** `null` when /proc/buddyinfo could not be read. */
  readonly fragmentation: Fragmentation | null
  readonly tlb: TlbFacts | null
  /** What the processor calls itself, and whether it is a virtual one. */
  readonly processor: { readonly model: string | null; readonly hypervisor: boolean | null }
  readonly findings: readonly ThpFinding[]
}

/** Makes the host's part of a report. `after` is `null` when the counters were read once. */
export function thpHostReport(
  host: ThpHost,
  pageSize: number,
  block: number,
  events: { readonly before: EventSnapshot; readonly after: EventSnapshot | null },
): ThpHostReport {
  const { settings, pools, processor } = host
  const report = eventReport(events.before, events.after)
  const fragmentation = host.buddy === null ? null : fragmentationOf(host.buddy, block, pageSize)
  const pressure = pressureOf(report, fragmentation?.freeHuge ?? Number.NaN)
  return {
    settings,
    khugepagedRuns: settings === null ? false : khugepagedRuns(settings),
    khugepagedSpeed: settings === null ? null : khugepagedSpeed(settings, pageSize),
    pools,
    meminfo: hugeMeminfo(host),
    events: report,
    pressure,
    fragmentation,
    tlb: tlbFacts(processor),
    processor: { model: processor.cpu?.model ?? null, hypervisor: processor.cpu?.hypervisor ?? null },
    findings: hostFindings({ settings, pools, events: report, pressure, fragmentation }),
  }
}

function hugeMeminfo(host: ThpHost): HugeMeminfo {
  const { meminfo } = host
  const bytes = (value: number | null | undefined): number => value ?? Number.NaN
  return {
    memTotal: bytes(meminfo?.memTotal),
    anonPages: bytes(meminfo?.anonPages),
    anonHugePages: bytes(meminfo?.anonHugePages),
    shmem: bytes(meminfo?.shmem),
    shmemHugePages: bytes(meminfo?.shmemHugePages),
    shmemPmdMapped: bytes(meminfo?.shmemPmdMapped),
    fileHugePages: bytes(meminfo?.fileHugePages),
    filePmdMapped: bytes(meminfo?.filePmdMapped),
    hugetlb: meminfo?.hugetlb ?? poolBytes(host.pools),
  }
}

function poolBytes(pools: readonly HugetlbPool[]): number {
  return pools.length === 0 ? Number.NaN : pools.reduce((sum, { total, size }) => sum + total * size, 0)
}
