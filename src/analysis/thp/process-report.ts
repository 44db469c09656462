import type { FolioRefusal, FolioScan } from '../../collectors/page-frames.ts'
import type { ProcessMemory } from '../../collectors/process.ts'
import type { ZeroSample } from '../../collectors/zero-pages.ts'
import type { FolioCounts } from '../../model/folios.ts'
import type { MappingTable } from '../../model/mapping-table.ts'
import type { Refusal } from '../../model/provenance.ts'
import type { ThpReason } from '../../model/thp-reasons.ts'
import type { TlbFacts } from '../../model/tlb.ts'
import type { Classification } from '../classify/classification.ts'
import type { MappingFacts } from './facts.ts'
import { sumFolios } from './folio-sums.ts'
import { pageMix } from './page-mix.ts'
import { type HugeTotals, hugeTotals } from './process-totals.ts'
import { type ReasonGroup, reasonGroups } from './reason-groups.ts'
import { gainOf, type RuleContext, reasonOf } from './rules.ts'
import { type TlbReach, tlbReach } from './tlb.ts'

/** A mapping, why it is not huge, and what mending that would bring. */
export interface ThpMapping {
  readonly facts: MappingFacts
  readonly reason: ThpReason
  /** Bytes, at most; `NaN` is unknown. */
  readonly gain: number
  /** Its large folios; `null` when its pages were not looked at. */
  readonly folios: FolioCounts | null
}

/** A look at page frames, or why there is none: it was not asked for, or was refused. */
export type FolioAnswer = FolioScan | FolioRefusal | 'not-asked'

/** A sample of memory, or why there is none. */
export type ZeroAnswer = ZeroSample | Refusal | 'not-asked'

/** Everything that `mmapctl thp` shows of a process. */
export interface ThpProcess {
  readonly memory: ProcessMemory
  readonly table: MappingTable
  readonly classes: Classification
  /** In address order; empty when the mappings could not be read. */
  readonly mappings: readonly ThpMapping[]
  readonly totals: HugeTotals
  readonly reasons: readonly ReasonGroup[]
  readonly folios: FolioAnswer
  /** The folios of all mappings that were looked at; `null` when none were. */
  readonly folioSums: FolioCounts | null
  readonly zeros: ZeroAnswer
  /** `null` when it is not known of what size the resident pages are. */
  readonly tlb: TlbReach | null
}

/** What a process report is made from. */
export interface ThpProcessSource {
  readonly memory: ProcessMemory
  readonly table: MappingTable
  readonly classes: Classification
  readonly facts: readonly MappingFacts[]
  readonly context: RuleContext
  readonly folios: FolioAnswer
  readonly zeros: ZeroAnswer
  readonly tlb: TlbFacts | null
  /** Bytes of a huge page. */
  readonly block: number
}

/** Makes the report on a process. */
export function thpProcess(source: ThpProcessSource): ThpProcess {
  const { memory, table, classes, facts, context, folios, zeros } = source
  const scanned = isScan(folios) ? folios.byRow : new Map<number, FolioCounts>()
  const mappings = facts.map((each) => {
    const reason = reasonOf(each, context)
    return { facts: each, reason, gain: gainOf(each, reason), folios: scanned.get(each.row) ?? null }
  })
  const totals = hugeTotals(memory, mappings)
  const mix = pageMix(table, totals, { block: source.block, pageSize: context.pageSize })
  return {
    memory,
    table,
    classes,
    mappings,
    totals,
    reasons: reasonGroups(mappings),
    folios,
    folioSums: isScan(folios) ? sumFolios([...folios.byRow.values()]) : null,
    zeros,
    tlb: mix === null ? null : tlbReach(mix, source.tlb),
  }
}

/** Whether page frames were looked at. */
export function isScan(answer: FolioAnswer): answer is FolioScan {
  return typeof answer === 'object' && 'byRow' in answer
}

/** Whether memory was sampled. */
export function isSample(answer: ZeroAnswer): answer is ZeroSample {
  return typeof answer === 'object' && 'zeroPages' in answer
}
