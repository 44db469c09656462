import type { Spread } from '../../model/fault-figures.ts'
import type { GateRun } from '../../model/gate/measurer.ts'
import { GATE_METRICS, type GateMetric } from '../../model/gate/metrics.ts'
import type { BudgetResult, MetricResult, MetricVerdict } from '../../model/gate/report.ts'
import { median } from '../statistics.ts'
import type { Asked } from './asked.ts'
import { pageCacheShare } from './page-cache.ts'
import type { ReferenceFigures, ReferenceMetric } from './reference.ts'
import { areApart, type Case, type Judgement, judge } from './rule.ts'
import { isSampled, type Samples, samplesOf } from './samples.ts'

/** From the worst to the best: a metric with a limit and a budget has the worse of the two verdicts. */
const WORST_FIRST: readonly MetricVerdict[] = [
  'failed',
  'implausible',
  'not-measured',
  'lower-bound',
  'unstable',
  'unproven',
  'no-baseline',
  'improved',
  'passed',
  'not-gated',
]

/** Judges a metric: against what it is compared with, and against its budget. */
export function metricResult(
  metric: GateMetric,
  runs: readonly GateRun[],
  reference: ReferenceFigures | null,
  asked: Asked,
): MetricResult {
  const samples = samplesOf(runs, metric)
  const recorded = reference?.metrics.get(metric) ?? null
  const limit = asked.limits.get(metric) ?? null
  const budget = budgetResult(samples, runs, asked, metric)
  const given = caseOf(metric, runs, reference, asked)
  const judgement = given === null ? null : judge(given)
  const gated = limit !== null && limit.value !== null
  const verdict = gated ? comparedVerdict(samples, judgement) : 'not-gated'
  // That such a figure does not repeat is no reason to have no verdict at all, unless somebody wrote a limit for it.
  const compared = asked.usual && isSampled(samples, runs) && isUndecided(verdict) ? 'not-gated' : verdict
  return {
    metric,
    verdict: worst([compared, budget?.verdict ?? 'not-gated']),
    now: samples.spread,
    why: samples.why,
    fidelity: samples.fidelity,
    before: recorded?.spread ?? null,
    delta: judgement?.delta ?? null,
    relative: relativeOf(metric, judgement?.delta ?? null, recorded?.spread ?? null),
    limit: limit?.value ?? null,
    limitLine: limit?.line ?? null,
    threshold: judgement?.threshold ?? null,
    bound: judgement?.bound ?? null,
    p: judgement?.p ?? null,
    budget,
    first: firstOf(samples.spread, recorded),
  }
}

/** What a metric is judged by; a metric without a limit is held against a change that a person would call one. */
export function caseOf(
  metric: GateMetric,
  runs: readonly GateRun[],
  reference: ReferenceFigures | null,
  asked: Asked,
): Case | null {
  const now = samplesOf(runs, metric).spread
  const recorded = reference?.metrics.get(metric) ?? null
  if (now === null || recorded === null) return null
  const facts = GATE_METRICS[metric]
  const limit = asked.limits.get(metric)?.value ?? facts.usual ?? { share: 0.02, amount: facts.floor }
  const sameSession = reference?.sameSession ?? false
  const pageCache = pageCacheShare(metric, runs, reference)
  return { facts, limit, before: recorded.spread, now, sameSession, pageCache }
}

/** Whether a metric of which nothing was asked is not what it was. */
export function hasMoved({ verdict, now, before, delta, threshold }: MetricResult): boolean {
  if (verdict !== 'not-gated' || now === null || before === null || delta === null || threshold === null) return false
  return Math.abs(delta) > threshold && areApart(before, now)
}

function isUndecided(verdict: MetricVerdict): boolean {
  return verdict === 'unstable' || verdict === 'unproven'
}

function comparedVerdict(samples: Samples, judgement: Judgement | null): MetricVerdict {
  if (samples.spread === null) return 'not-measured'
  return judgement === null ? 'no-baseline' : judgement.verdict
}

function budgetResult(
  samples: Samples,
  runs: readonly GateRun[],
  asked: Asked,
  metric: GateMetric,
): BudgetResult | null {
  const budget = asked.max.get(metric)
  if (budget === undefined) return null
  const found = (verdict: BudgetResult['verdict'], seen: number | null = null): BudgetResult => ({
    most: budget.value,
    verdict,
    seen,
    line: budget.line,
  })
  if (samples.spread === null) return found('not-measured')
  if (samples.spread.median > budget.value) return found('failed')
  const seen = metric === 'mappings' ? mostMappings(runs) : null
  if (seen !== null && seen > budget.value) return found('failed', seen)
  if (samples.fidelity === 'exact' || asked.acceptPolled) return found('passed')
  const most = mostOf(metric, runs)
  return found(most !== null && most <= budget.value ? 'passed' : 'lower-bound')
}

/** What is resident, and so no more than that was. */
const RESIDENT: readonly GateMetric[] = ['peak-rss', 'anon', 'huge', 'dirty', 'file-huge']

/** What a metric was at most, in the median of the runs, where it was only seen now and then; `null` when nothing says. */
function mostOf(metric: GateMetric, runs: readonly GateRun[]): number | null {
  const most = runs.flatMap((run) => run.mostResident ?? [])
  return RESIDENT.includes(metric) && most.length === runs.length ? median(most) : null
}

/** The most mappings that a process was seen with, in the median of the runs. */
function mostMappings(runs: readonly GateRun[]): number | null {
  const most = runs.flatMap((run) => run.mostMappings ?? [])
  return most.length === runs.length && most.length > 0 ? median(most) : null
}

function firstOf(now: Spread | null, recorded: ReferenceMetric | null): MetricResult['first'] {
  if (recorded === null || recorded.first === null) return null
  const { value, since } = recorded.first
  return { value, since, relative: now === null || value === 0 ? null : (now.median - value) / Math.abs(value) }
}

/** A growth under load was near nothing before: a share of that says nothing. */
function relativeOf(metric: GateMetric, delta: number | null, before: Spread | null): number | null {
  if (GATE_METRICS[metric].judged === 'growth') return null
  return delta === null || before === null || before.median === 0 ? null : delta / Math.abs(before.median)
}

function worst(verdicts: readonly MetricVerdict[]): MetricVerdict {
  return WORST_FIRST.find((verdict) => verdicts.includes(verdict)) ?? 'not-gated'
}
