import { longestRead } from '../analysis/read-cost.ts'
import type { RuleFinding } from '../analysis/rules/engine.ts'
import type { SourceRead } from '../model/provenance.ts'
import type { Severity } from '../model/severity.ts'
import {
  adviceText,
  alsoTexts,
  type Diagnosis,
  diagnosisVerdict,
  evidenceText,
  hiddenText,
  ignoredTexts,
  isUnread,
  mappingTexts,
  notCheckedTexts,
  rulePage,
  severityCounts,
  worstFirst,
} from './doctor-parts.ts'
import { diagnosisSubject, withoutFindingsTogether } from './doctor-subjects.ts'
import { captureTime } from './host-text.ts'
import { labelledLines } from './labelled-lines.ts'
import type { Paint, Palette } from './palette.ts'
import { harmless } from './sanitise.ts'
import { counted, formatMilliseconds, formatUpperBound } from './units.ts'
import { displayWidth, shortenMiddle } from './width.ts'
import { wrapText } from './wrap.ts'

/** How a diagnosis is written for people. */
export interface DoctorStyle {
  readonly palette: Palette
  /** Columns of the terminal; `null` when nothing may be cut or wrapped. */
  readonly width: number | null
  /** Findings alone. */
  readonly quiet: boolean
}

/** Everything that a report for people says. */
export interface DoctorTexts {
  /** Processes in the order that they were asked for in, and then the host. */
  readonly diagnoses: readonly Diagnosis[]
  /** Lesser findings are hidden. */
  readonly least: Severity
  readonly provenance: readonly SourceRead[]
  /** When what was read is a capture: its date. */
  readonly captured: string | null
}

type Write = (text: string) => void

const INDENT = '  '
const LABEL = 'evidence  '

/** Writes findings, worst first, then what was not found and what could not be looked for. */
export function writeDiagnoses(texts: DoctorTexts, style: DoctorStyle, write: Write): void {
  const ordered = worstFirst(texts.diagnoses)
  let first = true
  const gap = (): void => {
    if (!first) write('\n')
    first = false
  }
  if (!style.quiet && ordered.length > 2) {
    gap()
    for (const line of wrapText(overallText(texts), style.width)) write(`${line}\n`)
  }
  for (const alike of withoutFindingsTogether(ordered)) {
    if (style.quiet && alike.every(({ outcome }) => outcome.findings.length === 0)) continue
    gap()
    writeDiagnosis(alike, texts.captured, style, write)
  }
  if (style.quiet) return
  const hidden = hiddenText(texts.diagnoses, texts.least)
  const footer = labelledLines(
    [
      { label: 'not checked', sentences: notCheckedTexts(texts.diagnoses, texts.captured) },
      { label: 'ignored', sentences: ignoredTexts(texts.diagnoses) },
      { label: 'not shown', sentences: hidden === null ? [] : [hidden] },
      { label: 'read', sentences: [costText(texts)] },
    ],
    { palette: { ...style.palette, heading: (text) => text }, width: style.width },
  )
  gap()
  for (const line of footer) write(`${style.palette.muted(line)}\n`)
}

function overallText({ diagnoses }: DoctorTexts): string {
  const processes = diagnoses.filter(({ report }) => report !== null)
  const unread = processes.filter(isUnread).length
  const which = unread === 0 ? '' : ` (the memory of ${unread} could not be read)`
  const host = diagnoses.some(({ report }) => report === null) ? ' and the host' : ''
  const found = severityCounts(...diagnoses.map(({ outcome }) => outcome))
  const nothing = unread === 0 ? 'nothing wrong' : 'nothing wrong in what could be read'
  return `${counted(processes.length, 'process')}${which}${host}: ${found === '' ? nothing : found}`
}

/** Diagnoses of which there is one, or that are alike. */
function writeDiagnosis(
  alike: readonly [Diagnosis, ...Diagnosis[]],
  captured: string | null,
  style: DoctorStyle,
  write: Write,
): void {
  const [diagnosis] = alike
  const { outcome } = diagnosis
  const subject = diagnosisSubject(alike.map(({ report }) => report))
  const [first = '', ...rest] = wrapText(`${subject}: ${diagnosisVerdict(diagnosis)}`, style.width)
  write(`${first.startsWith(subject) ? style.palette.strong(subject) + first.slice(subject.length) : first}\n`)
  for (const line of rest) write(`${line}\n`)
  for (const finding of outcome.findings) {
    write('\n')
    writeFinding(finding, { diagnosis, captured }, style, write)
  }
}

/** What is wrong and what to do first; what it rests on and why it matters below. */
function writeFinding(
  finding: RuleFinding,
  { diagnosis, captured }: { readonly diagnosis: Diagnosis; readonly captured: string | null },
  style: DoctorStyle,
  write: Write,
): void {
  const { rule, severity, confidence, summary, evidence, rows, remedy } = finding
  const { palette } = style
  const title = `${severity.toUpperCase()}  `
  const [head = '', ...more] = wrapText(harmless(summary), style.width, title)
  write(`${severityPaint(severity, palette)(title)}${palette.strong(head.slice(title.length))}\n`)
  for (const line of more) write(`${palette.strong(line)}\n`)
  const room = style.width === null ? null : style.width - INDENT.length
  const block = (label: string, texts: readonly string[]): void => {
    for (const [index, text] of texts.entries()) {
      const lead = (index === 0 ? label : '').padEnd(LABEL.length)
      for (const line of wrapText(wholeCommands(text), room, lead))
        write(`${INDENT}${line.replaceAll(HARD_SPACE, ' ')}\n`)
    }
  }
  const { report } = diagnosis
  block('do', [adviceText(remedy ?? rule.remedy, diagnosis, captured)])
  block('evidence', evidence.map(evidenceText))
  if (report !== null) block('mappings', mappingTexts(rows, report, nameWithin(style.width)))
  block('also', alsoTexts(finding))
  block('why', [rule.why])
  block('sure', [`${confidence}. False alarms: ${adviceText(rule.falseAlarms, diagnosis, captured)}`])
  block('more', [rulePage(rule.id).command])
}

const HARD_SPACE = '\u00a0'

/** Commands stand in backticks, and must not be broken where somebody will copy them. */
function wholeCommands(text: string): string {
  return text.replace(/`[^`]*`/g, (command) => command.replaceAll(' ', HARD_SPACE))
}

/** wrapText puts a name that does not fit beside the figures into a line of its own. */
function nameWithin(width: number | null): (shown: string, head: string) => string {
  if (width === null) return (shown) => shown
  const room = width - INDENT.length - LABEL.length
  return (shown, head) => shortenMiddle(shown, Math.max(room - displayWidth(head), Math.min(room, 30)))
}

function severityPaint(severity: Severity, palette: Palette): Paint {
  return severity === 'critical' || severity === 'high' ? palette.warning : palette.strong
}

/** What the report cost those who were looked at. */
function costText({ provenance, captured }: DoctorTexts): string {
  const reads = provenance.filter(({ refused }) => refused === null)
  const time = reads.reduce((sum, { durationMs }) => sum + durationMs, 0)
  if (captured !== null) return `a capture of ${captureTime(captured)}; nothing of this host`
  const walks = reads.filter(({ path }) => /\/(?:smaps|smaps_rollup|pagemap)$/.test(path))
  const stall = walks.length === 0 ? '' : `; longest lock hold ≤ ${formatUpperBound(longestRead(walks))}`
  return `${counted(reads.length, 'file')} in ${formatMilliseconds(time)}${stall}`
}
