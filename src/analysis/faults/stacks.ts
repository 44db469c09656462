import type { FaultKind } from '../../model/fault-attribution.ts'
import type { CodeSite, FaultSample } from '../../model/fault-trace.ts'

/** Between frames in a key: the one byte that no name can have. */
export const FRAME_END = '\0'

/** Faults by stack: program first, frames from the outermost in, the fault's kind last. Binary strings. */
export type FoldedStacks = Map<string, number>

/** Adds one sample to the folded stacks. */
export function foldInto(stacks: FoldedStacks, sample: FaultSample, kind: FaultKind, faults: number): void {
  const sites = sample.stack.length > 0 ? sample.stack : [sample.site]
  const folded = [sample.comm, ...sites.map(frameName).reverse(), `[${kind}]`].join(FRAME_END)
  stacks.set(folded, (stacks.get(folded) ?? 0) + faults)
}

/** A symbol, or the file of code that has none. */
function frameName({ symbol, dso }: CodeSite): string {
  return symbol ?? (dso === null ? '[unknown]' : `[${dso.slice(dso.lastIndexOf('/') + 1)}]`)
}
