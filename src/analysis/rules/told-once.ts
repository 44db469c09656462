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
  switch (declared.of) {
    case 'process':
      return true
    case 'mappings':
      return finding.rows.every((row) => other.rows.includes(row))
    case 'cause':
      return finding.cause != null && finding.cause === other.cause
  }
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

/** The host, or a process, and what the rules came to for it. */
interface Subject {
  /** `null` for the host. */
  readonly pid: number | null
  readonly outcome: RuleOutcome
}

/** A finding and whose it is. */
interface Owned {
  readonly pid: number | null
  readonly finding: RuleFinding
}

/**
 * The host and processes, in the same order, with a cause that the host and a process have findings on told once. A
 * finding of the host goes to the first process that tells it; those of processes all go to the host.
 */
export function withCausesOnce(
  host: RuleOutcome,
  processes: readonly ProcessOutcome[],
): { readonly host: RuleOutcome; readonly processes: readonly RuleOutcome[] } {
  const subjects: readonly Subject[] = [{ pid: null, outcome: host }, ...processes]
  const all = subjects.flatMap(({ pid, outcome }) => outcome.findings.map((finding): Owned => ({ pid, finding })))
  const told = new Map<RuleFinding, Owned>()
  for (const { pid, finding } of all) {
    const by = all.find((other) => {
      return (other.pid === null) !== (pid === null) && !told.has(other.finding) && tellsCause(other.finding, finding)
    })
    const tellsOthers = [...told.values()].some((each) => each.finding === finding)
    if (by !== undefined && !tellsOthers) told.set(finding, by)
  }
  const of = ({ outcome }: Pick<Subject, 'outcome'>): RuleOutcome => ({
    ...outcome,
    findings: outcome.findings
      .filter((finding) => !told.has(finding))
      .map((finding) => {
        const others = all.filter((each) => told.get(each.finding)?.finding === finding)
        return { ...finding, also: [...finding.also, ...others.flatMap(moved)] }
      }),
    elsewhere: [
      ...outcome.elsewhere,
      ...outcome.findings.flatMap((finding) => {
        const by = told.get(finding)
        const own = [finding, ...finding.also]
        return by === undefined ? [] : own.map(({ rule, severity }) => ({ rule, severity, pid: by.pid }))
      }),
    ],
  })
  return { host: of({ outcome: host }), processes: processes.map(of) }
}

function tellsCause(other: RuleFinding, finding: RuleFinding): boolean {
  const { toldWith = [] } = finding.rule
  return toldWith.some(({ rule, of }) => rule === other.rule.id && of === 'cause') && tells(other, finding)
}

/** A finding, with those that are told with it, as they stand among `also` of somebody else's. */
function moved({ pid, finding }: Owned): readonly RuleFinding[] {
  return [finding, ...finding.also].map((each) => ({ ...each, also: [], whose: pid }))
}
