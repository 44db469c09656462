import { GATE_METRICS } from '../../model/gate/metrics.ts'
import type { CheckReport, GroupResult, MetricResult, ScenarioResult } from '../../model/gate/report.ts'
import { failedText, lastWords } from './failure.ts'
import { evidenceLines, groupFinding, isAcceptable, metricFinding } from './findings.ts'
import { growthCells, growthTitle, noGrowthText } from './growth.ts'
import { faultPlaces, placeTables } from './places.ts'
import { adviceText, reasonText, updateCommand } from './reasons.ts'
import { formatDifference, formatValue, shown } from './text.ts'
import { xmlAttribute, xmlText } from './xml.ts'

/** One test: a gated metric of a scenario, or the scenario itself where it could not be judged. */
interface TestCase {
  readonly name: string
  readonly result: 'passed' | 'failure' | 'error' | 'skipped'
  /** The whole story: readers such as GitLab show the element's text and leave its attributes out. */
  readonly text: string
}

/**
 * The report as JUnit XML: a suite for each scenario, a test for each gated metric. A failure is a limit exceeded, an
 * error what could not be judged.
 */
export function junitXml(report: CheckReport): string {
  const suites = report.scenarios.map((result) => suiteOf(result, report))
  const tests = suites.flatMap(({ cases }) => cases)
  const lines = [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites${xmlAttribute('name', 'mmapctl check')}${counts(tests)}${seconds(report.seconds)}>`,
    ...suites.flatMap(({ name, cases, time }) => [
      `  <testsuite${xmlAttribute('name', name)}${counts(cases)}${seconds(time)}>`,
      ...cases.flatMap((each) => caseLines(name, each, time / cases.length)),
      '  </testsuite>',
    ]),
    '</testsuites>',
    '',
  ]
  return lines.join('\n')
}

interface Suite {
  readonly name: string
  readonly cases: readonly TestCase[]
  readonly time: number
}

function suiteOf(result: ScenarioResult, report: CheckReport): Suite {
  const name = shown(result.name)
  const metrics = result.metrics.filter(({ verdict }) => verdict !== 'not-gated')
  const cases = [
    ...metrics.map((each) => metricCase(each, result, report)),
    ...result.groups.map((each) => groupCase(each, result, report)),
    ...scenarioCases(result, report),
  ]
  return { name, cases, time: result.seconds }
}

/** What concerns the scenario as a whole: a program that failed, a baseline that is not there. */
function scenarioCases(result: ScenarioResult, report: CheckReport): readonly TestCase[] {
  const { failure } = result
  if (failure !== null) {
    const text = [failedText(failure, result.failedSide), ...lastWords(failure)].join('\n')
    return [{ name: 'program', result: 'error', text }]
  }
  if (result.reasons.length === 0) return []
  const undecided = report.lenient ? 'skipped' : 'error'
  return [{ name: 'verdict', result: undecided, text: undecidedText(result, report) }]
}

function metricCase(metric: MetricResult, result: ScenarioResult, report: CheckReport): TestCase {
  const name = GATE_METRICS[metric.metric].label
  const story = [
    metricFinding(metric, result.reference),
    ...evidenceLines(metric, result.reference?.kind === 'against'),
  ]
  switch (metric.verdict) {
    case 'passed':
    case 'improved': {
      const change = metric.before === null ? '' : ` (${formatDifference(metric)})`
      const text = `${formatValue(metric.metric, metric.now?.median ?? null)}${change}`
      return { name, result: 'passed', text }
    }
    case 'failed':
      return {
        name,
        result: 'failure',
        text: [...story, ...growthText(result), ...placesText(result), ...acceptText(result, report)].join('\n'),
      }
    default:
      // Why there is no verdict stands once, in the test of the scenario.
      return { name, result: 'skipped', text: `no verdict: ${metric.verdict}` }
  }
}

function groupCase(group: GroupResult, result: ScenarioResult, report: CheckReport): TestCase {
  const name = `group ${shown(group.pattern)}`
  if (group.verdict === 'passed') return { name, result: 'passed', text: '' }
  if (group.verdict === 'failed') {
    return {
      name,
      result: 'failure',
      text: [groupFinding(group), ...growthText(result), ...placesText(result), ...acceptText(result, report)].join(
        '\n',
      ),
    }
  }
  return { name, result: 'skipped', text: `no verdict: ${group.verdict}` }
}

function growthText(result: ScenarioResult): readonly string[] {
  const { growth } = result
  const why = noGrowthText(result)
  if (why !== null) return ['', why]
  if (growth === null) return []
  const { rows, rest } = growthCells(growth)
  if (rows.length === 0) return []
  const lines = rows.map(({ change, key, sizes, remark }) => `  ${change}  ${key}  ${sizes}  ${remark}`)
  return ['', growthTitle(result, growth), ...lines, `  ${rest}`]
}

function placesText(result: ScenarioResult): readonly string[] {
  const faults = faultPlaces(result)
  return [
    ...placeTables(result).flatMap(({ title, rows, rest }) => {
      const lines = rows.map((cells) => `  ${cells.join('  ')}`)
      return ['', title, ...lines, `  ${rest}`]
    }),
    ...(faults === null ? [] : ['', `${faults.message}; to see it: ${faults.command}`]),
  ]
}

function acceptText(result: ScenarioResult, report: CheckReport): readonly string[] {
  if (!isAcceptable(result)) return []
  return ['', `If this is intended: ${updateCommand(result, report)} --reason "…"`]
}

function undecidedText(result: ScenarioResult, report: CheckReport): string {
  const reasons = result.reasons.flatMap((reason) => {
    const { message, commands } = reasonText(reason, result, report)
    return [message, ...commands.map((command) => `  ${command}`)]
  })
  const advice = adviceText(result)
  return [...reasons, ...(advice === null ? [] : [advice])].join('\n')
}

function caseLines(suite: string, { name, result, text }: TestCase, time: number): readonly string[] {
  const open = `    <testcase${xmlAttribute('classname', suite)}${xmlAttribute('name', name)}${seconds(time)}`
  if (result === 'passed') {
    const output = text === '' ? '' : `<system-out>${xmlText(text)}</system-out>`
    return output === '' ? [`${open}/>`] : [`${open}>${output}</testcase>`]
  }
  const [headline = ''] = text.split('\n')
  return [
    `${open}>`,
    `      <${result}${xmlAttribute('message', headline)}>${xmlText(text)}</${result}>`,
    '    </testcase>',
  ]
}

function counts(cases: readonly TestCase[]): string {
  const of = (result: TestCase['result']): number => cases.filter((each) => each.result === result).length
  return [
    xmlAttribute('tests', cases.length),
    xmlAttribute('failures', of('failure')),
    xmlAttribute('errors', of('error')),
    xmlAttribute('skipped', of('skipped')),
  ].join('')
}

function seconds(time: number): string {
  return xmlAttribute('time', time.toFixed(3))
}
