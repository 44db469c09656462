import { GATE_PAGE, type MappingTable } from '../model/mapping-table.ts'

/**
 * What one pass over the mappings shows of itself.
 *
 * The kernel drops its lock about every 4 KiB of text, so a mapping that moves meanwhile can be seen twice or never.
 * `VmSize` is kept by the kernel apart from the list (`mm->total_vm`), so comparing it with the sum of the list costs
 * two short reads and shows any mapping that was missed or doubled.
 */
export interface PassCheck {
  readonly rows: number
  /** Sum of all sizes in bytes, without the gate page. */
  readonly size: number
  /** Records that begin below the end of the one before: proof of a change meanwhile. */
  readonly overlaps: number
  /** VmSize in bytes before and after the pass; `null` when unknown. */
  readonly before: number | null
  readonly after: number | null
  readonly truncated: boolean
}

/** How far a set of mappings can be trusted to be one moment's. */
export type Confidence = 'high' | 'repaired' | 'low' | 'unknown'

export interface Consistency {
  readonly confidence: Confidence
  /** How often the mappings were read. */
  readonly passes: number
  /** Rows whose figures were carried over from a torn pass, or are unknown because they appeared later. */
  readonly repaired: number
  /** One clause for a person. */
  readonly explanation: string
}

/** Gathers what a finished pass shows of itself. */
export function checkPass(table: MappingTable, before: number | null, after: number | null): PassCheck {
  let size = 0
  let overlaps = 0
  let previousEnd = 0
  for (let row = 0; row < table.length; row++) {
    const start = table.start[row] as number
    const end = table.end[row] as number
    if (start < previousEnd) overlaps++
    if (start < GATE_PAGE) size += end - start
    previousEnd = end
  }
  return { rows: table.length, size, overlaps, before, after, truncated: table.truncated }
}

/** Whether a pass is one consistent picture: nothing overlaps, and the sizes add up to an unchanged VmSize. */
export function isWhole(check: PassCheck): boolean {
  return !check.truncated && check.overlaps === 0 && check.size === check.before && check.size === check.after
}
