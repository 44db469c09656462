import { constants } from 'node:os'
import { basename, resolve } from 'node:path'
import type { RelativeLimit } from '../../model/gate/limit.ts'
import { lackOf } from '../../model/gate/measurable.ts'
import { GATE_METRICS, type GateMetric, isGateMetric } from '../../model/gate/metrics.ts'
import {
  type Placed,
  type Ready,
  SCENARIO_DEFAULTS,
  type Scenario,
  type ServerPlan,
} from '../../model/gate/scenario.ts'
import { similarNames } from '../../model/similar.ts'
import { isScenarioName, NAME_FORM } from '../../parsers/gate/check-config.ts'
import { type ParsedLimit, parseBudget, parseLimit } from '../../parsers/gate/limit.ts'
import { metricHint } from '../../parsers/gate/scenario-fields.ts'
import { isRegex, isWebAddress, SERVER_DEFAULTS, WEB_ADDRESS } from '../../parsers/gate/server-fields.ts'
import { UsageError } from '../usage-error.ts'
import type { Project } from './project.ts'

/** The flags that shape scenarios, as parsed. */
export interface ScenarioFlagValues {
  readonly name?: string | undefined
  readonly warmup?: number | undefined
  readonly env?: 'clean' | 'inherit' | undefined
  readonly aslr?: 'on' | 'off' | undefined
  readonly timeout?: number | undefined
  readonly 'expect-exit'?: number | undefined
  readonly stdin?: string | undefined
  readonly 'ready-port'?: number | undefined
  readonly 'ready-log'?: string | undefined
  readonly 'ready-url'?: string | undefined
  readonly 'ready-timeout'?: number | undefined
  readonly 'warmup-drive'?: string | undefined
  readonly drive?: string | undefined
  readonly requests?: number | undefined
  readonly settle?: number | undefined
  readonly stop?: string | undefined
  readonly grace?: number | undefined
  readonly max?: readonly string[] | undefined
  readonly limit?: readonly string[] | undefined
  readonly runs?: number | undefined
  readonly 'max-runs'?: number | undefined
  readonly 'accept-polled'?: boolean | undefined
}

/** What a command line names: scenarios of the configuration, or a program behind `--`. */
export interface Named {
  readonly names: readonly string[]
  readonly words: readonly string[] | null
  readonly cwd: string
}

const SERVER_FLAGS = ['ready-timeout', 'warmup-drive', 'drive', 'requests', 'settle', 'stop', 'grace'] as const

/** The scenarios that a command line asks for, with what its flags say of them. */
export function scenariosOf(project: Project, named: Named, flags: ScenarioFlagValues): readonly Scenario[] {
  const { names, words, cwd } = named
  if (words === null) {
    for (const flag of [
      'name',
      'expect-exit',
      'stdin',
      'ready-port',
      'ready-log',
      'ready-url',
      ...SERVER_FLAGS,
    ] as const) {
      if (flags[flag] !== undefined) throw new UsageError(`--${flag} goes with a program behind --`)
    }
    return chosen(project, names).map((scenario) => withFlags(scenario, flags))
  }
  if (names.length > 0) throw new UsageError('a scenario and a program', 'give one of them')
  return [withFlags(adHoc(words, cwd, flags), flags)]
}

function chosen({ config }: Project, names: readonly string[]): readonly Scenario[] {
  if (config === null) {
    const example = names.length > 0 ? ` -- ${names.join(' ')}` : ' -- ./program'
    throw new UsageError('there is no mmapctl.yml here or above', `give a program, as in check${example}, or --config`)
  }
  if (names.length === 0) return config.scenarios
  return [...new Set(names)].map((name) => {
    const found = config.scenarios.find((scenario) => scenario.name === name)
    if (found !== undefined) return found
    const known = config.scenarios.map((scenario) => scenario.name)
    const near = similarNames(name, known)
    throw new UsageError(
      `no scenario "${name}"`,
      near.length > 0 ? `did you mean ${near.join(', ')}?` : `there are ${known.join(', ')}`,
    )
  })
}

/** A program behind `--` runs as it would without us: with our variables, in our directory. */
function adHoc(words: readonly string[], cwd: string, flags: ScenarioFlagValues): Scenario {
  const [program = ''] = words
  if (program === '') throw new UsageError('no program behind --')
  if (flags.name !== undefined && !isScenarioName(flags.name)) {
    throw new UsageError(`--name "${flags.name}" is no name of a scenario`, `use ${NAME_FORM}`)
  }
  const server = serverPlan(flags)
  const { warmup, ...defaults } = SCENARIO_DEFAULTS
  return {
    ...defaults,
    name: flags.name ?? basename(program),
    line: null,
    argv: words,
    cwd: resolve(cwd),
    stdin: flags.stdin === undefined ? null : resolve(cwd, flags.stdin),
    env: { mode: 'inherit', pass: [], set: {} },
    server,
    expectExit: flags['expect-exit'] ?? 0,
    timeoutMs: null,
    warmup: server === null ? warmup : 0,
    limits: new Map(),
    max: new Map(),
    groups: new Map(),
  }
}

