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
  const sums = new Map<string, Mutable<FileReads>>()
  for (const read of reads) {
    const path = placeOf(read.path, procRoot)
    let sum = sums.get(path)
    if (sum === undefined) {
      sum = { path, files: 0, refused: 0, bytes: 0, durationMs: 0, longestReadMs: 0 }
      sums.set(path, sum)
    }
    if (read.refused === null) sum.files++
    else sum.refused++
    sum.bytes += read.bytes
    sum.durationMs += read.durationMs
    sum.longestReadMs = Math.max(sum.longestReadMs, read.longestReadMs)
  }
  return [...sums.values()]
}

type Mutable<Sums> = { -readonly [Name in keyof Sums]: Sums[Name] }

function placeOf(path: string, procRoot: string): string {
  if (!path.startsWith(`${procRoot}/`)) return path
  const inside = path.slice(procRoot.length)
  return procRoot + inside.replace(/^\/\d+\//, '/[pid]/').replace(/\/task\/\d+\//, '/task/[tid]/')
}
