import { GATE_METRICS } from '../../model/gate/metrics.ts'
import type { CheckReport, ScenarioResult } from '../../model/gate/report.ts'
import { failedText } from './failure.ts'
import { failedMetrics, groupFinding, metricFinding } from './findings.ts'
import { growthCells } from './growth.ts'
import { faultPlaces, placeTables } from './places.ts'
import { reasonText } from './reasons.ts'
import { shown } from './text.ts'

/** GitHub shows so many annotations of each kind for a step, and drops the others without a word. */
const MOST = 10

type Level = 'error' | 'warning'

interface Annotation {
  readonly level: Level
  readonly line: number | null
  readonly title: string
  readonly message: string
}

/**
 * Annotations for GitHub Actions: one for each scenario that failed or has no verdict, at the line of the limit.
 *
 * @param file The configuration, relative to the checkout.
 */
export function githubAnnotations(report: CheckReport, file: string | null): string {
  const all = report.scenarios.map((result) => annotationOf(result, report)).filter((each) => each !== null)
  const levels: readonly Level[] = ['error', 'warning']
  const lines = levels.flatMap((level) => {
    const ofLevel = all.filter((each) => each.level === level)
    const kept = ofLevel.length > MOST ? [...ofLevel.slice(0, MOST - 1), moreOf(ofLevel.slice(MOST - 1))] : ofLevel
    return kept.map((each) => commandOf(each, file))
  })
  return lines.join('')
}

function annotationOf(result: ScenarioResult, report: CheckReport): Annotation | null {
  const name = shown(result.name)
  switch (result.verdict) {
    case 'passed':
    case 'improved':
      return null
    case 'failed': {
      const [first] = failedMetrics(result)
      const group = result.groups.find(({ verdict }) => verdict === 'failed')
      const line =
        first === undefined ? group?.line : first.budget?.verdict === 'failed' ? first.budget.line : first.limitLine
      const findings = [
        ...failedMetrics(result).map((each) => metricFinding(each, result.reference)),
        ...result.groups.filter(({ verdict }) => verdict === 'failed').map(groupFinding),
      ]
      const rows = result.growth === null ? [] : growthCells(result.growth).rows
      const faults = faultPlaces(result)
      const message = [
        ...findings,
        ...rows.map(({ change, key, sizes }) => `${change} ${key} (${sizes})`),
        ...placeTables(result).flatMap(({ rows, figures }) => rows.map((row) => `${row[0]} ${row[figures]}`)),
        ...(faults === null ? [] : [`${faults.message}; to see it: ${faults.command}`]),
      ].join('\n')
      return {
        level: 'error',
        line: line ?? result.line,
        title: `${name} ${isMemory(result) ? 'takes more memory' : 'is over its limit'}`,
        message,
      }
    }
    case 'no-verdict': {
      const texts = result.reasons.map((reason) => reasonText(reason, result, report))
      const message = texts.flatMap(({ message: text, commands }) => [text, ...commands.map((each) => `→ ${each}`)])
      const level = report.lenient ? 'warning' : 'error'
      return { level, line: result.line, title: `${name}: no verdict on its memory`, message: message.join('\n') }
    }
    case 'program-failed': {
      const message = result.failure === null ? '' : failedText(result.failure, result.failedSide)
      return { level: 'error', line: result.line, title: `${name} could not be measured`, message }
    }
  }
}

/** Faults and mappings are no memory. */
function isMemory({ metrics, groups }: ScenarioResult): boolean {
  const failed = metrics.filter(({ verdict }) => verdict === 'failed').map(({ metric }) => GATE_METRICS[metric].unit)
  return failed.includes('bytes') || groups.some(({ verdict }) => verdict === 'failed')
}

function moreOf(left: readonly Annotation[]): Annotation {
  const message = left.map(({ title }) => title).join('\n')
  return { level: left[0]?.level ?? 'error', line: null, title: `${left.length} more scenarios`, message }
}

function commandOf({ level, line, title, message }: Annotation, file: string | null): string {
  const place = file === null ? [] : [`file=${property(file)}`, `line=${line ?? 1}`]
  return `::${level} ${[...place, `title=${property(title)}`].join(',')}::${data(message)}\n`
}

/** As actions/toolkit escapes what follows the second `::`; else a name could begin a command of its own. */
function data(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
}
