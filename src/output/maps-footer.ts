import type { MapsReport } from '../analysis/maps-report.ts'
import { longestRead } from '../analysis/read-cost.ts'
import type { AddressSpace } from '../collectors/address-space.ts'
import type { SourceRead } from '../model/provenance.ts'
import { pageTierGap } from './page-tier-text.ts'
import { counted, formatCount, formatMilliseconds, formatUpperBound } from './units.ts'

/** What the report cost and how far it can be trusted: one line. */
export function costLine(report: MapsReport): string {
  const { space } = report.memory
  if (space === null) return 'read only what every user may read'
  const { table, depth, consistency } = space
  if (depth === 'pagemap') return pagesCostLine(report.provenance, space)
  const read = mappingReads(report.provenance, depth)
  const time = formatMilliseconds(read.reduce((sum, each) => sum + each.durationMs, 0))
  const passes = read.length === 1 ? `one pass of ${depth}` : `${formatCount(read.length)} passes of ${depth}`
  const stall =
    depth === 'smaps' ? `; longest lock hold ≤ ${formatUpperBound(longestRead(read))}${foretold(space)}` : ''
  return `read ${counted(table.length, 'mapping')} in ${time}, ${passes}; ${consistency.explanation}${stall}`
}

/** A prediction is worth a word where it was not far from any that matters. */
const WORTH_TELLING_MS = 1

function foretold({ prediction }: AddressSpace): string {
  if (prediction === null || prediction.stallMs < WORTH_TELLING_MS) return ''
  return `, predicted ${formatMilliseconds(prediction.stallMs)}`
}

/** What looking at pages instead of smaps cost; of one process. */
export function pagesCostLine(
  provenance: readonly SourceRead[],
  { table, consistency, rollup }: Pick<AddressSpace, 'table' | 'consistency' | 'rollup'>,
): string {
  // Whoever looks at pages again does so later.
  const scan = provenance.filter(({ path, refused }) => path.endsWith('/pagemap') && refused === null).slice(0, 1)
  const sums = rollup === null ? [] : mappingReads(provenance, 'smaps_rollup')
  const total = (reads: readonly SourceRead[]): string =>
    formatMilliseconds(reads.reduce((sum, { durationMs }) => sum + durationMs, 0))
  const calls = scan.reduce((sum, { reads }) => sum + reads, 0)
  const walk = sums.length === 0 ? '' : `, smaps_rollup in ${total(sums)}`
  return (
    `read ${counted(table.length, 'mapping')} from maps in ${total(mappingReads(provenance, 'maps'))}, their pages by ` +
    `PAGEMAP_SCAN in ${total(scan)}, ${counted(calls, 'call')}${walk}; ${consistency.explanation}; ` +
    `longest lock hold ≤ ${formatUpperBound(longestRead([...scan, ...sums]))}`
  )
}

/** Why the view is shallower than usual and how to get more, when it is. */
export function depthLine(space: AddressSpace | null): string | null {
  const { shallow, prediction } = space ?? {}
  if (shallow?.why !== 'too-costly' || prediction == null) return null
  const predicted = formatMilliseconds(prediction.stallMs)
  const allowed = formatMilliseconds(shallow.maxStallMs)
  const instead =
    space?.depth === 'pagemap'
      ? '; what each mapping has in memory is from PAGEMAP_SCAN'
      : space?.pages == null
        ? ''
        : `; nor were pages looked at instead: ${pageTierGap(space.pages)}`
  return (
    `smaps was not read: it would block the process’s own mmap calls for about ${predicted} ` +
    `(more than --max-stall ${allowed}); --max-stall ${Math.ceil(prediction.stallMs * 1.2)}ms reads it all the same${instead}`
  )
}

function mappingReads(provenance: readonly SourceRead[], depth: string): readonly SourceRead[] {
  return provenance.filter((read) => read.path.endsWith(`/${depth}`) && read.refused === null)
}
