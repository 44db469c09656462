import type { HostFacts } from '../../collectors/host.ts'
import type { MappedFiles } from '../../collectors/mapped-files.ts'
import type { Limit } from '../../parsers/limits.ts'
import type { Meminfo } from '../../parsers/meminfo.ts'
import type { Pressure } from '../../parsers/pressure.ts'
import type { ProcStatus } from '../../parsers/status.ts'
import type { MapsReport } from '../maps-report.ts'
import type { SysctlValues } from './sysctls.ts'

/** What rules are made from. Each is read only when a rule that was asked for needs it. */
export interface RuleSources {
  /** The mappings by address, name and permissions. */
  readonly maps: MapsReport
  /** The same, with the figures of smaps. */
  readonly smaps: MapsReport
  readonly status: ProcStatus
  /** By the kernel's name of each limit. */
  readonly limits: ReadonlyMap<string, Limit>
  /** Sizes and links of the files that are mapped. */
  readonly files: MappedFiles
  readonly host: HostFacts
  readonly meminfo: Meminfo
  readonly vmstat: ReadonlyMap<string, number>
  /** How much each counter of vmstat rose a second, over a short while. */
  readonly vmstatRates: ReadonlyMap<string, number>
  readonly memoryPressure: Pressure
  readonly sysctls: SysctlValues
}

export type SourceName = keyof RuleSources

/** Sources that say something of one process; the others are the host's. */
export const PROCESS_SOURCES: ReadonlySet<SourceName> = new Set(['maps', 'smaps', 'status', 'limits', 'files'])

/** A source as it was read, or why it could not be. */
export type SourceAnswer<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly why: string }

/** Every source that was asked for. */
export type SourceAnswers = { readonly [Name in SourceName]?: SourceAnswer<RuleSources[Name]> }
