import { THP_REASONS, type ThpReason } from '../../model/thp-reasons.ts'
import type { ThpMapping } from './process-report.ts'

/** The mappings of a process that share a reason. Bytes; `NaN` is unknown. */
export interface ReasonGroup {
  readonly reason: ThpReason
  readonly mappings: number
  readonly size: number
  readonly rss: number
  readonly huge: number
  readonly small: number
  readonly gain: number
}

/** Adds mappings up by reason: the largest gain first, then the most small pages, then in the order of the reasons. */
export function reasonGroups(mappings: readonly ThpMapping[]): readonly ReasonGroup[] {
  const groups = THP_REASONS.flatMap(([reason]) => {
    const members = mappings.filter((mapping) => mapping.reason === reason)
    return members.length === 0 ? [] : [groupOf(reason, members)]
  })
  return groups.sort((a, b) => known(b.gain) - known(a.gain) || known(b.small) - known(a.small))
}

function groupOf(reason: ThpReason, members: readonly ThpMapping[]): ReasonGroup {
  const sum = (pick: (mapping: ThpMapping) => number): number =>
    members.reduce((total, mapping) => total + pick(mapping), 0)
  return {
    reason,
    mappings: members.length,
    size: sum(({ facts }) => facts.size),
    rss: sum(({ facts }) => facts.rss),
    huge: sum(({ facts }) => facts.huge),
    small: sum(({ facts }) => facts.small),
    gain: sum((mapping) => mapping.gain),
  }
}

function known(value: number): number {
  return Number.isNaN(value) ? 0 : value
}
