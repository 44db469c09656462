import { parseSysvShm, type SysvSegment } from '../parsers/sysvipc-shm.ts'
import type { Trees } from '../sources/trees.ts'
import { commOf } from './processes.ts'

/** A segment that nobody attaches, and whether who made it may still want it. */
export interface DetachedSegment extends SysvSegment {
  /** Name of the process that made it; `null` when that has ended, or is not known. A binary string. */
  readonly creatorComm: string | null
}

/** SHM_DEST: it goes with its last user. */
const MARKED = 0o1000

/** The System V segments of this IPC namespace that no process attaches; `null` where the list cannot be read. */
export function collectDetachedSegments(trees: Trees): readonly DetachedSegment[] | null {
  const read = trees.proc.read('sysvipc/shm')
  if (!read.ok) return null
  return parseSysvShm(read.value)
    .filter(({ attached, mode }) => attached === 0 && (mode & MARKED) === 0)
    .map((segment) => ({ ...segment, creatorComm: commOf(trees, segment.creator) }))
}
