import type { Environment, EnvironmentDifference } from '../../model/gate/environment.ts'
import type { GateRun } from '../../model/gate/measurer.ts'
import { GATE_METRIC_NAMES } from '../../model/gate/metrics.ts'
import type {
  Growth,
  MetricResult,
  MetricVerdict,
  NoVerdict,
  ProgramFailure,
  Reference,
  ScenarioResult,
  ScenarioVerdict,
  StabilityAdvice,
} from '../../model/gate/report.ts'
import type { Scenario } from '../../model/gate/scenario.ts'
import { type Asked, asksNothing } from './asked.ts'
import { type GroupFigures, groupFigures, growthOf, snapshotOf } from './group-figures.ts'
import { groupResults, unseenByGroups } from './group-limits.ts'
import { joinedNotes } from './joined-notes.ts'
import { metricResult } from './metric.ts'
import { momentOf, placesAt } from './places.ts'
import type { ReferenceFigures } from './reference.ts'

/** Everything that was found out about a scenario. */
export interface ScenarioCase {
  readonly scenario: Scenario
  readonly command: string
  readonly asked: Asked
  readonly runs: readonly GateRun[]
  readonly seconds: number
  readonly reference: Reference | null
  readonly figures: ReferenceFigures | null
  /** Why there is nothing to compare with. */
  readonly obstacles: readonly NoVerdict[]
  readonly failure: ProgramFailure | null
  readonly failedSide: 'old' | 'new' | null
  /** Why the program could not be measured here; `null` when it was. */
  readonly refusal: string | null
  readonly environment: Environment | null
  readonly differences: readonly EnvironmentDifference[]
  readonly advice: StabilityAdvice | null
  readonly notes: readonly string[]
  /** The text of a group's key, which is a binary string. */
  readonly keyText: (key: string) => string
}

/** Judges a scenario. */
export function scenarioResult(found: ScenarioCase): ScenarioResult {
  const { scenario, runs, figures, asked, failure } = found
  const judged = failure === null && found.refusal === null ? runs : []
  const now = groupFigures(judged, found.keyText)
  const metrics =
    judged.length === 0
      ? []
      : GATE_METRIC_NAMES.map((metric) => metricResult(metric, judged, figures, asked)).filter(isOf(scenario))
  const groups = judged.length === 0 ? [] : groupResults(now, figures, asked)
  const when = { at: momentOf(judged, snapshotOf), moment: scenario.server === null ? 'peak' : 'after-load' } as const
  const growth = growthSince(figures?.groups ?? null, now, when, found, judged)
  const reasons = failure === null ? reasonsOf(found, metrics, groups) : []
  const verdicts = [...metrics, ...groups].map(({ verdict }) => verdict)
  return {
    name: scenario.name,
    line: scenario.line,
    command: found.command,
    verdict: verdictOf(failure, verdicts, reasons),
    reasons,
    failure,
    failedSide: found.failedSide,
    runs: runs.length,
    warmup: scenario.warmup,
    fidelity: fidelityOf(runs),
    seconds: found.seconds,
    reference: found.reference,
    metrics,
    groups,
    growth,
    places: placesAt(judged, metrics, scenario.server !== null, found.keyText),
    environment: found.environment,
    differences: found.differences,
    advice: found.advice,
    requests: scenario.server?.requests ?? null,
    notes: [
      ...found.notes,
      ...idleLimits(groups),
      ...unseenByGroups(judged, asked),
      ...joinedNotes(runs.map((run) => run.notes)),
    ],
  }
}

/** Limits of groups that guard nothing; that something may not be mapped is kept by not mapping it. */
function idleLimits(groups: ScenarioResult['groups']): readonly string[] {
  const idle = groups.filter(({ keys, before, limit, verdict }) => {
    const forbids = limit.kind === 'most' && limit.bytes === 0
    return verdict === 'passed' && !forbids && keys.length === 0 && (before ?? 0) === 0
  })
  if (idle.length === 0) return []
  const names = idle.map(({ pattern }) => Buffer.from(pattern).toString('latin1')).join(', ')
  return [`no group of mappings fits the limit of ${names}`]
}

/** What grew since what it is compared with; of a server without that, under its own load. */
function growthSince(
  before: GroupFigures | null,
  now: GroupFigures | null,
  when: Pick<Growth, 'at' | 'moment'>,
  { scenario, keyText }: ScenarioCase,
  runs: readonly GateRun[],
): Growth | null {
  if (now === null) return null
  if (before !== null) return growthOf(before, now, when)
  if (scenario.server === null || scenario.server.warmupDrive === null) return null
  const warm = groupFigures(runs, keyText, ({ server }) => server?.warm ?? null)
  return warm === null ? null : growthOf(warm, now, { ...when, moment: 'under-load' })
}

/** The worst fidelity of several runs; `null` of none. */
export function fidelityOf(runs: readonly GateRun[]): GateRun['fidelity'] | null {
  if (runs.length === 0) return null
  return runs.some((run) => run.fidelity === 'polled') ? 'polled' : 'exact'
}

/** A server's metrics are not a program's. */
function isOf({ server }: Scenario): (result: MetricResult) => boolean {
  return ({ metric }) => server !== null || !metric.includes('.')
}

const REASONS = [
  ['not-measured', 'not-measured'],
  ['lower-bound', 'lower-bound'],
  ['unstable', 'unstable'],
  ['unproven', 'unproven'],
  ['implausible', 'implausible'],
] as const satisfies readonly (readonly [MetricVerdict, NoVerdict['code']])[]

function reasonsOf(
  found: ScenarioCase,
  metrics: readonly MetricResult[],
  groups: ScenarioResult['groups'],
): readonly NoVerdict[] {
  const { asked, obstacles, runs, figures, refusal } = found
  if (refusal !== null) return [{ code: 'cannot-measure', why: refusal }]
  const reasons: NoVerdict[] = []
  if (asksNothing(asked)) reasons.push({ code: 'nothing-checked' })
  const uncompared = metrics.filter(({ verdict }) => verdict === 'no-baseline').map(({ metric }) => metric)
  const groupsUncompared = groups.some(({ verdict }) => verdict === 'no-baseline')
  if (uncompared.length > 0 || groupsUncompared) {
    if (figures === null) reasons.push(...obstacles)
    else reasons.push({ code: 'metric-not-in-baseline', metrics: uncompared })
  }
  for (const [verdict, code] of REASONS) {
    const names = metrics.filter((each) => each.verdict === verdict).map(({ metric }) => metric)
    if (names.length > 0) reasons.push({ code, metrics: names })
  }
  if (groups.some(({ verdict }) => verdict === 'not-measured')) reasons.push({ code: 'groups-not-measured' })
  const settled = runs.every(({ server }) => server === null || (server.settled.warm && server.settled.after))
  if (!settled && asksCheckpoints(asked)) reasons.push({ code: 'not-settled' })
  return reasons
}

function asksCheckpoints({ limits, max }: Asked): boolean {
  const limited = [...limits].filter(([, { value }]) => value !== null).map(([metric]) => metric)
  return [...limited, ...max.keys()].some((metric) => metric.includes('.'))
}

function verdictOf(
  failure: ProgramFailure | null,
  verdicts: readonly string[],
  reasons: readonly NoVerdict[],
): ScenarioVerdict {
  if (failure !== null) return 'program-failed'
  if (verdicts.includes('failed')) return 'failed'
  if (reasons.length > 0) return 'no-verdict'
  return verdicts.includes('improved') ? 'improved' : 'passed'
}
