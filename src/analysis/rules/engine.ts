import { type Finding, type Rule, SEVERITIES, type Severity } from './rule.ts'
import type { RuleSources, SourceAnswers, SourceName } from './sources.ts'
import { withOneEach } from './told-once.ts'

/** A finding and the rule that made it. */
export interface RuleFinding extends Finding {
  readonly rule: Rule
  /** What other rules found of the same cause. */
  readonly also: readonly RuleFinding[]
  /** PIDs of other processes that it is true of. */
  readonly sharers: readonly number[]
  /** Among `also` of somebody else's finding: whose it is, a PID or `null` for the host. */
  readonly whose?: number | null
}

/** A rule that could not be checked. */
export interface NotChecked {
  readonly rule: Rule
  readonly why: string
  /** Because of who reads, or of the limit on stalls: another run could check it. */
  readonly withheld: boolean
}

/** A finding that is told with another process, or with the host. */
export interface ToldElsewhere {
  readonly rule: Rule
  readonly severity: Severity
  /** That process; `null` for the host. */
  readonly pid: number | null
}

/** What all rules came to. */
export interface RuleOutcome {
  /** Worst first; of equal severity the surer first. */
  readonly findings: readonly RuleFinding[]
  readonly notChecked: readonly NotChecked[]
  /** Rules that were checked and found nothing. */
  readonly clear: readonly Rule[]
  /** Findings that are told with another process, or with the host. */
  readonly elsewhere: readonly ToldElsewhere[]
}

/** Checks every rule against what was read. */
export function runRules(rules: readonly Rule[], answers: SourceAnswers): RuleOutcome {
  const findings: RuleFinding[] = []
  const notChecked: NotChecked[] = []
  const clear: Rule[] = []
  const sources = readSources(answers)
  for (const rule of rules) {
    const missing = missingSource(rule, answers)
    if (missing !== null) {
      notChecked.push({ rule, ...missing })
      continue
    }
    // The rule asks only for what it needs, and all of that is there.
    const result = rule.check(sources as RuleSources)
    if (result.kind === 'finding') findings.push({ ...result, rule, also: [], sharers: [] })
    else if (result.kind === 'unknown') notChecked.push({ rule, why: result.why, withheld: result.withheld ?? false })
    else clear.push(rule)
  }
  return { findings: withOneEach(findings.sort(worstFirst)), notChecked, clear, elsewhere: [] }
}

/** Sources that the given rules need. */
export function neededSources(rules: readonly Rule[]): ReadonlySet<SourceName> {
  return new Set(rules.flatMap((rule) => rule.needs))
}

/** Whether a severity is at least as bad as another. */
export function atLeast(severity: Severity, least: Severity): boolean {
  return SEVERITIES.indexOf(severity) <= SEVERITIES.indexOf(least)
}

function missingSource(rule: Rule, answers: SourceAnswers): Omit<NotChecked, 'rule'> | null {
  for (const name of rule.needs) {
    const answer = answers[name]
    if (answer === undefined) return { why: `${name} was not read`, withheld: false }
    if (!answer.ok) return { why: answer.why, withheld: answer.withheld === true }
  }
  return null
}

function readSources(answers: SourceAnswers): Partial<RuleSources> {
  return Object.fromEntries(
    Object.entries(answers).flatMap(([name, answer]) => (answer.ok ? [[name, answer.value]] : [])),
  )
}

const CONFIDENCES = ['certain', 'likely', 'possible'] as const

function worstFirst(a: RuleFinding, b: RuleFinding): number {
  return (
    SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) ||
    CONFIDENCES.indexOf(a.confidence) - CONFIDENCES.indexOf(b.confidence)
  )
}
