import { GATE_METRICS } from '../../model/gate/metrics.ts'
import type { CheckReport, NoVerdict, ScenarioResult } from '../../model/gate/report.ts'
import { counted } from '../units.ts'
import { displayWidth, pad } from '../width.ts'
import { failedText, lastWords } from './failure.ts'
import { creepTexts } from './findings.ts'
import { measuredTable } from './measured-table.ts'
import { failedLines } from './pretty-failed.ts'
import { changeText, groupText, INDENT, metricText, type PrettyStyle, sideNotes } from './pretty-parts.ts'
import { adviceText, reasonText, updateCommand } from './reasons.ts'
import { summaryText } from './summary.ts'
import { shown, shownBinary } from './text.ts'

const LONGEST_NAME = 32

/** A report for people: a line for each scenario that passes, and of the others all that is needed to act. */
export function prettyText(report: CheckReport, exit: number, style: PrettyStyle): string {
  const { scenarios } = report
  const names = scenarios.map(({ name }) => displayWidth(shown(name)))
  const width = Math.min(LONGEST_NAME, Math.max(0, ...names))
  const lines = scenarios.flatMap((result) => scenarioLines(result, report, { ...style, nameWidth: width }))
  lines.push(style.palette.muted(summaryText(report, exit)))
  return `${lines.filter((line, at) => line !== '' || (at > 0 && lines[at - 1] !== '')).join('\n')}\n`
}

interface Style extends PrettyStyle {
  readonly nameWidth: number
}

function scenarioLines(result: ScenarioResult, report: CheckReport, style: Style): readonly string[] {
  switch (result.verdict) {
    case 'passed':
    case 'improved':
      return style.quiet ? [] : passedLines(result, report, style)
    case 'failed':
      return failedLines(result, report, style)
    case 'no-verdict':
      return undecidedLines(result, report, style)
    case 'program-failed':
      return programFailedLines(result, style)
  }
}

function passedLines(result: ScenarioResult, report: CheckReport, style: Style): readonly string[] {
  const { palette, width } = style
  const better = result.metrics.filter(({ verdict }) => verdict === 'improved')
  const name = pad(shown(result.name), style.nameWidth, 'left')
  const mark = result.verdict === 'improved' ? 'ℹ' : '✔'
  const parts = result.metrics.filter(({ verdict }) => verdict !== 'not-gated').map(metricText)
  const groups = result.groups.map(groupText)
  const line = fitted([`${mark} ${name}`, ...parts, ...groups, counted(result.runs, 'run')], width)
  const notes = [
    ...better.map((each) => `better: ${GATE_METRICS[each.metric].label} ${changeText(each)}`),
    ...(better.length > 0 && result.reference?.kind === 'baseline'
      ? [`to lock it in: ${updateCommand(result, report)}`]
      : []),
    ...overlapNotes(result),
    ...creepTexts(result),
    ...sideNotes(result),
  ]
  return [line, ...notes.map((note) => palette.muted(`${INDENT}${note}`))]
}

function undecidedLines(result: ScenarioResult, report: CheckReport, style: Style): readonly string[] {
  const lines = [style.palette.warning(`? ${shown(result.name)}: no verdict`)]
  for (const reason of result.reasons) {
    const { message, commands } = reasonText(reason, result, report)
    lines.push(`${INDENT}${message}`)
    if (reason.code === 'unstable') {
      const advice = adviceText(result)
      if (advice !== null) lines.push(`${INDENT}${advice}`)
    }
    lines.push(...commands.map((command) => `${INDENT}→ ${command}`))
  }
  lines.push(...sideNotes(result).map((each) => `${INDENT}${each}`))
  // The figures of many scenarios that lack a baseline would hide what is to be done.
  const table =
    report.scenarios.length > 1 && result.reasons.every(isMissing) ? [] : measuredTable(result, style.palette)
  return ['', ...lines, '', ...table, '']
}

function isMissing({ code }: NoVerdict): boolean {
  return code === 'no-baseline' || code === 'not-in-baseline' || code === 'environment' || code === 'command-changed'
}

function programFailedLines(result: ScenarioResult, { palette }: Style): readonly string[] {
  const { failure, failedSide, name } = result
  if (failure === null) return []
  const lines = [palette.warning(`✘ ${shown(name)}: ${failedText(failure, failedSide)}`)]
  const said = lastWords(failure)
  if (said.length > 0)
    lines.push(`${INDENT}the last that it wrote to stderr:`, ...said.map((line) => `${INDENT}│ ${line}`))
  lines.push(...result.notes.map((note) => `${INDENT}note: ${shownBinary(note)}`))
  return ['', ...lines, '']
}

/** Over the limit by the median, but in runs that overlap: no failure, and not hidden either. */
function overlapNotes({ metrics }: ScenarioResult): readonly string[] {
  return metrics
    .filter(({ verdict, p }) => verdict === 'passed' && p !== null)
    .map((each) => `${GATE_METRICS[each.metric].label} is ${changeText(each)}, but its runs overlap: it may be chance`)
}

/** As many parts as fit; the last, which tells how much was measured, always. */
function fitted(parts: readonly string[], width: number | null): string {
  const gap = '   '
  if (width === null) return parts.join(gap)
  const last = parts.at(-1) ?? ''
  let line = parts[0] ?? ''
  for (const [index, part] of parts.entries()) {
    if (index === 0 || index === parts.length - 1) continue
    if (displayWidth(`${line}${gap}${part}${gap}${last}`) > width) break
    line += gap + part
  }
  return `${line}${gap}${last}`
}
