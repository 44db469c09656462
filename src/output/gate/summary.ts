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
    ...new Set(scenarios.map(referenceText).filter((text) => text !== null)),
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

/** What a scenario was compared with. */
export function referenceText({ reference }: ScenarioResult): string | null {
  if (reference === null) return null
  if (reference.kind === 'against')
    return `against ${shown(reference.command)} (${counted(reference.runs, 'run')} in turn)`
  return `baseline ${reference.recorded} (${counted(reference.runs, 'run')})`
}
