import type { ThpFinding } from '../model/thp-findings.ts'
import { counted, formatAge, formatBytes, formatCount, formatPercent } from './units.ts'

/** Words every finding: the figure, what follows from it, what may be done. */
export function findingText(finding: ThpFinding): string {
  switch (finding.code) {
    case 'pool-idle':
      return `hugetlb: ${pages(finding)} (${formatBytes(finding.bytes)}) free and promised to nobody: memory that nothing else can use; lower nr_hugepages, or start what they are for`
    case 'pool-reserved':
      return `hugetlb: ${pages(finding)} (${formatBytes(finding.bytes)}) reserved by mappings that have not touched them`
    case 'pool-exhausted':
      return `hugetlb: all ${pages(finding)} are used or reserved: the next mapping fails, and one with MAP_NORESERVE ends in SIGBUS; raise nr_hugepages`
    case 'fallbacks':
      return `${formatPercent(finding.share * 100)} of the faults that wanted a huge page got none (${formatCount(finding.perSecond)} a second): ${finding.charged ? 'a memory cgroup is at its limit' : 'no huge page was free'}`
    case 'fragmented':
      return `memory is fragmented: of ${formatBytes(finding.free)} free, ${formatBytes(finding.freeHuge)} lie in blocks that a huge page fits into`
    case 'partially-mapped':
      return `huge pages of ${formatBytes(finding.bytes)} are mapped in part alone: their unused rest is not free until they are split`
    case 'size-overrides-never':
      return `enabled is never, but ${finding.sizes.map((size) => formatBytes(size)).join(', ')} go by switches of their own, which are on: memory gets such folios all the same`
    case 'prctl':
      return `this process has transparent huge pages switched off (PR_SET_THP_DISABLE, by itself or inherited)${finding.gain > 0 ? `: ${formatBytes(finding.gain)} could be huge` : ''}`
    case 'forked':
      return `up to ${formatBytes(finding.bytes)} of huge memory is shared after a fork: each first write to a huge page ${finding.whole ? `copies all ${formatBytes(finding.copied)} of it` : `copies ${formatBytes(finding.copied)} and takes its huge mapping apart; it is huge again only when khugepaged comes`}`
    case 'zeros':
      return `${formatPercent(finding.share * 100)} of the sampled huge memory is zeros: about ${formatBytes(finding.bytes)} may never have been written; where memory is sparse, MADV_NOHUGEPAGE or mode madvise keeps it smaller`
    case 'khugepaged-slow':
      return `khugepaged needs at least ${formatAge(finding.seconds)} for the ${formatBytes(finding.bytes)} that wait for it; raise khugepaged/pages_to_scan or use MADV_COLLAPSE`
    case 'advice-without-effect':
      return `${counted(finding.mappings, 'mapping')} (${formatBytes(finding.bytes)}) asked for huge pages (MADV_HUGEPAGE) and cannot have any: the table says why`
    case 'sigbus-risk':
      return `${formatBytes(finding.bytes)} of hugetlb memory have no reservation and the pool has no page left: the next touch there is SIGBUS`
  }
}

function pages({ pages: count, size }: { readonly pages: number; readonly size: number }): string {
  return `${counted(count, 'page')} of ${formatBytes(size)}`
}
