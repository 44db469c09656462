import type { MapsReport } from '../analysis/maps-report.ts'
import type { RuleFinding, RuleOutcome } from '../analysis/rules/engine.ts'
import type { IgnoredRule } from '../analysis/rules/ignored.ts'
import type { Evidence } from '../analysis/rules/rule.ts'
import { hexJson } from '../model/address.ts'
import type { Kind } from '../model/kinds.ts'
import { permsText } from '../model/perms.ts'
import { SEVERITIES, type Severity } from '../model/severity.ts'
import { pidsText } from './pids-text.ts'
import { displayText, harmless } from './sanitise.ts'
import { counted, formatBytes, formatCount, formatPercent } from './units.ts'

/** What the rules came to for one process, or for the host alone. */
export interface Diagnosis {
  /** `null` for the host. */
  readonly report: MapsReport | null
  /** Findings are those to show. */
  readonly outcome: RuleOutcome
  /** Findings that were made, and matter less than what was asked for. */
  readonly hidden: number
  readonly ignored: readonly IgnoredRule[]
}

/** Where more is told of a rule: a command, and a page of the documentation. */
export function rulePage(id: string): { readonly command: string; readonly page: string } {
  return { command: `mmapctl explain ${id}`, page: `docs/rules/${id}.md` }
}

/** Whether it is of a process whose mappings nobody showed: rules look at little of it then. */
export function isUnread({ report }: Pick<Diagnosis, 'report'>): boolean {
  return report !== null && report.memory.space === null
}

/** One line that says how it stands; first of all, where hardly anything of it could be looked at. */
export function diagnosisVerdict(diagnosis: Diagnosis): string {
  return isUnread(diagnosis) ? `its memory could not be read; ${checksVerdict(diagnosis)}` : checksVerdict(diagnosis)
}

function checksVerdict(diagnosis: Diagnosis): string {
  const { outcome, hidden } = diagnosis
  const { findings, clear, notChecked, elsewhere } = outcome
  const checked = ruleCount(findings) + clear.length + hidden + elsewhere.length
  const could = notChecked.length === 0 ? '' : `, ${formatCount(notChecked.length)} could not be checked`
  if (checked === 0) return notChecked.length === 0 ? uncheckedVerdict(diagnosis) : 'nothing could be checked'
  const found =
    findings.length > 0 ? `${counted(findings.length, 'finding')} (${severityCounts(outcome)})` : 'nothing wrong'
  const others = elsewhereText(outcome)
  const without = isUnread(diagnosis) ? ` that ${checked === 1 ? 'does' : 'do'} without` : ''
  const lesser = hidden === 0 ? '' : findings.length > 0 ? ` and ${hidden} lesser` : `, but for ${hidden} lesser,`
  return `${found}${lesser}${others === '' ? '' : `, but for ${others},`} in ${counted(checked, 'check')}${without}${could}`
}

/** Why there was nothing to check: all of it is ignored, or what was asked for is about somebody else. */
function uncheckedVerdict({ report, ignored }: Diagnosis): string {
  if (ignored.length > 0) return 'nothing was checked'
  return report === null
    ? 'none of the rules asked for is about the host'
    : 'none of the rules asked for is about a process; they are about the host'
}

/** Rules that made these findings, also those that are told with others; what is somebody else's is counted there. */
function ruleCount(findings: readonly RuleFinding[]): number {
  return findings.reduce((sum, { also }) => sum + 1 + also.filter(({ whose }) => whose === undefined).length, 0)
}

/** Where findings are told that are true of several processes, or of the host as well. */
function elsewhereText({ elsewhere }: RuleOutcome): string {
  const parts = [elsewhere.filter(({ pid }) => pid !== null), elsewhere.filter(({ pid }) => pid === null)]
  return parts
    .filter((each) => each.length > 0)
    .map((each) => {
      const rules = [...new Set(each.map(({ rule }) => rule.id))].join(', ')
      const pids = [...new Set(each.flatMap(({ pid }) => pid ?? []))]
      return `${rules}, told with ${pids.length === 0 ? 'the host' : pidsText(pids)}`
    })
    .join(', and ')
}

/** What others found of a cause that is told in full; the JSON has all. */
const MOST_ALSO = 5

/** What else is known of a finding's cause, and of whom it is true as well. */
export function alsoTexts({ also, sharers }: RuleFinding): readonly string[] {
  // Of a cause on the host any number of processes may have something to tell.
  const few = also.length > MOST_ALSO + 1 ? also.slice(0, MOST_ALSO) : also
  const others = also.slice(few.length)
  const ids = [...new Set(others.map(({ rule }) => rule.id))].join(', ')
  return [
    ...few.map(({ rule, summary, whose }) => `${rule.id}${whoseText(whose)}: ${harmless(summary)}`),
    ...(others.length === 0 ? [] : [`and ${formatCount(others.length)} more: ${ids}`]),
    ...(sharers.length === 0 ? [] : [`true of ${pidsText(sharers)}`]),
  ]
}

function whoseText(whose: number | null | undefined): string {
  if (whose === undefined) return ''
  return whose === null ? ' of the host' : ` of PID ${whose}`
}

