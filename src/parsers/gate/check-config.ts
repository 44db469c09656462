import { lackOf } from '../../model/gate/measurable.ts'
import { GATE_METRICS, type GateMetric, usualLimits } from '../../model/gate/metrics.ts'
import { SCENARIO_DEFAULTS, type Scenario, type ServerPlan } from '../../model/gate/scenario.ts'
import { type DocumentEntry, type DocumentNode, parseDocument } from './document.ts'
import { Fields, integer, text } from './fields.ts'
import { ConfigProblem } from './problem.ts'
import { command, type SharedFields, sharedFields } from './scenario-fields.ts'
import { serverFields } from './server-fields.ts'

/** The form of configurations. */
export const VERSION = 1
const LARGEST_STATUS = 255
const NAME = /^[\p{L}\p{N}_](?:[\p{L}\p{N} _.:/@+=-]{0,78}[\p{L}\p{N}_.+=-])?$/u

/** What names of scenarios are made of, for messages. */
export const NAME_FORM = 'letters, digits and . _ - / : @ + ='

/** Whether a scenario may have this name. */
export function isScenarioName(name: string): boolean {
  return NAME.test(name)
}

/**
 * Reads a configuration: YAML, or JSON, which is YAML too. Throws `ConfigProblem` with the line for everything that is
 * not as it should be, unknown keys among it.
 *
 * @param key Where the configuration is not the whole document, as in package.json.
 */
export function parseCheckConfig(source: string, key: string | null = null): readonly Scenario[] {
  return readConfig(configurationOf(source, key))
}

/** The configuration in a document: all of it, or what stands under a key. */
export function configurationOf(source: string, key: string | null): DocumentNode {
  const document = parseDocument(source)
  return emptyAsMap(key === null ? document : partOf(document, key))
}

/** What has nothing in it but comments, as a configuration that is still to be written, says nothing. */
export function emptyAsMap(node: DocumentNode): DocumentNode {
  const empty = node.kind === 'text' && node.text === '' && !node.quoted
  return empty ? { kind: 'map', line: node.line, entries: [] } : node
}

/** Whether a document has a part of this name. */
export function hasPart(source: string, key: string): boolean {
  const document = parseDocument(source)
  return document.kind === 'map' && document.entries.some((entry) => entry.key === key)
}

function partOf(document: DocumentNode, key: string): DocumentNode {
  const entry = document.kind === 'map' ? document.entries.find((each) => each.key === key) : undefined
  if (entry === undefined) throw new ConfigProblem(null, `has no key "${key}"`)
  return entry.node
}

function readConfig(node: DocumentNode): readonly Scenario[] {
  const fields = new Fields(node, 'the configuration')
  fields.take('$schema', text)
  fields.take('version', integer(VERSION, VERSION))
  const defaults = fields.take('defaults', (entry) => {
    const own = new Fields(entry.node, 'defaults')
    const shared = sharedFields(own)
    own.refuseOthers()
    return shared
  })
  const scenarios = fields.take('scenarios', (entry) => new Scenarios(defaults).read(entry))
  // Of `doctor`, which reads it by itself.
  fields.take('doctor', () => null)
  fields.refuseOthers()
  if (scenarios === null || scenarios.length === 0) {
    throw new ConfigProblem(node.line, 'there are no scenarios', 'write scenarios: { NAME: { run: ./program } }')
  }
  return scenarios
}

class Scenarios {
  readonly #defaults: SharedFields | null

  constructor(defaults: SharedFields | null) {
    this.#defaults = defaults
  }

