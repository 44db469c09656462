import { hasMoved } from '../../analysis/gate/metric.ts'
import type { CheckReport, ScenarioResult } from '../../model/gate/report.ts'
import { displayWidth, pad, shortenMiddle } from '../width.ts'
import { creepTexts, evidenceLines, failedMetrics, groupFinding, isAcceptable, metricFinding } from './findings.ts'
import { growthCells, growthTitle, noGrowthText } from './growth.ts'
import { faultPlaces, placeTables } from './places.ts'
import { INDENT, metricText, type PrettyStyle, sideNotes } from './pretty-parts.ts'
import { reasonText, updateCommand } from './reasons.ts'
import { shown } from './text.ts'

/** A longer key of a group moves what stands behind it out of sight. */
const LONGEST_CELL = 60
const SHORTEST_KEY = 16

/** A scenario over its limits: how much, how sure, where, and how to accept it. */
export function failedLines(result: ScenarioResult, report: CheckReport, style: PrettyStyle): readonly string[] {
  const { palette } = style
  const against = result.reference?.kind === 'against'
  const [first, ...others] = failedMetrics(result)
  const groups = result.groups.filter(({ verdict }) => verdict === 'failed').map(groupFinding)
  const lead = first === undefined ? (groups.shift() ?? '') : metricFinding(first, result.reference)
  const lines = [palette.warning(`✘ ${shown(result.name)}: ${lead}`)]
  if (first !== undefined) lines.push(...evidenceLines(first, against).map((line) => `${INDENT}${line}`))
  const also = [...others.map((each) => metricFinding(each, result.reference)), ...groups]
  if (also.length > 0) lines.push('', '  also over its limit', ...also.map((each) => `${INDENT}${each}`))
  lines.push(
    ...growthLines(result, style),
    ...placeLines(result, style),
    ...movedLines(result),
    ...creepTexts(result).map((each) => `  ${each}`),
  )
  lines.push(...result.reasons.map((reason) => `  without a verdict: ${reasonText(reason, result, report).message}`))
  lines.push(...sideNotes(result).map((each) => `  ${each}`), '')
  if (isAcceptable(result)) {
    lines.push(`  If this is intended:  ${updateCommand(result, report)} --reason "…"`)
    lines.push(`                        and commit ${shown(fileOf(result))}`, '')
  }
  return ['', ...lines]
}

function growthLines(result: ScenarioResult, { palette, width }: PrettyStyle): readonly string[] {
  const { growth, verdict } = result
  const why = noGrowthText(result)
  if (why !== null) return ['', `  ${why}`]
  if (growth === null || verdict !== 'failed') return []
  const { rows, rest } = growthCells(growth)
  if (rows.length === 0) return []
  return [
    '',
    palette.strong(`  ${growthTitle(result, growth)}`),
    ...columns(
      rows.map(({ change, key, sizes, remark }) => [change, fitted(key, width), sizes, remark]),
      1,
    ),
    palette.muted(`${INDENT}${rest}`),
  ]
}

function placeLines(result: ScenarioResult, { palette, width }: PrettyStyle): readonly string[] {
  const faults = faultPlaces(result)
  return [
    ...placeTables(result).flatMap(({ title, rows, figures, rest }) => [
      '',
      palette.strong(`  ${title}`),
      ...columns(
        rows.map((row) => row.map((cell, column) => (column === figures ? fitted(cell, width) : cell))),
        figures,
      ),
      palette.muted(`${INDENT}${rest}`),
    ]),
    ...(faults === null ? [] : ['', `  ${faults.message}`, `${INDENT}→ ${faults.command}`]),
  ]
}

/** In a terminal a key leaves half of the line to the figures. */
function fitted(key: string, width: number | null): string {
  return width === null ? key : shortenMiddle(key, Math.max(SHORTEST_KEY, Math.floor(width / 2)))
}

/** Rows in columns, the first `figures` of which are figures. */
function columns(rows: readonly (readonly string[])[], figures: number): readonly string[] {
  const widths = rows.reduce<readonly number[]>(
    (most, row) => row.map((cell, column) => Math.max(most[column] ?? 0, Math.min(LONGEST_CELL, displayWidth(cell)))),
    [],
  )
  return rows.map((row) => {
    const cells = row.map((cell, column) => pad(cell, widths[column] ?? 0, column < figures ? 'right' : 'left'))
    return `${INDENT}${cells.join('  ').trimEnd()}`
  })
}

function movedLines(result: ScenarioResult): readonly string[] {
  const moved = result.metrics.filter(hasMoved)
  if (moved.length === 0) return []
  return [`  also moved, not gated: ${moved.map(metricText).join(', ')}`]
}

function fileOf({ reference }: ScenarioResult): string {
  return reference?.kind === 'baseline' ? reference.file : '.mmapctl/baseline.json'
}
