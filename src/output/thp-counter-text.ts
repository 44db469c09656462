import type { Counted, TlbCounters } from '../analysis/thp/report.ts'
import { formatRatio, formatShare } from './faults-figures.ts'

/** What the processor counted, beside the estimate. */
export function counterLine({ walksPer1000, walkShare, seconds }: TlbCounters): string {
  if (Number.isNaN(walksPer1000.value)) return `TLB (counted): not measured: ${walksPer1000.how}`
  const walks = `${formatRatio(walksPer1000.value)} dTLB walks per 1,000 instructions (${walksPer1000.how})`
  return `TLB (counted): ${walks}${cycles(walkShare)}, over ${seconds.toFixed(1)} s`
}

function cycles({ value }: Counted): string {
  return Number.isNaN(value) ? '' : `, ${formatShare(value)} of the cycles in page walks`
}
