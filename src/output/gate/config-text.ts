import type { Spread } from '../../model/fault-figures.ts'
import { joinCommand } from '../../model/gate/command-line.ts'
import type { RelativeLimit } from '../../model/gate/limit.ts'
import { GATE_METRICS, type GateMetric } from '../../model/gate/metrics.ts'
import { SCENARIO_DEFAULTS, type Scenario } from '../../model/gate/scenario.ts'
import { counted } from '../units.ts'
import { formatNoise, formatValue } from './text.ts'

const SCHEMA = 'https://unpkg.com/mmapctl/schemas/check-config.schema.json'
/** Room that a budget leaves above what was measured. */
const ROOM = 1.25
const MIB = 1024 ** 2
const KIB = 1024

/** What was measured of a program, for its first configuration. */
export type Measurements = ReadonlyMap<GateMetric, Spread>

/** A first configuration, with what was measured in it. */
export function firstConfig(
  scenario: Scenario,
  measured: Measurements,
  usual: ReadonlyMap<GateMetric, RelativeLimit>,
): string {
  const { name, argv } = scenario
  const limits = [...usual].map(([metric, { share, amount }]) => {
    const parts = [
      `+${Number(((share ?? 0) * 100).toFixed(3))}%`,
      ...(amount === null ? [] : [`+${exact(metric, amount)}`]),
    ]
    return `    ${metric}: ${parts.join(' ')}`
  })
  const peak = measured.get('peak-rss')
  return [
    `# yaml-language-server: $schema=${SCHEMA}`,
    'version: 1',
    'defaults:',
    '  limits:   # against .mmapctl/baseline.json, which `mmapctl baseline update` writes; both parts must be exceeded',
    ...limits,
    'scenarios:',
    `  ${quoted(name)}:`,
    `    run: ${quoted(joinCommand(argv))}`,
    ...settingLines(scenario),
    ...(peak === undefined ? [] : budgetLines(peak)),
    ...[...measured].map(([metric, spread]) => `    # ${GATE_METRICS[metric].label}: ${measuredText(metric, spread)}`),
    '',
  ].join('\n')
}

/** How it was measured, where that is not as usual: else the next run would be another one. */
function settingLines(scenario: Scenario): readonly string[] {
  const { env, stdin, expectExit, timeoutMs, warmup, runs, maxRuns, aslr, acceptPolled } = scenario
  const usual = SCENARIO_DEFAULTS
  const settings: readonly (readonly [string, string | number | boolean, boolean])[] = [
    ['env', env.mode, env.mode !== 'clean'],
    ['stdin', quoted(stdin ?? ''), stdin !== null],
    ['expect-exit', expectExit, expectExit !== 0],
    ['timeout', `${timeoutMs}ms`, timeoutMs !== null],
    ['warmup', warmup, warmup !== usual.warmup],
    ['runs', runs, runs !== usual.runs],
    ['max-runs', maxRuns, maxRuns !== Math.max(runs, usual.maxRuns)],
    ['aslr', aslr, aslr !== usual.aslr],
    ['accept-polled', acceptPolled, acceptPolled !== usual.acceptPolled],
  ]
  return settings.filter(([, , unusual]) => unusual).map(([key, value]) => `    ${key}: ${value}`)
}

function budgetLines({ median }: Spread): readonly string[] {
  const most = median * ROOM
  const budget = most >= MIB ? `${Math.ceil(most / MIB)}MiB` : `${Math.ceil(most / KIB)}KiB`
  return ['    max:      # a promise, whatever the baseline says', `      peak-rss: ${budget}`]
}

function measuredText(metric: GateMetric, spread: Spread): string {
  const { n, median, sigma } = spread
  const noise = sigma === 0 ? 'always the same' : formatNoise(metric, spread)
  return `${formatValue(metric, median)} in ${counted(n, 'run')}, ${noise}`
}

/** An amount as the grammar of limits has it. */
function exact(metric: GateMetric, amount: number): string {
  return GATE_METRICS[metric].unit === 'count' ? String(amount) : `${amount / KIB}KiB`
}

/** Words that YAML takes as they are, or a text in quotes. */
function quoted(text: string): string {
  return /^[A-Za-z./_][\w./=@%+-]*(?: [\w./=@%+-]+)*$/.test(text) && !/^(?:true|false|null|yes|no|on|off)$/i.test(text)
    ? text
    : JSON.stringify(text)
}
