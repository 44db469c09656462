import type { Spread } from '../../model/fault-figures.ts'
import type { BaselineScenario } from '../../model/gate/baseline.ts'
import type { GateRun } from '../../model/gate/measurer.ts'
import { GATE_METRIC_NAMES, type GateMetric } from '../../model/gate/metrics.ts'
import { type GroupFigures, groupFigures } from './group-figures.ts'
import { samplesOf, spreadOfBaseline } from './samples.ts'

/** What runs are compared with: a baseline, or the other side of an A/B comparison. */
export interface ReferenceFigures {
  readonly metrics: ReadonlyMap<GateMetric, ReferenceMetric>
  readonly groups: GroupFigures | null
  /** Measured just now, in turn with the other side. */
  readonly sameSession: boolean
}

export interface ReferenceMetric {
  readonly spread: Spread
  /** When it was recorded first; `null` of what was measured just now. */
  readonly first: { readonly value: number; readonly since: string } | null
}

/** The figures of a baseline. */
export function figuresOfBaseline(scenario: BaselineScenario): ReferenceFigures {
  const metrics = new Map<GateMetric, ReferenceMetric>()
  for (const [name, recorded] of scenario.metrics) {
    const spread = spreadOfBaseline(recorded)
    if (spread !== null) metrics.set(name, { spread, first: { value: recorded.first, since: recorded.since } })
  }
  return { metrics, groups: { groups: scenario.groups, leftOut: scenario.groupsLeftOut }, sameSession: false }
}

/** The figures of runs that were made just now. */
export function figuresOfRuns(runs: readonly GateRun[], keyText: (key: string) => string): ReferenceFigures {
  const metrics = new Map<GateMetric, ReferenceMetric>()
  for (const name of GATE_METRIC_NAMES) {
    const { spread } = samplesOf(runs, name)
    if (spread !== null) metrics.set(name, { spread, first: null })
  }
  return { metrics, groups: groupFigures(runs, keyText), sameSession: true }
}
