import type { MapsReport } from '../analysis/maps-report.ts'
import { longestRead } from '../analysis/read-cost.ts'
import type { AddressSpace } from '../collectors/address-space.ts'
import type { SourceRead } from '../model/provenance.ts'
import { counted, formatCount, formatMilliseconds, formatUpperBound } from './units.ts'

/** What the report cost and how far it can be trusted: one line. */
export function costLine(report: MapsReport): string {
  const { space } = report.memory
  if (space === null) return 'read only what every user may read'
  const { table, depth, consistency } = space
  const read = mappingReads(report.provenance, depth)
  const time = formatMilliseconds(read.reduce((sum, each) => sum + each.durationMs, 0))
  const passes = read.length === 1 ? `one pass of ${depth}` : `${formatCount(read.length)} passes of ${depth}`
  const stall = depth === 'smaps' ? `; longest lock hold ≤ ${formatUpperBound(longestRead(read))}` : ''
  return `read ${counted(table.length, 'mapping')} in ${time}, ${passes}; ${consistency.explanation}${stall}`
}

/** Why the view is shallower than usual and how to get more, when it is. */
export function depthLine(space: AddressSpace | null): string | null {
  const { shallow, prediction } = space ?? {}
  if (shallow?.why !== 'too-costly' || prediction == null) return null
  const predicted = formatMilliseconds(prediction.stallMs)
  const allowed = formatMilliseconds(shallow.maxStallMs)
  return (
    `smaps was not read: it would block the process’s own mmap calls for about ${predicted} ` +
    `(more than --max-stall ${allowed}); --max-stall ${Math.ceil(prediction.stallMs * 1.2)}ms reads it all the same`
  )
}

function mappingReads(provenance: readonly SourceRead[], depth: string): readonly SourceRead[] {
  return provenance.filter((read) => read.path.endsWith(`/${depth}`) && read.refused === null)
}
