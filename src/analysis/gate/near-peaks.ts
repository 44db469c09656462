import type { GateRun } from '../../model/gate/measurer.ts'

/** A snapshot with so much of its run's peak shows the peak. */
const COVERED = 0.97
const FEWEST_COVERED = 3

/**
 * The runs whose snapshot shows their peak, where half of them do: on a busy machine a look comes too late now and then,
 * and what it has missed would look like noise of the program's, in the groups and in what is read at the peak.
 */
export function nearPeaks(runs: readonly GateRun[]): readonly GateRun[] {
  const near = runs.filter((run) => {
    const rss = run.peak?.rss ?? Number.NaN
    // Of a tree the sum is more than the largest process ever had: nothing can be said then.
    return run.server !== null || !(rss < COVERED * (run.metrics['peak-rss'].value ?? 0))
  })
  return near.length >= Math.max(FEWEST_COVERED, runs.length / 2) ? near : runs
}
