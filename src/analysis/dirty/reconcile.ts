import type { DirtyFile } from './files.ts'
import type { DirtyLevel } from './standing.ts'

/** What of the host's dirty memory is in the files that were found, and what is elsewhere. Bytes; `NaN` is unknown. */
export interface Reconciliation {
  /** meminfo's Dirty + Writeback, with NFS's unstable pages where there are any. */
  readonly host: number
  /** Dirty and being written in the files, those without a name too: the kernel counts them until they are gone. */
  readonly files: number
  /** Whether `files` is the least that it may be. */
  readonly atLeast: boolean
  /**
   * The rest: files that no process maps or has open, metadata of file systems, block devices; with `atLeast` also what
   * no mapping shows. Never below 0: files and host are not read at one moment.
   */
  readonly elsewhere: number
}

/** Compares the files with the host's own count; `unseen`: there are processes that could not be read. */
export function reconcile(
  files: readonly DirtyFile[],
  { dirty, writeback }: DirtyLevel,
  unseen = false,
): Reconciliation {
  const sum = files.reduce((total, file) => total + knownDirty(file), 0)
  const host = dirty + writeback
  return {
    host,
    files: sum,
    atLeast: unseen || files.some(({ refusal }) => refusal !== null),
    elsewhere: Math.max(0, host - sum),
  }
}

function knownDirty({ dirty, writeback, mapped, refusal }: DirtyFile): number {
  if (refusal === null) return dirty + writeback
  return Number.isNaN(mapped) ? 0 : mapped
}
