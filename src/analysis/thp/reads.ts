import type { SourceRead } from '../../model/provenance.ts'

/** Files that there are many alike of: those of processes, and the counters of folio sizes. */
const ALIKE: readonly (readonly [pattern: RegExp, path: string])[] = [
  [/\/[1-9]\d*\/([^/]+)$/, '/*/$1'],
  [/\/hugepages-\d+kB\/stats\/[^/]+$/, '/hugepages-*/stats/*'],
]

/** Adds reads of files alike up, so that the account of thousands of processes stays short: those of `smaps_rollup` become one. */
export function groupReads(reads: readonly SourceRead[]): readonly SourceRead[] {
  const groups = new Map<string, SourceRead>()
  for (const read of reads) {
    const path = ALIKE.reduce((text, [pattern, alike]) => text.replace(pattern, alike), read.path)
    const refused = read.refused === null ? null : { ...read.refused, path }
    const key = `${path} ${refused?.reason ?? ''} ${refused?.errno ?? ''}`
    const known = groups.get(key)
    groups.set(key, known === undefined ? { ...read, path, refused } : added(known, read))
  }
  return [...groups.values()]
}

function added(sum: SourceRead, read: SourceRead): SourceRead {
  return {
    ...sum,
    durationMs: sum.durationMs + read.durationMs,
    bytes: sum.bytes + read.bytes,
    reads: sum.reads + read.reads,
    longestReadMs: Math.max(sum.longestReadMs, read.longestReadMs),
  }
}