function serverPlan(flags: ScenarioFlagValues): ServerPlan | null {
  const ready = readyOf(flags)
  if (ready === null) {
    const first = SERVER_FLAGS.find((flag) => flags[flag] !== undefined)
    if (first !== undefined)
      throw new UsageError(`--${first} is for a server`, 'say when it is ready: --ready-port PORT')
    return null
  }
  const stopSignal = flags.stop ?? SERVER_DEFAULTS.stopSignal
  if (!Object.hasOwn(constants.signals, stopSignal))
    throw new UsageError(`--stop ${stopSignal} is no signal`, 'such as SIGTERM')
  return {
    ready,
    readyMs: flags['ready-timeout'] ?? SERVER_DEFAULTS.readyMs,
    warmupDrive: flags['warmup-drive'] ?? null,
    drive: flags.drive ?? null,
    requests: flags.requests ?? null,
    settleMs: flags.settle ?? SERVER_DEFAULTS.settleMs,
    gcSignal: null,
    stopSignal,
    graceMs: flags.grace ?? SERVER_DEFAULTS.graceMs,
  }
}

function readyOf(flags: ScenarioFlagValues): Ready | null {
  if (flags['ready-port'] !== undefined) return { when: 'port', port: flags['ready-port'] }
  const { 'ready-log': pattern, 'ready-url': url } = flags
  if (pattern !== undefined) {
    if (!isRegex(pattern)) throw new UsageError(`--ready-log "${pattern}" is no regular expression`)
    return { when: 'log', pattern }
  }
  if (url === undefined) return null
  if (!isWebAddress(url)) throw new UsageError(`--ready-url does not take "${url}"`, `write it as ${WEB_ADDRESS}`)
  return { when: 'url', url }
}

/** What a flag says goes before what the configuration says. */
function withFlags(scenario: Scenario, flags: ScenarioFlagValues): Scenario {
  for (const flag of ['timeout', 'ready-timeout'] as const) {
    if (flags[flag] === 0) throw new UsageError(`--${flag} 0 leaves no time at all`)
  }
  const runs = flags.runs ?? scenario.runs
  const maxRuns = flags['max-runs'] ?? Math.max(runs, scenario.maxRuns)
  if (maxRuns < runs) throw new UsageError(`--max-runs ${maxRuns} is less than the ${runs} runs at first`)
  return {
    ...scenario,
    runs,
    maxRuns,
    warmup: flags.warmup ?? scenario.warmup,
    aslr: flags.aslr ?? scenario.aslr,
    timeoutMs: flags.timeout ?? scenario.timeoutMs,
    env: { ...scenario.env, mode: flags.env ?? scenario.env.mode },
    acceptPolled: flags['accept-polled'] === true || scenario.acceptPolled,
    limits: new Map([
      ...scenario.limits,
      ...once(
        'limit',
        (flags.limit ?? []).map((word) => limitOf(word, scenario)),
      ),
    ]),
    max: new Map([
      ...scenario.max,
      ...once(
        'max',
        (flags.max ?? []).map((word) => budgetOf(word, scenario)),
      ),
    ]),
  }
}

/** Of two of one metric the looser would count, were it the later. */
function once<Value>(flag: string, given: readonly (readonly [GateMetric, Value])[]): typeof given {
  const metrics = given.map(([metric]) => metric)
  const twice = metrics.find((metric, index) => metrics.indexOf(metric) < index)
  if (twice !== undefined) throw new UsageError(`--${flag} ${twice} is given twice`)
  return given
}

function limitOf(word: string, scenario: Scenario): readonly [GateMetric, Placed<RelativeLimit | null>] {
  const { metric, text } = assignment('limit', word, scenario)
  const { unfit, unit, judged } = GATE_METRICS[metric]
  if (unfit !== null) throw new UsageError(`--limit ${metric} is not compared with a baseline: ${unfit}`)
  const value = text === 'none' ? null : accepted(`--limit ${metric}`, text, parseLimit(text, unit))
  if (judged === 'growth' && value !== null && value.share !== null) {
    throw new UsageError(`--limit ${metric} takes no share: it is near 0`, 'write an amount, such as +1MiB')
  }
  return [metric, { value, line: null }]
}

function budgetOf(word: string, scenario: Scenario): readonly [GateMetric, Placed<number>] {
  const { metric, text } = assignment('max', word, scenario)
  return [
    metric,
    { value: accepted(`--max ${metric}`, text, parseBudget(text, GATE_METRICS[metric].unit)), line: null },
  ]
}

function assignment(
  flag: string,
  word: string,
  { server }: Scenario,
): { readonly metric: GateMetric; readonly text: string } {
  const at = word.indexOf('=')
  const metric = at < 0 ? word : word.slice(0, at)
  if (!isGateMetric(metric)) throw new UsageError(`--${flag}: no metric "${metric}"`, metricHint(metric))
  if (at < 0) throw new UsageError(`--${flag} ${metric} says nothing`, `write --${flag} ${metric}=…`)
  const lack = lackOf(metric, server)
  if (lack !== null) throw new UsageError(`--${flag} ${metric} cannot be measured without ${lack}`)
  return { metric, text: word.slice(at + 1) }
}

function accepted<Value>(what: string, text: string, parsed: ParsedLimit<Value>): Value {
  if (parsed.ok) return parsed.value
  throw new UsageError(`${what} does not take "${text}"`, `write it as ${parsed.expected}`)
}
