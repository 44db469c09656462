import { parseInteger } from '../parsers/sysfs.ts'
import type { Trees } from '../sources/trees.ts'
import { readParsed } from './reading.ts'

/** `/sys/kernel/mm/ksm`, Documentation/admin-guide/mm/ksm.rst; `null` is a file that this kernel lacks. */
export interface KsmState {
  /** 0 stopped, 1 merging, 2 taking apart. */
  readonly run: number
  /** Pages that stand for several. */
  readonly shared: number | null
  /** Pages that were saved by it. */
  readonly sharing: number | null
  /** Pages looked at again and again that were not like any other. */
  readonly unshared: number | null
  readonly fullScans: number | null
  /** Bytes that were saved, less what KSM itself keeps of each page (Linux 6.4). */
  readonly profit: number | null
}

/** Reads how the merging of equal pages fares; `null` where the kernel has none. */
export function collectKsm(trees: Trees): KsmState | null {
  const of = (file: string): number | null => readParsed(trees.sys, `kernel/mm/ksm/${file}`, parseInteger)
  const run = of('run')
  if (run === null) return null
  return {
    run,
    shared: of('pages_shared'),
    sharing: of('pages_sharing'),
    unshared: of('pages_unshared'),
    fullScans: of('full_scans'),
    profit: of('general_profit'),
  }
}
