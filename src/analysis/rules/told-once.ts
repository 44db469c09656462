import type { RuleFinding, RuleOutcome } from './engine.ts'
import { SEVERITIES, type Severity } from './rule.ts'

/**
 * Findings of one process, or of the host, without those that another one tells with it, which has them as `also`. A
 * finding is never told with one that matters less, so that it is not lost on who asks for severe ones alone.
 */
export function withOneEach(findings: readonly RuleFinding[]): readonly RuleFinding[] {
  const told = new Map<RuleFinding, RuleFinding>()
  for (const finding of findings) {
    const by = findings.find((other) => other !== finding && !told.has(other) && tells(other, finding))
    if (by !== undefined) told.set(finding, by)
  }
  return findings
    .filter((finding) => !told.has(finding))
    .map((finding) => {
      const also = findings.filter((each) => lastOf(told, each) === finding && each !== finding)
      return also.length === 0 ? finding : { ...finding, also }
    })
}

/** Whom a finding is told with in the end: one that tells of another may be told with a third. */
function lastOf(told: ReadonlyMap<RuleFinding, RuleFinding>, finding: RuleFinding): RuleFinding {
  const by = told.get(finding)
  return by === undefined ? finding : lastOf(told, by)
}

function tells(other: RuleFinding, finding: RuleFinding): boolean {
  const declared = finding.rule.toldWith?.find(({ rule }) => rule === other.rule.id)
  if (declared === undefined || worse(finding.severity, other.severity)) return false
  return declared.of === 'process' || finding.rows.every((row) => other.rows.includes(row))
}

function worse(one: Severity, other: Severity): boolean {
  return SEVERITIES.indexOf(one) < SEVERITIES.indexOf(other)
}

/** A process and what the rules came to for it. */
export interface ProcessOutcome {
  readonly pid: number
  readonly outcome: RuleOutcome
}

/**
 * What the rules came to for several processes, in the same order, with a finding on an object that some of them share
 * told once: with the first of them, which names the others.
 */
export function withSharedOnce(processes: readonly ProcessOutcome[]): readonly RuleOutcome[] {
  const owners = new Map<string, number>()
  const sharers = new Map<string, number[]>()
  for (const { pid, outcome } of processes) {
    for (const key of outcome.findings.flatMap((finding) => keyOf(finding) ?? [])) {
      if (!owners.has(key)) owners.set(key, pid)
      else sharers.set(key, [...(sharers.get(key) ?? []), pid])
    }
  }
  return processes.map(({ pid, outcome }) => {
    const owner = (finding: RuleFinding): number => owners.get(keyOf(finding) ?? '') ?? pid
    return {
      ...outcome,
      findings: outcome.findings
        .filter((finding) => owner(finding) === pid)
        .map((finding) => ({ ...finding, sharers: sharers.get(keyOf(finding) ?? '') ?? [] })),
      elsewhere: outcome.findings
        .filter((finding) => owner(finding) !== pid)
        .map((finding) => ({ rule: finding.rule, severity: finding.severity, pid: owner(finding) })),
    }
  })
}

/** What a finding says that it may say of others too; `null` when it is about its process alone. */
function keyOf({ rule, severity, shared }: RuleFinding): string | null {
  return shared == null ? null : `${rule.id} ${severity} ${shared}`
}
