import type { SourceRead } from '../../model/provenance.ts'

/** All reads of one kind of file, such as every process's status. */
export interface FileReads {
  /** `/proc/[pid]/status`. */
  readonly path: string
  /** Files that were opened and read. */
  readonly files: number
  readonly refused: number
  readonly bytes: number
  readonly durationMs: number
  /** The longest single read: see `SourceRead`. */
  readonly longestReadMs: number
}

/** Adds the reads of a list up by file; one entry for each of thousands of processes would say nothing. */
export function fileReads(reads: readonly SourceRead[], procRoot: string): readonly FileReads[] {
  const sums = new Map<string, FileReads>()
  for (const read of reads) {
    const path = placeOf(read.path, procRoot)
    const before = sums.get(path)
    const failed = read.refused === null ? 0 : 1
    sums.set(path, {
      path,
      files: (before?.files ?? 0) + 1 - failed,
      refused: (before?.refused ?? 0) + failed,
      bytes: (before?.bytes ?? 0) + read.bytes,
      durationMs: (before?.durationMs ?? 0) + read.durationMs,
      longestReadMs: Math.max(before?.longestReadMs ?? 0, read.longestReadMs),
    })
  }
  return [...sums.values()]
}

function placeOf(path: string, procRoot: string): string {
  if (!path.startsWith(`${procRoot}/`)) return path
  const inside = path.slice(procRoot.length)
  return procRoot + inside.replace(/^\/\d+\//, '/[pid]/').replace(/\/task\/\d+\//, '/task/[tid]/')
}
