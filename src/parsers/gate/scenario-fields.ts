import { splitCommand } from '../../model/gate/command-line.ts'
import type { GroupLimit, RelativeLimit } from '../../model/gate/limit.ts'
import { GATE_METRIC_NAMES, GATE_METRICS, type GateMetric, isGateMetric } from '../../model/gate/metrics.ts'
import type { Placed, ScenarioEnv } from '../../model/gate/scenario.ts'
import { similarNames } from '../../model/similar.ts'
import type { DocumentEntry } from './document.ts'
import { anyText, entriesOf, type Fields, flag, grammar, integer, oneOf, someTime, text, texts } from './fields.ts'
import { parseBudget, parseGroupLimit, parseLimit } from './limit.ts'
import { ConfigProblem } from './problem.ts'

const MOST_RUNS = 100
/** With fewer, eight runs can never rule chance out: 1 in C(12, 4) is more than 0.001. */
const FEWEST_BASELINE_RUNS = 5
const NO_LIMIT = 'none'

/** What may stand in `defaults` as well as in a scenario; `null` where it does not. */
export interface SharedFields {
  readonly env: ScenarioEnv['mode'] | null
  readonly passEnv: readonly string[] | null
  readonly setEnv: Readonly<Record<string, string>> | null
  readonly timeoutMs: number | null
  readonly warmup: number | null
  readonly runs: number | null
  readonly maxRuns: number | null
  readonly baselineRuns: number | null
  readonly aslr: 'on' | 'off' | null
  readonly acceptPolled: boolean | null
  readonly limits: ReadonlyMap<GateMetric, Placed<RelativeLimit | null>>
  readonly max: ReadonlyMap<GateMetric, Placed<number>>
  readonly groups: ReadonlyMap<string, Placed<GroupLimit>>
}

/** Reads what `defaults` and scenarios share. */
export function sharedFields(fields: Fields): SharedFields {
  return {
    env: fields.take('env', oneOf(['clean', 'inherit'])),
    passEnv: fields.take('pass-env', variableNames),
    setEnv: fields.take('set-env', variables),
    timeoutMs: fields.take('timeout', someTime),
    warmup: fields.take('warmup', integer(0, MOST_RUNS)),
    runs: fields.take('runs', integer(1, MOST_RUNS)),
    maxRuns: fields.take('max-runs', integer(1, MOST_RUNS)),
    baselineRuns: fields.take('baseline-runs', integer(FEWEST_BASELINE_RUNS, MOST_RUNS)),
    aslr: fields.take('aslr', oneOf(['off', 'on'])),
    acceptPolled: fields.take('accept-polled', flag),
    limits: fields.take('limits', limits) ?? new Map(),
    max: fields.take('max', budgets) ?? new Map(),
    groups: fields.take('groups', groups) ?? new Map(),
  }
}

/** A program and its arguments: a list of words, or a text that is split at its spaces. */
export function command(entry: DocumentEntry): readonly string[] {
  const { key, node } = entry
  if (node.kind === 'list') {
    const words = texts(entry)
    if (words.length === 0) throw new ConfigProblem(node.line, `${key} is an empty list`)
    return words
  }
  const split = splitCommand(text(entry))
  if (!split.ok) {
    const hint = `no shell runs it: quote what is meant, or write ${key}: [sh, -c, '…']`
    throw new ConfigProblem(node.line, `${key} cannot be split into words: ${split.problem}`, hint)
  }
  const assigned = /^([A-Za-z_]\w*)=/.exec(split.words[0] ?? '')?.[1]
  if (assigned !== undefined) {
    throw new ConfigProblem(node.line, `${key} begins with a variable`, `put ${assigned} under set-env`)
  }
  return split.words
}

function limits(entry: DocumentEntry): SharedFields['limits'] {
  const found = new Map<GateMetric, Placed<RelativeLimit | null>>()
  for (const each of entriesOf(entry, 'limits as a map, such as { peak-rss: +2%+256KiB }')) {
    const metric = metricOf(each)
    const { unfit, unit, judged } = GATE_METRICS[metric]
    if (unfit !== null) {
      const hint = `give it a budget under max, if at all`
      throw new ConfigProblem(each.line, `${metric} is not compared with a baseline: ${unfit}`, hint)
    }
    const limit = limitOrNone(each, unit)
    if (judged === 'growth' && limit !== null && limit.share !== null) {
      throw new ConfigProblem(each.line, `${metric} takes no share: it is near 0`, 'write an amount, such as +1MiB')
    }
    found.set(metric, { value: limit, line: each.line })
  }
  return found
}

function limitOrNone(entry: DocumentEntry, unit: 'bytes' | 'count'): RelativeLimit | null {
  const { node } = entry
  if (node.kind === 'text' && node.text === NO_LIMIT) return null
  return grammar((written) => parseLimit(written, unit))({ ...entry, key: `limits: ${entry.key}` })
}

function budgets(entry: DocumentEntry): SharedFields['max'] {
  const found = new Map<GateMetric, Placed<number>>()
  for (const each of entriesOf(entry, 'max as a map, such as { peak-rss: 96MiB }')) {
    const metric = metricOf(each)
    const read = grammar((written) => parseBudget(written, GATE_METRICS[metric].unit))
    found.set(metric, { value: read({ ...each, key: `max: ${metric}` }), line: each.line })
  }
  return found
}

function groups(entry: DocumentEntry): SharedFields['groups'] {
  const found = new Map<string, Placed<GroupLimit>>()
  for (const each of entriesOf(entry, 'groups as a map, such as { "[heap]": +2% }')) {
    const read = grammar(parseGroupLimit)
    // Keys are the same on every machine: of a file its name, or its path below the project or its package.
    if (/^\/(?!dev\/shm\/)/.test(each.key)) {
      const name = each.key.slice(each.key.lastIndexOf('/') + 1)
      throw new ConfigProblem(each.line, `no group is called "${each.key}"`, `files go by their name: ${name || '*'}`)
    }
    found.set(each.key, { value: read({ ...each, key: `groups: ${each.key}` }), line: each.line })
  }
  return found
}

function metricOf({ key, line }: DocumentEntry): GateMetric {
  if (isGateMetric(key)) return key
  throw new ConfigProblem(line, `no metric "${key}"`, metricHint(key))
}

/** What somebody may have meant by a metric that does not exist. */
export function metricHint(word: string): string {
  const near = similarNames(word, GATE_METRIC_NAMES)
  return near.length > 0 ? `did you mean ${near.join(', ')}?` : `metrics are ${GATE_METRIC_NAMES.join(', ')}`
}

const VARIABLE = /^[A-Za-z_]\w*$/

function variableNames(entry: DocumentEntry): readonly string[] {
  const names = texts(entry)
  const odd = names.find((name) => !VARIABLE.test(name))
  if (odd !== undefined) throw new ConfigProblem(entry.line, `${entry.key}: "${odd}" is no name of a variable`)
  return names
}

function variables(entry: DocumentEntry): Readonly<Record<string, string>> {
  return Object.fromEntries(
    entriesOf(entry, 'set-env as a map, such as { MALLOC_ARENA_MAX: 1 }').map((each) => {
      if (!VARIABLE.test(each.key)) throw new ConfigProblem(each.line, `"${each.key}" is no name of a variable`)
      return [each.key, anyText({ ...each, key: `${entry.key}: ${each.key}` })]
    }),
  )
}
