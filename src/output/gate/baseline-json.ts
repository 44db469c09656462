import { median } from '../../analysis/statistics.ts'
import { BASELINE_FORMAT, type Baseline, type BaselineScenario } from '../../model/gate/baseline.ts'
import { GATE_METRICS, type GateMetric } from '../../model/gate/metrics.ts'

const SCHEMA = 'https://unpkg.com/mmapctl/schemas/baseline.schema.json'
const KIB = 1024
const UNSEEN = /[\p{Cc}\p{Cf}\u2028\u2029]/gu

/**
 * A baseline as a file that people review: keys and runs in order, a line for each metric and each group, so that a diff
 * shows what changed and nothing else.
 */
export function baselineText({ scenarios }: Baseline): string {
  const lines = ['{', `  "$schema": ${JSON.stringify(SCHEMA)},`, `  "format": ${BASELINE_FORMAT},`, '  "scenarios": {']
  lines.push(...joined(sorted(scenarios).map(([name, scenario]) => scenarioLines(name, scenario))))
  lines.push('  }', '}', '')
  return lines.join('\n')
}

function scenarioLines(name: string, scenario: BaselineScenario): readonly string[] {
  const metrics = sorted(scenario.metrics).map(([metric, { runs, first, since }]) => {
    const scaled = runs.map((run) => inUnit(metric, run))
    const facts = { first: halves(metric, first), median: median(scaled), runs: scaled, since }
    return [`        ${line(metric, { ...facts, unit: GATE_METRICS[metric].unit === 'bytes' ? 'KiB' : 'count' })}`]
  })
  const groups = sorted(scenario.groups).map(([key, { anon, mappings, max, median, min }]) => {
    const facts = { anon: kib(anon), mappings, max: kib(max), median: kib(median), min: kib(min) }
    return [`        ${line(key, facts)}`]
  })
  const { settings } = scenario.environment
  const environment = sorted(new Map(Object.entries({ ...scenario.environment, settings: inOrder(settings) })))
  const simple = (key: string, value: unknown): string => `      ${line(key, value)},`
  return [
    `    ${visible(name)}: {`,
    simple('command', scenario.command),
    simple('commit', scenario.commit),
    ...block(
      'environment',
      environment.map(([field, value]) => [`        ${line(field, value)}`]),
    ),
    simple('fidelity', scenario.fidelity),
    ...block('groups', groups),
    ...(scenario.groupsLeftOut > 0 ? [simple('groupsLeftOut', scenario.groupsLeftOut)] : []),
    ...block('metrics', metrics),
    simple('reason', scenario.reason),
    simple('recorded', scenario.recorded),
    `      ${line('tool', scenario.tool)}`,
    '    }',
  ]
}

function block(key: string, members: readonly (readonly string[])[]): readonly string[] {
  return members.length === 0 ? [`      "${key}": {},`] : [`      "${key}": {`, ...joined(members), '      },']
}

/** Members with a comma behind each but the last. */
function joined(members: readonly (readonly string[])[]): readonly string[] {
  return members.flatMap((lines, index) =>
    index === members.length - 1 ? lines : [...lines.slice(0, -1), `${lines.at(-1)},`],
  )
}

function line(key: string, value: unknown): string {
  return `${visible(key)}: ${spaced(value)}`
}

/** JSON on one line that a person can read. */
function spaced(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(spaced).join(', ')}]`
  if (typeof value !== 'object' || value === null) return visible(value)
  const members = Object.entries(value).map(([key, each]) => `${visible(key)}: ${spaced(each)}`)
  return members.length === 0 ? '{}' : `{ ${members.join(', ')} }`
}

/** JSON in which no character hides, or turns the direction of what a reviewer reads. */
function visible(value: unknown): string {
  return JSON.stringify(value).replace(UNSEEN, (character) =>
    [...Array(character.length).keys()]
      .map((at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`)
      .join(''),
  )
}

function inOrder(values: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(sorted(new Map(Object.entries(values))))
}

/** By the order of code units, the same everywhere. */
function sorted<Key extends string, Value>(map: ReadonlyMap<Key, Value>): readonly (readonly [Key, Value])[] {
  return [...map].sort(([one], [other]) => (one < other ? -1 : 1))
}

function inUnit(metric: GateMetric, value: number): number {
  return GATE_METRICS[metric].unit === 'bytes' ? kib(value) : value
}

/** A median of an even number of runs may lie between two. */
function halves(metric: GateMetric, value: number): number {
  return inUnit(metric, 2 * value) / 2
}

function kib(bytes: number): number {
  return Math.round(bytes / KIB)
}