/** How many findings of which severity, worst first. */
export function severityCounts(...outcomes: readonly RuleOutcome[]): string {
  const all = outcomes.flatMap(({ findings }) => findings)
  return SEVERITIES.flatMap((severity) => {
    const number = all.filter((each) => each.severity === severity).length
    return number === 0 ? [] : [`${formatCount(number)} ${severity}`]
  }).join(', ')
}

/** Worst first; of equal ones the order that they were asked for in. */
export function worstFirst(diagnoses: readonly Diagnosis[]): readonly Diagnosis[] {
  const rank = ({ outcome }: Diagnosis): number =>
    Math.min(SEVERITIES.length, ...outcome.findings.map(({ severity }) => SEVERITIES.indexOf(severity)))
  return [...diagnoses].sort((a, b) => rank(a) - rank(b))
}

/** Mappings named beside a finding; the JSON has all. */
const MOST_ROWS = 3

/** The mappings that a finding is about, the first of them, each as `name` has it shown. */
export function mappingTexts(
  rows: readonly number[],
  { table, classes }: MapsReport,
  name: (shown: string, head: string) => string = (shown) => shown,
): readonly string[] {
  const texts = rows.slice(0, MOST_ROWS).map((row) => {
    const own = table.nameOf(row)
    const perms = permsText(table.perms[row] as number)
    const head = `${hexJson(table.start[row] as number)} ${perms} ${formatBytes(table.size(row))} `
    return (
      head + name(own === '' ? `(${classes.label(row) ?? namelessText(classes.kind(row))})` : displayText(own), head)
    )
  })
  return rows.length > MOST_ROWS ? [...texts, `and ${formatCount(rows.length - MOST_ROWS)} more`] : texts
}

/** Code without a name is called `jit` in tables; that it comes from a compiler is known of runtimes alone. */
function namelessText(kind: Kind): string {
  return kind === 'jit' ? 'code without a file' : kind
}

/** Advice of a rule: its commands, which stand in backticks, name the process instead of "PID" where it may live. */
export function adviceText(text: string, { report }: Pick<Diagnosis, 'report'>, captured: string | null): string {
  if (report === null || captured !== null) return text
  return text.replace(/`[^`]*`/g, (command) => command.replace(/\bPID\b/g, String(report.memory.pid)))
}

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

/** Rules that could not be checked, by the reason; of several diagnoses with whom it is true of, unless of all. */
export function notCheckedTexts(diagnoses: readonly Diagnosis[], captured: string | null): readonly string[] {
  // Of several processes a reason that they share is given once, and can name none of them.
  const isOne = diagnoses.filter(({ report }) => report !== null).length === 1
  const said = (why: string, diagnosis: Diagnosis): string => (isOne ? adviceText(why, diagnosis, captured) : why)
  return grouped(
    diagnoses,
    (diagnosis) => diagnosis.outcome.notChecked.map(({ rule, why }) => ({ rule: rule.id, said: said(why, diagnosis) })),
    (rules, why) => `${rules.join(', ')}: ${harmless(why)}`,
  )
}

/** Rules that somebody did not want, with who. */
export function ignoredTexts(diagnoses: readonly Diagnosis[]): readonly string[] {
  return grouped(
    diagnoses,
    ({ ignored }) => ignored.map(({ rule, by, reason }) => ({ rule: rule.id, said: ignoredBy({ by, reason }) })),
    (rules, said) => `${rules.join(', ')} by ${said}`,
  )
}

function ignoredBy({ by, reason }: Pick<IgnoredRule, 'by' | 'reason'>): string {
  return reason === null ? by : `${by}: ${harmless(reason)}`
}

function grouped(
  diagnoses: readonly Diagnosis[],
  entries: (diagnosis: Diagnosis) => readonly { readonly rule: string; readonly said: string }[],
  text: (rules: readonly string[], said: string) => string,
): readonly string[] {
  // What is said of the host's rules is said of the host alone, and need not name it.
  const processes = diagnoses.filter(({ report }) => report !== null)
  const groups = new Map<string, { readonly said: string; readonly whom: string; readonly rules: Set<string> }>()
  for (const [index, diagnosis] of diagnoses.entries()) {
    for (const { rule, said } of entries(diagnosis)) {
      const sharers = diagnoses.filter((each) => entries(each).some((one) => one.rule === rule && one.said === said))
      const everybody = diagnosis.report === null || sharers.length >= processes.length
      const whom = everybody ? '' : pidsText(sharers.flatMap(({ report }) => report?.memory.pid ?? []))
      const key = JSON.stringify([said, whom])
      const group = groups.get(key) ?? { said, whom, rules: new Set<string>() }
      groups.set(key, group)
      if (diagnoses.indexOf(sharers[0] as Diagnosis) === index) group.rules.add(rule)
    }
  }
  return [...groups.values()].map(
    ({ said, whom, rules }) => `${whom === '' ? '' : `${whom}: `}${text([...rules], said)}`,
  )
}

/** That lesser findings were left out, and how to see them. */
export function hiddenText(diagnoses: readonly Diagnosis[], least: Severity): string | null {
  const number = diagnoses.reduce((sum, { hidden }) => sum + hidden, 0)
  return number === 0 ? null : `${counted(number, 'finding')} below ${least}; --severity info shows all`
}
