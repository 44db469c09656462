import type { BaselineGroup, BaselineMetric, BaselineScenario } from '../../model/gate/baseline.ts'
import type { Environment } from '../../model/gate/environment.ts'
import type { GateRun } from '../../model/gate/measurer.ts'
import { GATE_METRIC_NAMES, GATE_METRICS, type GateMetric } from '../../model/gate/metrics.ts'
import type { Scenario } from '../../model/gate/scenario.ts'
import { median } from '../statistics.ts'
import { compareEnvironments } from './environment.ts'
import { groupFigures, largestGroups } from './group-figures.ts'
import { NO_PAGE_CACHE, thresholdOf } from './rule.ts'
import { samplesOf, spreadOfBaseline } from './samples.ts'
import { fidelityOf } from './scenario.ts'

/** A recording as it was made. */
export interface Recording {
  readonly command: string
  readonly runs: readonly GateRun[]
  readonly environment: Environment
  /** `2026-09-20`. */
  readonly day: string
  readonly commit: string | null
  readonly reason: string | null
  readonly tool: string
  readonly keyText: (key: string) => string
}

/** What an update does to a scenario. */
export interface ScenarioUpdate {
  readonly scenario: BaselineScenario
  /** Metrics whose lines change. */
  readonly changes: readonly MetricChange[]
  readonly groupsChanged: number
  /** Nothing moved: the file stays as it is. */
  readonly same: boolean
  /** Why the old figures do not count, and all lines are new. */
  readonly replaced: 'first' | 'environment' | 'command' | 'fidelity' | 'forced' | null
}

export interface MetricChange {
  readonly metric: GateMetric
  readonly before: number | null
  readonly now: number | null
}

/** A group whose size differs by less is the same: what is written anew is read anew by a reviewer. */
const GROUP_SHARE = 0.02
const GROUP_FLOOR = 64 * 1024

/** A scenario made of a recording alone. */
export function recordedScenario(recording: Recording): BaselineScenario {
  const { runs, day } = recording
  const metrics = new Map<GateMetric, BaselineMetric>()
  for (const name of GATE_METRIC_NAMES) {
    const { spread } = samplesOf(runs, name)
    if (spread === null) continue
    metrics.set(name, { runs: [...spread.values].sort((a, b) => a - b), first: spread.median, since: day })
  }
  const groups = groupFigures(runs, recording.keyText)
  const largest = groups === null ? null : largestGroups(groups)
  return {
    command: recording.command,
    recorded: day,
    commit: recording.commit,
    reason: recording.reason,
    tool: recording.tool,
    fidelity: fidelityOf(runs) ?? 'polled',
    environment: recording.environment,
    metrics,
    groups: largest?.groups ?? new Map(),
    groupsLeftOut: largest?.leftOut ?? 0,
  }
}

/**
 * Puts a recording in the place of what was recorded before, and leaves alone every line that has not moved by more
 * than would fail a check: so a diff shows what changed, and noise does not creep into the baseline.
 */
export function updateScenario(
  before: BaselineScenario | null,
  fresh: BaselineScenario,
  scenario: Scenario,
  force: boolean,
): ScenarioUpdate {
  const replaced = before === null ? 'first' : replacement(before, fresh, force)
  if (before === null || replaced !== null) {
    const kept = replaced === 'forced' && before !== null ? withFirsts(fresh, before) : fresh
    return { scenario: kept, changes: changesOf(before, kept), groupsChanged: kept.groups.size, same: false, replaced }
  }
  const metrics = new Map<GateMetric, BaselineMetric>()
  for (const [name, now] of fresh.metrics)
    metrics.set(name, stickyMetric(name, before.metrics.get(name), now, scenario))
  const groups = new Map<string, BaselineGroup>()
  for (const [key, now] of fresh.groups) groups.set(key, stickyGroup(before.groups.get(key), now))
  const updated = { ...fresh, metrics, groups }
  const changes = changesOf(before, updated)
  const groupsChanged =
    [...groups].filter(([key, group]) => before.groups.get(key) !== group).length +
    [...before.groups.keys()].filter((key) => !groups.has(key)).length
  const same = changes.length === 0 && groupsChanged === 0
  return { scenario: same ? before : updated, changes, groupsChanged, same, replaced }
}

function replacement(before: BaselineScenario, fresh: BaselineScenario, force: boolean): ScenarioUpdate['replaced'] {
  if (compareEnvironments(before.environment, fresh.environment).material.length > 0) return 'environment'
  if (before.command !== fresh.command) return 'command'
  if (before.fidelity !== fresh.fidelity) return 'fidelity'
  return force ? 'forced' : null
}

/** Forced figures are of the same thing as before, whose creep is still followed. */
function withFirsts(fresh: BaselineScenario, before: BaselineScenario): BaselineScenario {
  const metrics = [...fresh.metrics].map(([name, now]) => [name, withFirst(now, before.metrics.get(name))] as const)
  return { ...fresh, metrics: new Map(metrics) }
}

function withFirst(now: BaselineMetric, before: BaselineMetric | undefined): BaselineMetric {
  return before === undefined ? now : { ...now, first: before.first, since: before.since }
}

function stickyMetric(
  name: GateMetric,
  before: BaselineMetric | undefined,
  now: BaselineMetric,
  scenario: Scenario,
): BaselineMetric {
  const [was, is] = [before === undefined ? null : spreadOfBaseline(before), spreadOfBaseline(now)]
  if (before === undefined || was === null || is === null) return now
  const facts = GATE_METRICS[name]
  const limit = scenario.limits.get(name)?.value ?? facts.usual ?? { share: 0.02, amount: facts.floor }
  const { threshold } = thresholdOf({
    facts,
    limit,
    before: was,
    now: is,
    sameSession: false,
    pageCache: NO_PAGE_CACHE,
  })
  return Math.abs(is.median - was.median) > threshold ? withFirst(now, before) : before
}

function stickyGroup(before: BaselineGroup | undefined, now: BaselineGroup): BaselineGroup {
  if (before === undefined) return now
  const allowed = Math.max(GROUP_SHARE * before.median, GROUP_FLOOR, before.max - before.min)
  return Math.abs(now.median - before.median) > allowed ? now : before
}

function changesOf(before: BaselineScenario | null, now: BaselineScenario): readonly MetricChange[] {
  const names = GATE_METRIC_NAMES.filter((name) => before?.metrics.has(name) || now.metrics.has(name))
  return names
    .filter((name) => before?.metrics.get(name) !== now.metrics.get(name))
    .map((metric) => ({
      metric,
      before: medianOf(before?.metrics.get(metric)),
      now: medianOf(now.metrics.get(metric)),
    }))
}

function medianOf(metric: BaselineMetric | undefined): number | null {
  return metric === undefined ? null : median(metric.runs)
}
