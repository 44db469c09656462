import type { MapsReport } from '../analysis/maps-report.ts'
import type { RuleFinding, RuleOutcome } from '../analysis/rules/engine.ts'
import type { Evidence, Severity } from '../analysis/rules/rule.ts'
import { hexJson } from '../model/address.ts'
import { permsText } from '../model/perms.ts'
import type { Paint, Palette } from './palette.ts'
import { displayText, harmless } from './sanitise.ts'
import { counted, formatBytes, formatCount, formatPercent } from './units.ts'
import { shortenMiddle } from './width.ts'
import { wrapText } from './wrap.ts'

/** What the rules came to for one process, or for the host alone. */
export interface Diagnosis {
  /** `null` for the host. */
  readonly report: MapsReport | null
  readonly outcome: RuleOutcome
}

/** How a diagnosis is written for people. */
export interface DoctorStyle {
  readonly palette: Palette
  /** Columns of the terminal; `null` when nothing may be cut or wrapped. */
  readonly width: number | null
  readonly quiet: boolean
}

/** Mappings named beside a finding; the JSON has all. */
const MOST_ROWS = 3

/** Writes findings, worst first, and what was not found. */
export function writeDiagnosis(
  { report, outcome }: Diagnosis,
  style: DoctorStyle,
  write: (text: string) => void,
): void {
  const { palette } = style
  if (!style.quiet) write(`${palette.strong(diagnosisSubject(report))}: ${diagnosisVerdict(outcome)}\n`)
  for (const finding of outcome.findings) {
    write('\n')
    writeFinding(finding, report, style, write)
  }
  if (style.quiet || outcome.notChecked.length === 0) return
  write('\n')
  for (const line of notCheckedLines(outcome)) write(`${palette.muted(line)}\n`)
}

/** Who is diagnosed. */
export function diagnosisSubject(report: MapsReport | null): string {
  return report === null ? 'host' : `PID ${report.memory.pid} ${displayText(report.memory.stat.comm)}`
}

/** One line that says how it stands. */
export function diagnosisVerdict({ findings, clear, notChecked }: RuleOutcome): string {
  const checked = findings.length + clear.length
  const could = notChecked.length === 0 ? '' : `, ${notChecked.length} could not be checked`
  if (findings.length === 0) return `nothing wrong in ${counted(checked, 'check')}${could}`
  return `${counted(findings.length, 'finding')} in ${counted(checked, 'check')}${could}`
}

function writeFinding(
  { rule, severity, confidence, summary, evidence, rows, remedy }: RuleFinding,
  report: MapsReport | null,
  style: DoctorStyle,
  write: (text: string) => void,
): void {
  const { palette } = style
  const paint = severityPaint(severity, palette)
  write(`${paint(severity.toUpperCase())} ${palette.strong(harmless(summary))} ${palette.muted(`[${rule.id}]`)}\n`)
  const block = (title: string, text: string): void => {
    for (const line of wrapText(text, style.width === null ? null : style.width - INDENT.length, title)) {
      write(`${INDENT}${line}\n`)
    }
  }
  block('evidence  ', evidence.map(evidenceText).join('; '))
  if (report !== null) for (const row of rows.slice(0, MOST_ROWS)) write(`${rowText(report, row, style)}\n`)
  if (rows.length > MOST_ROWS) write(`${INDENT}          and ${formatCount(rows.length - MOST_ROWS)} more\n`)
  block('why       ', rule.why)
  block('do        ', remedy ?? rule.remedy)
  block('sure      ', `${confidence}; a false alarm if: ${rule.falseAlarms}`)
}

const INDENT = '  '

/** A figure with what it is and where it comes from. */
export function evidenceText({ what, value, unit, source }: Evidence): string {
  return `${harmless(what)} ${valueText(value, unit)} (${source})`
}

function valueText(value: number | string, unit: Evidence['unit']): string {
  if (typeof value === 'string') return harmless(value)
  switch (unit) {
    case 'bytes':
      return formatBytes(value)
    case 'percent':
      return formatPercent(value)
    case 'per-second':
      return `${value < 9.95 ? value.toFixed(1) : formatCount(value)}/s`
    case 'seconds':
      return `${formatCount(value)} s`
    default:
      return formatCount(value)
  }
}

function rowText({ table, classes }: MapsReport, row: number, { width }: DoctorStyle): string {
  const name = table.nameOf(row)
  const shown = name === '' ? `(${classes.label(row) ?? classes.kind(row)})` : displayText(name)
  const perms = permsText(table.perms[row] as number)
  const head = `${INDENT}          ${hexJson(table.start[row] as number)} ${perms} ${formatBytes(table.size(row))} `
  return head + (width === null ? shown : shortenMiddle(shown, Math.max(20, width - head.length)))
}

/** Rules that were not checked, together where the reason is one. */
function notCheckedLines({ notChecked }: RuleOutcome): readonly string[] {
  const byReason = new Map<string, string[]>()
  for (const { rule, why } of notChecked) byReason.set(why, [...(byReason.get(why) ?? []), rule.id])
  return [...byReason].map(([why, ids]) => `not checked, because ${harmless(why)}: ${ids.join(', ')}`)
}

function severityPaint(severity: Severity, palette: Palette): Paint {
  return severity === 'critical' || severity === 'high' ? palette.warning : palette.strong
}
