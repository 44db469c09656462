import type { CheckReport, ScenarioResult, ScenarioVerdict } from '../../model/gate/report.ts'
import { counted, formatMilliseconds } from '../units.ts'
import { shown } from './text.ts'

/** Verdicts in the order in which they are counted, with what they are called. */
const VERDICTS: readonly (readonly [verdict: ScenarioVerdict, name: string])[] = [
  ['program-failed', 'could not be measured'],
  ['failed', 'failed'],
  ['no-verdict', 'without a verdict'],
  ['passed', 'passed'],
  ['improved', 'passed and better'],
]

/** The last line of a report: how many of each verdict, compared with what, and the exit status. */
export function summaryText(report: CheckReport, exit: number): string {
  const { scenarios, seconds, interrupted, lenient } = report
  const undecided = scenarios.some(({ verdict }) => verdict === 'no-verdict')
  const parts = [
    countsText(report),
    ...(interrupted ? ['stopped before the end'] : []),
    ...(lenient && undecided ? ['no verdict passes, as --no-verdict=pass says'] : []),
    ...referencesText(scenarios),
    formatMilliseconds(seconds * 1000),
    ...(exit === 0 ? [] : [`exit ${exit}`]),
  ]
  return parts.join(' · ')
}

/** `1 failed, 2 passed`. */
export function countsText({ scenarios }: CheckReport): string {
  const counts = VERDICTS.map(([verdict, name]) => {
    const count = scenarios.filter((result) => result.verdict === verdict).length
    return count === 0 ? null : `${count} ${name}`
  })
  const known = counts.filter((text) => text !== null)
  return known.length === 0 ? 'nothing was run' : known.join(', ')
}

/** What all were compared with; many old programs are not listed here. */
function referencesText(scenarios: readonly ScenarioResult[]): readonly string[] {
  const texts = [...new Set(scenarios.map(referenceText).filter((text) => text !== null))]
  const runs = scenarios.flatMap(({ reference }) => (reference?.kind === 'against' ? [reference.runs] : []))
  if (texts.length < 2 || runs.length === 0) return texts
  const [least, most] = [Math.min(...runs), Math.max(...runs)]
  const range = least === most ? counted(most, 'run') : `${least} to ${most} runs`
  return [`against ${counted(runs.length, 'old program')} (${range} in turn)`]
}

/** What a scenario was compared with. */
export function referenceText({ reference }: ScenarioResult): string | null {
  if (reference === null) return null
  if (reference.kind === 'against')
    return `against ${shown(reference.command)} (${counted(reference.runs, 'run')} in turn)`
  return `baseline ${reference.recorded} (${counted(reference.runs, 'run')})`
}
