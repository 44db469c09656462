import type { ProcessMemory } from '../../collectors/process.ts'
import type { ThpMapping } from './process-report.ts'

/** A process's huge memory in bytes. `NaN` is unknown: pages were not looked at, or do not tell. */
export interface HugeTotals {
  readonly rss: number
  readonly anonymous: number
  readonly anonHuge: number
  readonly shmemHuge: number
  readonly fileHuge: number
  /** The three together: mapped by huge entries. */
  readonly huge: number
  readonly hugetlb: number
  /** Resident in small pages, those of large folios below the PMD size too. */
  readonly small: number
  /** Of these, what could be huge if every reason were mended: at most. */
  readonly gain: number
  /** Huge anonymous memory in mappings that share pages with a forked process: at most. */
  readonly sharedHuge: number
  /** Share of the resident memory that is huge, in per cent. */
  readonly share: number
  /** Share that is huge of what is or could be, in per cent: at least. */
  readonly coverage: number
}

/** Adds the mappings up; what everybody may read stands in for what smaps would have told. */
export function hugeTotals(memory: ProcessMemory, mappings: readonly ThpMapping[]): HugeTotals {
  const depth = memory.space?.depth
  const read = depth === 'smaps' || depth === 'pagemap'
  const sum = (pick: (mapping: ThpMapping) => number): number =>
    read ? mappings.reduce((total, mapping) => total + pick(mapping), 0) : Number.NaN
  const huge = sum(({ facts }) => facts.huge)
  const gain = sum((mapping) => mapping.gain)
  const rss = read ? sum(({ facts }) => facts.rss) : (memory.status?.vmRss ?? Number.NaN)
  return {
    rss,
    anonymous: sum(({ facts }) => facts.anonymous),
    anonHuge: sum(({ facts }) => facts.anonHuge),
    shmemHuge: sum(({ facts }) => facts.shmemHuge),
    fileHuge: sum(({ facts }) => facts.fileHuge),
    huge,
    hugetlb: depth === 'smaps' ? sum(({ facts }) => facts.hugetlb) : (memory.status?.hugetlbPages ?? Number.NaN),
    small: sum(({ facts }) => facts.small),
    gain,
    sharedHuge: sum(({ facts }) => (facts.backing.of === 'anonymous' ? Math.min(facts.anonHuge, facts.shared) : 0)),
    share: percent(huge, rss),
    coverage: percent(huge, huge + gain),
  }
}

function percent(part: number, whole: number): number {
  return whole === 0 ? Number.NaN : (part * 100) / whole
}
