import type { CodeSite, FaultSample } from '../../model/fault-trace.ts'
import type { FaultKind } from '../../model/faults-report.ts'

/** Faults by stack: outermost frame first, frames joined by `;`, the fault's kind last. Binary strings. */
export type FoldedStacks = Map<string, number>

/** Adds one sample to the folded stacks. */
export function foldInto(stacks: FoldedStacks, sample: FaultSample, kind: FaultKind, faults: number): void {
  const sites = sample.stack.length > 0 ? sample.stack : [sample.site]
  const frames = [sample.comm, ...sites.map(frameName).reverse(), `[${kind}]`]
  const folded = frames.map(plainFrame).join(';')
  stacks.set(folded, (stacks.get(folded) ?? 0) + faults)
}

/** A symbol, or the file of code that has none. */
function frameName({ symbol, dso }: CodeSite): string {
  return symbol ?? (dso === null ? '[unknown]' : `[${dso.slice(dso.lastIndexOf('/') + 1)}]`)
}

/** The format ends a frame with `;` and a line with its count, so neither may be in a name. */
function plainFrame(name: string): string {
  return name.replace(/[;\n\r]/g, '_')
}
