import type { MetricChange, ScenarioUpdate } from '../../analysis/gate/update.ts'
import type { UpdatedScenario, UpdateReport } from '../../analysis/gate/update-report.ts'
import { GATE_METRICS } from '../../model/gate/metrics.ts'
import { formatShare } from '../faults-figures.ts'
import { counted, formatMilliseconds } from '../units.ts'
import { lastWords, programFailureText } from './failure.ts'
import { formatRelative, formatValue, shown, shownBinary } from './text.ts'

const INDENT = '    '

const REPLACED: Readonly<Record<NonNullable<ScenarioUpdate['replaced']>, string>> = {
  first: 'recorded for the first time',
  environment: 'recorded anew: the environment is another',
  command: 'recorded anew: the command is another',
  fidelity: 'recorded anew: it was measured in another way',
  forced: 'recorded anew, as --force says',
}

/** What `baseline update` did, for a person. */
export function updateText(report: UpdateReport): string {
  const failed = report.scenarios.some(({ update }) => update === null)
  // Of what was not written there is nothing to tell.
  const told = report.scenarios.filter(({ update }) => !failed || update === null)
  const lines = told.flatMap(scenarioLines)
  lines.push([lastLine(report, failed), formatMilliseconds(report.seconds * 1000)].join(' · '))
  return `${lines.join('\n')}\n`
}

function lastLine({ written, interrupted }: UpdateReport, failed: boolean): string {
  if (interrupted) return 'stopped: nothing was written'
  if (failed) return 'nothing was written: a baseline is whole or not at all'
  if (written.length === 0) return 'nothing moved: nothing was written'
  return `wrote ${written.map(shown).join(', ')}: review its diff and commit it`
}

function scenarioLines(scenario: UpdatedScenario): readonly string[] {
  const { name, update, failure, refusal, runs, unstable } = scenario
  if (refusal !== null) return [`? ${shown(name)}: nothing can be measured here: ${shownBinary(refusal)}`]
  if (failure !== null) {
    const said = lastWords(failure).map((line) => `${INDENT}│ ${line}`)
    return [`✘ ${shown(name)}: the program failed: ${programFailureText(failure)}`, ...said]
  }
  if (update === null) return []
  return [
    `${update.same ? '=' : '✎'} ${shown(name)}: ${whatHappened(update)} (${counted(runs, 'run')})`,
    ...(update.replaced === 'first' ? [] : update.changes.map((change) => `${INDENT}${changeText(change)}`)),
    ...unstable.map(({ metric, share }) => {
      const { label } = GATE_METRICS[metric]
      return `${INDENT}${label} varies by ±${formatShare(share)}: too much for its limit, so there will be no verdict on it`
    }),
  ]
}

function whatHappened({ same, replaced, changes, groupsChanged }: ScenarioUpdate): string {
  if (same) return 'nothing moved by more than its limit'
  if (replaced !== null) return REPLACED[replaced]
  const parts = [
    ...(changes.length > 0 ? [counted(changes.length, 'metric')] : []),
    ...(groupsChanged > 0 ? [`${counted(groupsChanged, 'group')} of mappings`] : []),
  ]
  return `${parts.join(' and ')} moved`
}

function changeText({ metric, before, now }: MetricChange): string {
  const sizes = `${formatValue(metric, before)} → ${formatValue(metric, now)}`
  const relative = before === null || now === null || before === 0 ? null : (now - before) / Math.abs(before)
  return `${GATE_METRICS[metric].label} ${sizes}${relative === null ? '' : ` (${formatRelative(relative)})`}`
}
