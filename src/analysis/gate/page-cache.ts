import type { GateRun } from '../../model/gate/measurer.ts'
import type { GateMetric } from '../../model/gate/metrics.ts'
import type { ReferenceFigures } from './reference.ts'
import { NO_PAGE_CACHE, type PageCacheShare } from './rule.ts'
import { samplesOf } from './samples.ts'

/** What one fault on a file maps at most where no huge page is (fault_around_bytes, mm/memory.c). */
const FAULT_AROUND = 64 * 1024

/**
 * What of a metric's difference may come from huge pages of the page cache alone.
 *
 * A file that was just written or copied lies in large folios, one that was read back in small ones. Where a folio is as
 * large as a huge page, one fault maps all of it: 2 MiB more are resident than the program has asked for, by some thirty
 * faults less. The same binary of Node took 41 MiB and 61 MiB so, and a mapped file of 16 MiB made 248 faults of 4,552
 * come and go.
 */
export function pageCacheShare(
  metric: GateMetric,
  runs: readonly GateRun[],
  reference: ReferenceFigures | null,
): PageCacheShare {
  const now = samplesOf(runs, 'file-huge').spread
  const before = reference?.metrics.get('file-huge')?.spread ?? null
  if (now === null || before === null) return NO_PAGE_CACHE
  const more = Math.max(0, now.max - before.min)
  const less = Math.max(0, before.max - now.min)
  if (metric === 'peak-rss') return { up: more, down: less }
  if (metric === 'minor-faults') {
    // Each process takes the faults for itself.
    const faults = Math.max(1, ...runs.map(({ peak }) => peak?.processes ?? 1)) / FAULT_AROUND
    return { up: less * faults, down: more * faults }
  }
  return NO_PAGE_CACHE
}
