import type { HeldFile } from '../../collectors/held-files.ts'
import type { HostFacts } from '../../collectors/host.ts'
import type { KsmState } from '../../collectors/ksm.ts'
import type { MappedFiles } from '../../collectors/mapped-files.ts'
import type { NumaPlacement } from '../../collectors/numa.ts'
import type { OomStanding } from '../../collectors/oom-table.ts'
import type { DetachedSegment } from '../../collectors/sysv-segments.ts'
import type { ThreadPromise } from '../../collectors/thread-promise.ts'
import type { ThreadStacks } from '../../collectors/thread-stacks.ts'
import type { Limit } from '../../parsers/limits.ts'
import type { Meminfo } from '../../parsers/meminfo.ts'
import type { Pressure } from '../../parsers/pressure.ts'
import type { ProcStatus } from '../../parsers/status.ts'
import type { DirtyReport } from '../dirty/report.ts'
import type { Standing } from '../dirty/standing.ts'
import type { MapsReport } from '../maps-report.ts'
import type { HostView } from '../overcommit/host-report.ts'
import type { PromiseReport } from '../overcommit/process-report.ts'
import type { ThpHostReport } from '../thp/host-report.ts'
import type { ThpProcess } from '../thp/process-report.ts'
import type { Motion } from './motion.ts'
import type { SysctlValues } from './sysctls.ts'

/** What rules are made from. Each is read only when a rule that was asked for needs it. */
export interface RuleSources {
  /** The mappings by address, name and permissions. */
  readonly maps: MapsReport
  /** The same, with the figures of smaps. */
  readonly smaps: MapsReport
  /** The same, with what is resident, anonymous and in huge pages, from smaps or PAGEMAP_SCAN. */
  readonly pages: MapsReport
  readonly status: ProcStatus
  /** By the kernel's name of each limit. */
  readonly limits: ReadonlyMap<string, Limit>
  /** Sizes and links of the files that are mapped. */
  readonly files: MappedFiles
  /** Memfds and deleted tmpfs files that it has open. */
  readonly heldFiles: readonly HeldFile[]
  /** What it was promised, its limits and those of its cgroups, its OOM score: as `overcommit` has them. */
  readonly promises: PromiseReport
  /** What `mmapctl thp` tells of the process, from smaps or PAGEMAP_SCAN: why its memory is not huge, and what that would bring. */
  readonly thp: ThpProcess
  /** What `mmapctl dirty` tells of the process alone, and of its files. */
  readonly dirty: Omit<DirtyReport, 'provenance'>
  /** What changed over a short while. */
  readonly motion: Motion
  readonly threadStacks: ThreadStacks
  /** On which nodes its pages are. */
  readonly numa: NumaPlacement
  readonly host: HostFacts
  readonly meminfo: Meminfo
  readonly vmstat: ReadonlyMap<string, number>
  /** How much each counter of vmstat rose a second, over a short while. */
  readonly vmstatRates: ReadonlyMap<string, number>
  /** What the kernel promises and what is left, as `overcommit` has it. */
  readonly commit: HostView
  /** What stacks of threads may hold of what the kernel promised; `null` where so little is promised that nobody asks. */
  readonly threadPromise: ThreadPromise | null
  /** What `mmapctl thp` tells of the host: switches, hugetlb pools, events meanwhile, the TLB. */
  readonly hugePages: ThpHostReport
  /** Where dirty memory stands between its thresholds. */
  readonly writeback: Standing
  readonly memoryPressure: Pressure
  /** How every process stands with the OOM killer. */
  readonly oomTable: readonly OomStanding[]
  /** System V segments that nobody attaches. */
  readonly detachedSegments: readonly DetachedSegment[]
  readonly ksm: KsmState
  /** TLB flushes a second that other CPUs asked each CPU for. */
  readonly tlbRates: readonly number[]
  readonly sysctls: SysctlValues
}

export type SourceName = keyof RuleSources

/** Sources that say something of one process; the others are the host's. */
export const PROCESS_SOURCES: ReadonlySet<SourceName> = new Set([
  'maps',
  'smaps',
  'pages',
  'status',
  'limits',
  'files',
  'heldFiles',
  'promises',
  'thp',
  'dirty',
  'motion',
  'threadStacks',
  'numa',
])

/** Sources that are made from the figures of smaps, or of pages. */
export const SMAPS_SOURCES: ReadonlySet<SourceName> = new Set(['smaps', 'pages', 'thp', 'dirty'])

/** A source as it was read, or why it could not be. */
export type SourceAnswer<Value> =
  | { readonly ok: true; readonly value: Value }
  | {
      readonly ok: false
      readonly why: string
      /** It is there, and another reader or another limit would have got it; else this kernel or capture has it not. */
      readonly withheld?: boolean
    }

/** Every source that was asked for. */
export type SourceAnswers = { readonly [Name in SourceName]?: SourceAnswer<RuleSources[Name]> }
