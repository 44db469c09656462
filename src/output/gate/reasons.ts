import { joinCommand } from '../../model/gate/command-line.ts'
import type { EnvironmentDifference } from '../../model/gate/environment.ts'
import { GATE_METRICS, type GateMetric } from '../../model/gate/metrics.ts'
import type { CheckReport, NoVerdict, ScenarioResult } from '../../model/gate/report.ts'
import { formatShare } from '../faults-figures.ts'
import { counted, formatBytes } from '../units.ts'
import { formatNoise, shown, shownBinary } from './text.ts'

/** Why there is no verdict, and the commands that would give one. */
export interface ReasonText {
  readonly message: string
  readonly commands: readonly string[]
}

const PROGRAM = 'mmapctl'

/** Words a reason. */
export function reasonText(reason: NoVerdict, result: ScenarioResult, report: CheckReport): ReasonText {
  const update = updateCommand(result, report)
  const labels = 'metrics' in reason ? labelsOf(reason.metrics) : ''
  switch (reason.code) {
    case 'nothing-checked':
      return { message: 'no limits, no baseline: nothing was checked', commands: firstCommands(result, report) }
    case 'cannot-measure':
      return { message: `nothing can be measured here: ${shownBinary(reason.why)}`, commands: [] }
    case 'no-baseline':
      return { message: 'there is no baseline', commands: [update] }
    case 'not-in-baseline':
      return { message: 'the baseline does not have this scenario', commands: [update] }
    case 'environment':
      return {
        message: `the baseline was recorded elsewhere: ${reason.differences.map(differenceText).join(', ')}`,
        commands: [update, `${update} --machine NAME   to keep one for each`],
      }
    case 'command-changed':
      return { message: `the baseline is of another command: ${shown(reason.before)}`, commands: [update] }
    case 'fidelity':
      return {
        message: `the baseline is ${reason.before} and these runs are ${reason.now}: a polled peak is a lower bound`,
        commands: reason.now === 'polled' ? [] : [update],
      }
    case 'metric-not-in-baseline':
      return { message: `the baseline lacks ${labels === '' ? 'the groups' : labels}`, commands: [update] }
    case 'unstable':
      return { message: unstableText(reason.metrics, result), commands: stabilityCommands(result) }
    case 'unproven':
      return {
        message: `${labels}: more than the limit, in too few runs to rule out chance`,
        commands: [`${PROGRAM} check ${wordsOf(result, report)} --max-runs 12`],
      }
    case 'implausible':
      return {
        message: `${labels}: less than half of what it was; did the program do its work?`,
        commands: [`${update}   if it did`],
      }
    case 'not-measured':
      return { message: notMeasuredText(reason.metrics, result), commands: [] }
    case 'lower-bound':
      return {
        message: `${labels}: within the budget whenever looked at, which misses short peaks`,
        commands: [
          '--accept-polled, or accept-polled: true, takes that for enough',
          ...provenBudget(reason.metrics, result),
        ],
      }
    case 'groups-not-measured':
      return { message: 'the groups of mappings could not be read', commands: [] }
    case 'not-settled':
      return {
        message: 'the memory of the server had not come to rest',
        commands: ['settle: 30s waits longer'],
      }
  }
}

/** The command that takes what was measured as right. */
export function updateCommand(result: ScenarioResult, report: CheckReport): string {
  return `${PROGRAM} baseline update ${wordsOf(result, report)}`
}

/** One thing of the environment that is not as it was. */
export function differenceText({ what, before, now }: EnvironmentDifference): string {
  const [, setting] = /^settings\.(.*)$/.exec(what) ?? []
  return `${shown(setting ?? FIELDS[what] ?? what)} ${shown(before)} → ${shown(now)}`
}

/** What the trial with another setting has shown; `null` when there was none. */
export function adviceText({ advice }: ScenarioResult): string | null {
  if (advice === null) return null
  const spreads = advice.metrics.map(
    (each) => `${GATE_METRICS[each.metric].label} ±${formatShare(each.without)} → ±${formatShare(each.with)}`,
  )
  const setting = `${advice.variable}=${advice.value}`
  const verdict = advice.helps ? 'repeats' : 'does not repeat either'
  return `with ${setting} it ${verdict} (${counted(advice.runs, 'run')}): ${spreads.join(', ')}`
}

const FIELDS: Readonly<Record<string, string>> = {
  kernel: 'Linux',
  arch: 'architecture',
  pageSize: 'page size',
  cpus: 'CPUs',
  cpuQuota: 'CPU quota',
  memory: 'memory limit',
  thp: 'transparent huge pages',
  aslr: 'address randomisation',
  libc: 'C library',
  variables: 'environment variables',
}

function labelsOf(metrics: readonly GateMetric[]): string {
  return metrics.map((metric) => GATE_METRICS[metric].label).join(', ')
}

/** The words that name a scenario on a command line. */
function wordsOf({ name, command }: ScenarioResult, { config }: CheckReport): string {
  return config === null ? `-- ${shown(command)}` : shown(joinCommand([name]))
}

function firstCommands(result: ScenarioResult, report: CheckReport): readonly string[] {
  if (report.config !== null) return [updateCommand(result, report)]
  const peak = result.metrics.find(({ metric }) => metric === 'peak-rss')?.now ?? null
  const budget = peak === null ? '64MiB' : `${Math.ceil((peak.median * 1.25) / 1024 ** 2)}MiB`
  // What else was asked for stays as it was; a server has no first configuration.
  const server = result.metrics.some(({ metric }) => GATE_METRICS[metric].server)
  return [`the same command with --max peak-rss=${budget}`, ...(server ? [] : ['the same command with --init'])]
}

function unstableText(metrics: readonly GateMetric[], result: ScenarioResult): string {
  const spreads = metrics.map((metric) => {
    const found = result.metrics.find((each) => each.metric === metric)
    const spread = found?.before ?? found?.now ?? null
    return `${GATE_METRICS[metric].label}${spread === null ? '' : ` ${formatNoise(metric, spread)}`}`
  })
  return `too unstable to judge: ${spreads.join(', ')}`
}

function stabilityCommands({ advice, reasons }: ScenarioResult): readonly string[] {
  if (advice?.helps === true)
    return [`set-env: { ${advice.variable}: ${advice.value} }   in the scenario, then record it anew`]
  const metrics = reasons.flatMap((reason) => (reason.code === 'unstable' ? reason.metrics : []))
  return [
    `limits: { ${metrics.map((metric) => `${metric}: none`).join(', ')} }   leaves it out; a budget under max still holds`,
  ]
}

/** A budget of anonymous memory is proved by the whole peak, which the kernel keeps. */
function provenBudget(
  metrics: readonly GateMetric[],
  { fidelity, metrics: results }: ScenarioResult,
): readonly string[] {
  const budget = results.find(({ metric }) => metric === 'anon')?.budget?.most
  if (fidelity !== 'exact' || budget === undefined || !metrics.includes('anon')) return []
  return [`max: { peak-rss: … } is exact; a peak RSS of ${formatBytes(budget)} would prove this budget`]
}

function notMeasuredText(metrics: readonly GateMetric[], result: ScenarioResult): string {
  const parts = metrics.map((metric) => {
    const why = result.metrics.find((each) => each.metric === metric)?.why ?? null
    return `${GATE_METRICS[metric].label}${why === null ? '' : ` (${shown(why)})`}`
  })
  return `not measured: ${parts.join(', ')}`
}
