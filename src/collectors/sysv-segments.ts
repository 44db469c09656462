import { parseStat } from '../parsers/stat.ts'
import { parseSysvShm, type SysvSegment } from '../parsers/sysvipc-shm.ts'
import type { Trees } from '../sources/trees.ts'

/** A segment that nobody attaches, and whether who made it may still want it. */
export interface DetachedSegment extends SysvSegment {
  /** The process that made it, as far as that is known. */
  readonly maker: { readonly state: 'runs'; readonly comm: string } | { readonly state: 'ended' | 'unknown' }
}

/** SHM_DEST: it goes with its last user. */
const MARKED = 0o1000

/** The System V segments of this IPC namespace that no process attaches; `null` where the list cannot be read. */
export function collectDetachedSegments(trees: Trees): readonly DetachedSegment[] | null {
  const read = trees.proc.read('sysvipc/shm')
  if (!read.ok) return null
  return parseSysvShm(read.value)
    .filter(({ attached, mode }) => attached === 0 && (mode & MARKED) === 0)
    .map((segment) => ({ ...segment, maker: makerOf(trees, segment.creator) }))
}

/** A capture holds no more processes than it was made of. */
function makerOf(trees: Trees, pid: number): DetachedSegment['maker'] {
  const read = trees.proc.read(`${pid}/stat`)
  if (read.ok) return { state: 'runs', comm: parseStat(read.value).comm }
  return { state: read.refusal.reason === 'gone' ? 'ended' : 'unknown' }
}
