import type { GateRun } from '../../model/gate/measurer.ts'
import type { GateMetric } from '../../model/gate/metrics.ts'
import type { Asked } from './asked.ts'
import type { GroupFigures } from './group-figures.ts'
import { groupResults } from './group-limits.ts'
import { caseOf } from './metric.ts'
import type { ReferenceFigures } from './reference.ts'
import { isSuspicious } from './rule.ts'
import { samplesOf } from './samples.ts'

/**
 * Whether the first runs leave a doubt that more of them can remove: a median beyond half its limit, a budget that lies
 * among the runs, a group beyond its limit. Nearly all checks of an unchanged program end with the first three.
 */
export function needsMoreRuns(
  runs: readonly GateRun[],
  groups: GroupFigures | null,
  reference: ReferenceFigures | null,
  asked: Asked,
): boolean {
  const limited = [...asked.limits].filter(([, { value }]) => value !== null).map(([metric]) => metric)
  return (
    limited.some((metric) => isDoubtful(metric, runs, reference, asked)) ||
    [...asked.max].some(([metric, { value }]) => straddles(metric, runs, value)) ||
    groupResults(groups, reference, asked).some(
      ({ limit, verdict }) => limit.kind === 'relative' && verdict === 'failed',
    )
  )
}

function isDoubtful(
  metric: GateMetric,
  runs: readonly GateRun[],
  reference: ReferenceFigures | null,
  asked: Asked,
): boolean {
  const given = caseOf(metric, runs, reference, asked)
  return given !== null && isSuspicious(given)
}

function straddles(metric: GateMetric, runs: readonly GateRun[], most: number): boolean {
  const { spread } = samplesOf(runs, metric)
  return spread !== null && spread.min <= most && most < spread.max
}
