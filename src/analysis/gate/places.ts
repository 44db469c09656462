import type { GateRun } from '../../model/gate/measurer.ts'
import type { GateMetric } from '../../model/gate/metrics.ts'
import type { MemoryPlaces, MetricResult } from '../../model/gate/report.ts'
import type { TreeSnapshot } from '../../model/measured-run.ts'
import { median } from '../statistics.ts'
import { groupFigures, placesOf, snapshotOf } from './group-figures.ts'

type SnapshotOf = (run: GateRun) => TreeSnapshot | null

/**
 * Where the memory is: at the peak, but where that of anonymous memory alone broke a budget, at its own. `null` when in a
 * run no mappings could be read.
 */
export function placesAt(
  runs: readonly GateRun[],
  metrics: readonly MetricResult[],
  isServer: boolean,
  keyText: (key: string) => string,
): MemoryPlaces | null {
  const broke = (name: GateMetric): boolean =>
    metrics.some(({ metric, budget }) => metric === name && budget?.verdict === 'failed')
  const apart = runs.some(({ peak, anonPeak }) => anonPeak !== null && anonPeak.at !== peak?.at)
  const anonAlone = !isServer && broke('anon') && !broke('peak-rss') && apart
  const moment = isServer ? 'after-load' : anonAlone ? 'most-anon' : 'peak'
  const of: SnapshotOf = anonAlone ? ({ anonPeak }) => anonPeak : snapshotOf
  const groups = groupFigures(runs, keyText, of)
  const processes = Math.max(0, ...runs.map((run) => of(run)?.processes ?? 0))
  return groups === null ? null : placesOf(groups, { at: momentOf(runs, of), moment, processes })
}

/** Seconds since the start, of the median run's snapshot. */
export function momentOf(runs: readonly GateRun[], of: SnapshotOf): number | null {
  const moments = runs.flatMap((run) => of(run)?.at ?? [])
  return moments.length === 0 ? null : median(moments)
}
