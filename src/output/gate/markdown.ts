import { GATE_METRICS } from '../../model/gate/metrics.ts'
import type { CheckReport, MetricResult, ScenarioResult } from '../../model/gate/report.ts'
import { counted } from '../units.ts'
import { failedText, lastWords } from './failure.ts'
import {
  creepTexts,
  evidenceLines,
  failedMetrics,
  groupFinding,
  isAcceptable,
  metricFinding,
  pageCacheText,
  restlessTexts,
} from './findings.ts'
import { growthCells, growthTitle, noGrowthText } from './growth.ts'
import { codeMarkdown, plainMarkdown } from './html.ts'
import { faultPlaces, placeTables } from './places.ts'
import { adviceText, differenceText, reasonText, updateCommand } from './reasons.ts'
import { countsText, referenceText } from './summary.ts'
import { formatDifference, formatValue, shown, shownBinary } from './text.ts'

const MARKS: Readonly<Record<ScenarioResult['verdict'], string>> = {
  passed: '✔ passed',
  improved: 'ℹ better',
  failed: '✘ **failed**',
  'no-verdict': '? **no verdict**',
  'program-failed': '✘ **could not be measured**',
}

/**
 * The report as Markdown for a job summary or a comment: a table of all scenarios, then what is to be known of those
 * that did not pass.
 *
 * @param most Bytes at most: GitHub takes no summary above 1 MiB, and no comment above 64 KiB. What does not fit is
 * counted.
 */
export function checkMarkdown(report: CheckReport, most: number): string {
  const head = [`### Memory: ${countsText(report)}`, '']
  const table = report.scenarios.length === 0 ? [] : tableLines(report.scenarios)
  const sections = report.scenarios
    .filter(({ verdict }) => verdict !== 'passed' && verdict !== 'improved')
    .map((result) => ['', ...sectionLines(result, report)].join('\n'))
  return fitting([[...head, ...table].join('\n'), ...sections], most)
}

function tableLines(scenarios: readonly ScenarioResult[]): readonly string[] {
  const shownMetrics = (['peak-rss', 'anon', 'minor-faults', 'mappings', 'after.anon', 'growth.anon'] as const).filter(
    (metric) => scenarios.some(({ metrics }) => metrics.some((each) => each.metric === metric && each.now !== null)),
  )
  const titles = ['scenario', 'verdict', ...shownMetrics.map((metric) => GATE_METRICS[metric].label), 'runs']
  const rows = scenarios.map((result) => [
    plainMarkdown(shown(result.name)),
    MARKS[result.verdict],
    ...shownMetrics.map((metric) => cellOf(result.metrics.find((each) => each.metric === metric))),
    String(result.runs),
  ])
  const aligns = titles.map((_, index) => (index < 2 ? '---' : '---:'))
  const unjudged = rows.some((cells) => cells.some((cell) => /^\*[^*]/.test(cell)))
  return [
    ...[titles, aligns, ...rows].map((cells) => `| ${cells.join(' | ')} |`),
    ...(unjudged ? ['', 'In italics: measured, not judged.'] : []),
  ]
}

function cellOf(result: MetricResult | undefined): string {
  if (result === undefined || result.now === null) return ''
  const text = formatValue(result.metric, result.now.median)
  const change = result.before === null ? '' : ` (${formatDifference(result)})`
  if (result.verdict === 'not-gated') return `*${text}${change}*`
  return result.verdict === 'failed' ? `**${text}${change}**` : `${text}${change}`
}

function sectionLines(result: ScenarioResult, report: CheckReport): readonly string[] {
  const title = `#### ${plainMarkdown(shown(result.name))}`
  const reference = referenceText(result)
  const command = [codeMarkdown(shown(result.command)), ...(reference === null ? [] : [plainMarkdown(reference)])]
  return [title, '', command.join(' · '), '', ...bodyLines(result, report), ...noteLines(result)]
}

function bodyLines(result: ScenarioResult, report: CheckReport): readonly string[] {
  switch (result.verdict) {
    case 'failed':
      return failedLines(result, report)
    case 'no-verdict':
      return result.reasons.flatMap((reason) => {
        const { message, commands } = reasonText(reason, result, report)
        return [`- ${plainMarkdown(message)}`, ...commands.map((each) => `  - ${codeMarkdown(each)}`)]
      })
    default:
      return programLines(result)
  }
}