  read({ node }: DocumentEntry): readonly Scenario[] {
    if (node.kind !== 'map') throw new ConfigProblem(node.line, 'scenarios must be a map of names')
    return node.entries.map((entry) => this.#scenario(entry))
  }

  #scenario({ key: name, line, node }: DocumentEntry): Scenario {
    if (!isScenarioName(name)) {
      throw new ConfigProblem(line, `"${name}" is no name of a scenario`, `use ${NAME_FORM}`)
    }
    const what = `scenario "${name}"`
    const fields = new Fields(node, what)
    const run = fields.take('run', command)
    const serve = fields.take('serve', command)
    const { plan, first } = serverFields(fields)
    const own = sharedFields(fields)
    const rest = {
      cwd: fields.take('cwd', text) ?? '.',
      stdin: fields.take('stdin', text),
      expectExit: fields.take('expect-exit', integer(0, LARGEST_STATUS)) ?? 0,
    }
    fields.refuseOthers()
    const argv = run ?? serve
    if (argv === null || (run !== null && serve !== null)) {
      throw new ConfigProblem(line, `${what} needs run, or serve for a server that never exits, and not both`)
    }
    if (serve === null && first !== null) {
      throw new ConfigProblem(line, `${what} has ${first}, which is a server's`, 'write serve instead of run')
    }
    if (serve !== null && plan === null) {
      throw new ConfigProblem(line, `${what} does not say when its server is ready`, 'add ready: { port: 3000 }')
    }
    const scenario: Scenario = { name, line, argv, server: plan, ...rest, ...this.#settings(own, line, plan) }
    refuseUnmeasurable(scenario, own)
    return scenario
  }

  #settings(own: SharedFields, line: number, server: ServerPlan | null) {
    const defaults = this.#defaults
    const runs = own.runs ?? defaults?.runs ?? SCENARIO_DEFAULTS.runs
    const maxRuns = own.maxRuns ?? defaults?.maxRuns ?? Math.max(runs, SCENARIO_DEFAULTS.maxRuns)
    if (maxRuns < runs) throw new ConfigProblem(line, `max-runs ${maxRuns} is less than runs ${runs}`)
    const ofDefaults = <Value>(map: ReadonlyMap<GateMetric, Value> | undefined): readonly [GateMetric, Value][] =>
      [...(map ?? [])].filter(([metric]) => fitsDefaults(metric, server))
    return {
      env: {
        mode: own.env ?? defaults?.env ?? 'clean',
        pass: [...(defaults?.passEnv ?? []), ...(own.passEnv ?? [])],
        set: { ...defaults?.setEnv, ...own.setEnv },
      },
      timeoutMs: own.timeoutMs ?? defaults?.timeoutMs ?? null,
      warmup: own.warmup ?? defaults?.warmup ?? (server === null ? SCENARIO_DEFAULTS.warmup : 0),
      runs,
      maxRuns,
      baselineRuns: own.baselineRuns ?? defaults?.baselineRuns ?? SCENARIO_DEFAULTS.baselineRuns,
      aslr: own.aslr ?? defaults?.aslr ?? SCENARIO_DEFAULTS.aslr,
      acceptPolled: own.acceptPolled ?? defaults?.acceptPolled ?? SCENARIO_DEFAULTS.acceptPolled,
      limits: new Map([...ofDefaults(defaults?.limits), ...own.limits]),
      max: new Map([...ofDefaults(defaults?.max), ...own.max]),
      groups: new Map([...(defaults?.groups ?? []), ...own.groups]),
    }
  }
}

/** Defaults are for programs and servers: the faults of a server depend on its clients, and a program has no load. */
function fitsDefaults(metric: GateMetric, server: ServerPlan | null): boolean {
  if (lackOf(metric, server) !== null) return false
  return server === null || GATE_METRICS[metric].server || usualLimits(true).has(metric)
}

/** What can be known beforehand not to be measured is a mistake. */
function refuseUnmeasurable({ name, server }: Scenario, own: SharedFields): void {
  for (const [metric, { line }] of [...own.limits, ...own.max]) {
    const lack = lackOf(metric, server)
    if (lack === null) continue
    const hint = {
      serve: 'write serve instead of run',
      drive: `add drive to scenario "${name}"`,
      'warmup-drive': 'add warmup-drive with the same work: without it warming up looks like a leak',
    }
    throw new ConfigProblem(line, `${metric} cannot be measured without ${lack}`, hint[lack])
  }
}
