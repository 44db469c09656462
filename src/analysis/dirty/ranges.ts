/** A part of a file, and how much of it is dirty as one mapping of it shows. Bytes. */
export interface DirtyRange {
  readonly from: number
  /** Exclusive. */
  readonly to: number
  /** `NaN` is unknown. */
  readonly dirty: number
  /** Whether `dirty` is all that this mapping can show, or the least that it may be. */
  readonly exact: boolean
}

/** How much of a file its mappings show to be dirty, each page counted once. */
export interface VisibleDirty {
  /** `NaN` when no mapping's figure is known. */
  readonly bytes: number
  /** Else it is the least that it may be: mappings overlap, and which pages both show is not known. */
  readonly exact: boolean
}

/**
 * Puts together what several mappings of one file show.
 *
 * smaps counts pages and does not name them, so of mappings that overlap only the least is known: the largest sum over
 * mappings that do not (weighted interval scheduling). Where none overlap that is the sum.
 */
export function visibleDirty(ranges: readonly DirtyRange[]): VisibleDirty {
  if (ranges.length > 0 && ranges.every(({ dirty }) => Number.isNaN(dirty))) return { bytes: Number.NaN, exact: false }
  const sorted = ranges.filter(({ dirty }) => dirty > 0).sort((a, b) => a.to - b.to)
  const exact = ranges.every((range) => range.exact && !Number.isNaN(range.dirty)) && !overlaps(sorted)
  /** best[n]: the largest sum over some of the first n ranges that do not overlap. */
  const best = [0]
  sorted.forEach(({ from, dirty }, index) => {
    const before = endingBy(sorted, from, index)
    best.push(Math.max(best[index] ?? 0, (best[before] ?? 0) + dirty))
  })
  return { bytes: best.at(-1) ?? 0, exact }
}

/** How many of the first `count` ranges, sorted by end, end at `at` or before. */
function endingBy(sorted: readonly DirtyRange[], at: number, count: number): number {
  let low = 0
  let high = count
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((sorted[middle]?.to ?? 0) <= at) low = middle + 1
    else high = middle
  }
  return low
}

function overlaps(sortedByEnd: readonly DirtyRange[]): boolean {
  const byStart = [...sortedByEnd].sort((a, b) => a.from - b.from)
  return byStart.some((range, index) => index > 0 && range.from < (byStart[index - 1]?.to ?? 0))
}
