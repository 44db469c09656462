import {
  BASELINE_FORMAT,
  type Baseline,
  type BaselineGroup,
  type BaselineMetric,
  type BaselineScenario,
} from '../../model/gate/baseline.ts'
import type { Environment } from '../../model/gate/environment.ts'
import { GATE_METRICS, type GateMetric, isGateMetric } from '../../model/gate/metrics.ts'
import {
  count,
  day,
  entries,
  entry,
  figure,
  figures,
  type Located,
  oneOf,
  optional,
  parseJson,
  refused,
  text,
} from './json-fields.ts'
import { ConfigProblem } from './problem.ts'

const KIB = 1024
const MOST_CHARACTERS = 32 * 1024 * 1024

/**
 * Reads a baseline file, which people review and merge by hand, and others may send. Throws `ConfigProblem` for
 * everything that is not as it was written.
 */
export function parseBaseline(source: string): Baseline {
  if (source.length > MOST_CHARACTERS) throw new ConfigProblem(null, 'is longer than 32 MiB')
  const document = parseJson(source)
  const format = count(entry(document, 'format'))
  if (format > BASELINE_FORMAT) {
    const hint = 'update mmapctl, or record the baseline with this version'
    throw new ConfigProblem(null, `has format ${format}; this version reads ${BASELINE_FORMAT}`, hint)
  }
  const scenarios = entries(entry(document, 'scenarios')).map(([name, given]) => [name, scenarioOf(given)] as const)
  return { scenarios: new Map(scenarios) }
}

function scenarioOf(given: Located): BaselineScenario {
  const metrics = new Map<GateMetric, BaselineMetric>()
  for (const [name, each] of entries(entry(given, 'metrics'))) {
    // A metric of a later version says nothing to this one.
    if (isGateMetric(name)) metrics.set(name, metricOf(name, each))
  }
  const groups = entries(entry(given, 'groups')).map(([key, each]) => [key, groupOf(each)] as const)
  return {
    command: text(entry(given, 'command')),
    recorded: day(entry(given, 'recorded')),
    commit: optional(given, 'commit', text),
    reason: optional(given, 'reason', text),
    tool: text(entry(given, 'tool')),
    fidelity: oneOf(['exact', 'polled'])(entry(given, 'fidelity')),
    environment: environmentOf(entry(given, 'environment')),
    metrics,
    groups: new Map(groups),
    groupsLeftOut: optional(given, 'groupsLeftOut', count) ?? 0,
  }
}

function metricOf(name: GateMetric, given: Located): BaselineMetric {
  const unit = GATE_METRICS[name].unit === 'bytes' ? 'KiB' : 'count'
  oneOf([unit])(entry(given, 'unit'))
  const scale = unit === 'KiB' ? KIB : 1
  const runs = figures(entry(given, 'runs'))
  if (runs.some((run, index) => run < (runs[index - 1] ?? run))) throw refused(entry(given, 'runs'), 'in order')
  const median = entry(given, 'median')
  if (figure(median) !== middleOf(runs)) throw refused(median, `the median of its runs, ${middleOf(runs)}`)
  return {
    runs: runs.map((run) => run * scale),
    first: figure(entry(given, 'first')) * scale,
    since: day(entry(given, 'since')),
  }
}

function groupOf(given: Located): BaselineGroup {
  const kib = (key: string): number => figure(entry(given, key)) * KIB
  const group = {
    median: kib('median'),
    min: kib('min'),
    max: kib('max'),
    anon: kib('anon'),
    mappings: figure(entry(given, 'mappings')),
  }
  if (group.min > group.median || group.median > group.max) throw refused(given, 'from min over median to max')
  return group
}

function environmentOf(given: Located): Environment {
  const settings = entries(entry(given, 'settings')).map(([name, each]) => [name, text(each)] as const)
  return {
    kernel: text(entry(given, 'kernel')),
    arch: text(entry(given, 'arch')),
    pageSize: count(entry(given, 'pageSize')),
    cpus: count(entry(given, 'cpus')),
    cpuQuota: optional(given, 'cpuQuota', text),
    memory: optional(given, 'memory', text),
    thp: optional(given, 'thp', text),
    aslr: optional(given, 'aslr', oneOf(['on', 'off'])),
    libc: optional(given, 'libc', text),
    variables: count(entry(given, 'variables')),
    settings: Object.fromEntries(settings),
  }
}

/** Of numbers in order. */
function middleOf(runs: readonly number[]): number {
  const half = runs.length / 2
  const upper = runs[Math.floor(half)] ?? Number.NaN
  return Number.isInteger(half) ? ((runs[half - 1] ?? Number.NaN) + upper) / 2 : upper
}
