import type { Spread } from '../../model/fault-figures.ts'
import type { BaselineMetric } from '../../model/gate/baseline.ts'
import type { GateRun } from '../../model/gate/measurer.ts'
import type { GateMetric } from '../../model/gate/metrics.ts'
import type { Fidelity, Measured, TreeSnapshot } from '../../model/measured-run.ts'
import { spreadOf } from '../statistics.ts'
import { nearPeaks } from './near-peaks.ts'

/** Read at the peak, and of which the kernel keeps none. */
const AT_THE_PEAK: ReadonlySet<GateMetric> = new Set(['anon', 'huge', 'dirty'])

/** A metric of several runs, or why one of them lacks it. */
export type Samples =
  | { readonly spread: Spread; readonly fidelity: Fidelity; readonly why: null }
  | { readonly spread: null; readonly fidelity: null; readonly why: string }

/** Gathers a metric from all runs; one that lacks it makes it unknown, for runs are not judged by halves. */
export function samplesOf(runs: readonly GateRun[], metric: GateMetric): Samples {
  const values: number[] = []
  let fidelity: Fidelity = 'exact'
  for (const run of AT_THE_PEAK.has(metric) ? withoutMissedPeaks(runs, metric) : runs) {
    const measured = measuredOf(run, metric)
    if (measured.value === null) return { spread: null, fidelity: null, why: measured.why }
    values.push(measured.value)
    if (measured.fidelity === 'polled') fidelity = 'polled'
  }
  const spread = spreadOf(values)
  return spread === null ? { spread, fidelity: null, why: 'nothing was run' } : { spread, fidelity, why: null }
}

/** A look that came too late shows too little, never too much: what it shows counts where it is not the least. */
function withoutMissedPeaks(runs: readonly GateRun[], metric: GateMetric): readonly GateRun[] {
  const near = nearPeaks(runs)
  const least = Math.min(...near.map((run) => measuredOf(run, metric).value ?? 0))
  return runs.filter((run) => near.includes(run) || (measuredOf(run, metric).value ?? least) >= least)
}

/**
 * Whether a metric was read from outside now and then although the runs were exact: the kernel keeps no peak of it, and
 * in a short run it moves with the moment of the look.
 */
export function isSampled({ fidelity }: Samples, runs: readonly GateRun[]): boolean {
  return fidelity === 'polled' && runs.every((run) => run.fidelity === 'exact')
}

/** The spread of a recorded metric. */
export function spreadOfBaseline({ runs }: BaselineMetric): Spread | null {
  return spreadOf(runs)
}

function measuredOf(run: GateRun, metric: GateMetric): Measured {
  switch (metric) {
    case 'ready.anon':
      return checkpoint(run, 'ready', anonOf)
    case 'warm.anon':
      return checkpoint(run, 'warm', anonOf)
    case 'after.anon':
      return checkpoint(run, 'after', anonOf)
    case 'after.mappings':
      return checkpoint(run, 'after', mappingsOf)
    case 'growth.anon':
      return growth(run, anonOf)
    case 'growth.mappings':
      return growth(run, mappingsOf)
    default:
      return run.metrics[metric]
  }
}

type Checkpoint = 'ready' | 'warm' | 'after'

const MOMENTS: Readonly<Record<Checkpoint, string>> = {
  ready: 'when it was ready',
  warm: 'after the warm-up',
  after: 'after the load',
}

function checkpoint(run: GateRun, at: Checkpoint, figure: (snapshot: TreeSnapshot) => number): Measured {
  if (run.server === null) return { value: null, why: 'it is no server' }
  const snapshot = run.server[at]
  if (snapshot === null) return { value: null, why: `its memory was not read ${MOMENTS[at]}` }
  return { value: figure(snapshot), fidelity: 'exact' }
}

function growth(run: GateRun, figure: (snapshot: TreeSnapshot) => number): Measured {
  const warm = checkpoint(run, 'warm', figure)
  const after = checkpoint(run, 'after', figure)
  if (warm.value === null) return warm
  if (after.value === null) return after
  return { value: after.value - warm.value, fidelity: 'exact' }
}

function anonOf({ anon }: TreeSnapshot): number {
  return anon
}

function mappingsOf({ groups }: TreeSnapshot): number {
  return groups.reduce((sum, group) => sum + group.mappings, 0)
}