function failedLines(result: ScenarioResult, report: CheckReport): readonly string[] {
  const against = result.reference?.kind === 'against'
  const metrics = failedMetrics(result).flatMap((each) => [
    `- ${plainMarkdown(metricFinding(each, result.reference))}`,
    ...evidenceLines(each, against).map((line) => `  - ${plainMarkdown(line)}`),
  ])
  const groups = result.groups.filter(({ verdict }) => verdict === 'failed')
  const accept = !isAcceptable(result)
    ? []
    : ['', `If this is intended: ${codeMarkdown(`${updateCommand(result, report)} --reason "…"`)}`]
  return [
    ...metrics,
    ...groups.map((each) => `- ${plainMarkdown(groupFinding(each))}`),
    ...growthLines(result),
    ...placeLines(result),
    ...accept,
  ]
}

function growthLines(result: ScenarioResult): readonly string[] {
  const { growth } = result
  const why = noGrowthText(result)
  if (why !== null) return ['', plainMarkdown(why)]
  if (growth === null) return []
  const { rows, rest } = growthCells(growth)
  if (rows.length === 0) return []
  return [
    '',
    `${growthTitle(result, growth)}:`,
    '',
    '| change | mappings | size | |',
    '| ---: | --- | --- | --- |',
    ...rows.map(({ change, key, sizes, remark }) => `| ${change} | ${codeMarkdown(key)} | ${sizes} | ${remark} |`),
    '',
    plainMarkdown(rest),
  ]
}

function placeLines(result: ScenarioResult): readonly string[] {
  const faults = faultPlaces(result)
  return [
    ...placeTables(result).flatMap(({ title, heads, figures, rows, rest }) => [
      '',
      `${title}:`,
      '',
      `| ${heads.join(' | ')} |`,
      `| ${heads.map((_, column) => (column < figures ? '---:' : '---')).join(' | ')} |`,
      ...rows.map(
        (row) =>
          `| ${row.map((cell, at) => (at === figures ? codeMarkdown(cell) : plainMarkdown(cell))).join(' | ')} |`,
      ),
      '',
      plainMarkdown(rest),
    ]),
    ...(faults === null ? [] : ['', `${plainMarkdown(faults.message)}; to see it: ${codeMarkdown(faults.command)}`]),
  ]
}

function programLines({ failure, failedSide }: ScenarioResult): readonly string[] {
  if (failure === null) return []
  const sentence = plainMarkdown(failedText(failure, failedSide))
  const said = lastWords(failure)
  return [
    `${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}`,
    ...(said.length === 0 ? [] : ['', `<pre>${said.map(plainMarkdown).join('\n')}</pre>`]),
  ]
}

function noteLines(result: ScenarioResult): readonly string[] {
  const { differences, notes } = result
  const advice = adviceText(result)
  const explained = pageCacheText(result)
  const lines = [
    ...(advice === null ? [] : [advice]),
    ...creepTexts(result),
    ...(differences.length === 0 ? [] : [`since the baseline: ${differences.map(differenceText).join(', ')}`]),
    ...restlessTexts(result),
    ...(explained === null ? [] : [explained]),
    ...notes.map(shownBinary),
  ]
  return lines.length === 0 ? [] : ['', ...lines.map((line) => `- ${plainMarkdown(line)}`)]
}

/** As many parts as fit, the first in any case, and how many did not. */
function fitting(parts: readonly string[], most: number): string {
  const room = most - MORE_ROOM
  let text = ''
  for (const [index, part] of parts.entries()) {
    const longer = `${text}${part}\n`
    if (Buffer.byteLength(longer) > room) {
      const left = parts.length - index
      const more = `\n… ${counted(left, 'more part')}, too long for here: see the log\n`
      return index === 0 ? `${cut(part, room)}\n${more}` : `${text}${more}`
    }
    text = longer
  }
  return text
}

const MORE_ROOM = 100

/** Cuts at a line's end. */
function cut(text: string, bytes: number): string {
  const kept = Buffer.from(text).subarray(0, Math.max(0, bytes)).toString('utf8')
  return kept.slice(0, Math.max(0, kept.lastIndexOf('\n')))
}
