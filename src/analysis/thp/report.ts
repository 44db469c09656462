import type { HostFacts } from '../../collectors/host.ts'
import type { SourceRead } from '../../model/provenance.ts'
import type { ThpFinding } from '../../model/thp-findings.ts'
import type { ThpHostReport } from './host-report.ts'
import type { HugeList } from './process-list.ts'
import type { ThpMapping, ThpProcess } from './process-report.ts'

/** A figure that the processor counted, or why it is not known. */
export interface Counted {
  /** `NaN` is unknown. */
  readonly value: number
  /** Where it comes from: `dTLB-load-misses ÷ instructions × 1000`; for an unknown one why it is. */
  readonly how: string
}

/** What the processor counted of a process meanwhile: page walks for data. */
export interface TlbCounters {
  readonly seconds: number
  /** Misses of the second level for data, for 1,000 instructions. */
  readonly walksPer1000: Counted
  /** Share of the cycles that went into page walks, 0 to 1. */
  readonly walkShare: Counted
}

/** A process, and what of it the question leaves to be shown. */
export interface ThpProcessReport {
  readonly process: ThpProcess
  /** Mappings that pass the filter, in the order and up to the limit that were asked for. */
  readonly rows: readonly ThpMapping[]
  /** How many passed the filter. */
  readonly matched: number
  readonly findings: readonly ThpFinding[]
  /** `null` when they were not asked for. */
  readonly counters: TlbCounters | null
}

/** Everything that any form of `mmapctl thp` shows. */
export interface ThpReport {
  readonly host: HostFacts
  /** Bytes of a huge page. */
  readonly block: number
  readonly system: ThpHostReport
  /** All processes; `null` when some were asked for. */
  readonly list: HugeList | null
  readonly processes: readonly ThpProcessReport[]
  readonly provenance: readonly SourceRead[]
}
