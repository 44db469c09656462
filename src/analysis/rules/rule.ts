import type { Severity } from '../../model/severity.ts'
import type { RuleSources, SourceName } from './sources.ts'

export { SEVERITIES, type Severity } from '../../model/severity.ts'

/** How sure a finding is. */
export type Confidence =
  /** The kernel says so. */
  | 'certain'
  /** The evidence has one usual cause. */
  | 'likely'
  /** The evidence has several causes, this is one of them. */
  | 'possible'

/** One figure or fact that a finding rests on. */
export interface Evidence {
  /** What it is: `mappings`, `VmLck`. */
  readonly what: string
  /** `NaN` does not occur: what is unknown is no evidence. */
  readonly value: number | string
  readonly unit: 'bytes' | 'count' | 'percent' | 'per-second' | 'seconds' | 'text'
  /** The kernel's file or field that it comes from. */
  readonly source: string
}

/** What a rule found. */
export interface Finding {
  readonly kind: 'finding'
  readonly severity: Severity
  readonly confidence: Confidence
  /** One sentence with the figures that matter, without its full stop; names in it as text (`nameInSentence`). */
  readonly summary: string
  readonly evidence: readonly Evidence[]
  /** Rows of the mapping table that it is about, most important first. */
  readonly rows: readonly number[]
  /** What to do, where it differs from the rule's own advice. */
  readonly remedy?: string
  /** Names what it is about when other processes have that too (`objectOf`), or the like: of several it is told once. */
  readonly shared?: string | null
  /** Names its cause where a finding of another rule may have the very same, in a process or the host. */
  readonly cause?: string | null
}

/** What a check comes to. */
export type CheckResult =
  | Finding
  | { readonly kind: 'clear' }
  /** What would be needed to tell is not there. */
  | {
      readonly kind: 'unknown'
      readonly why: string
      /** Another reader or another limit would have got it. */
      readonly withheld?: boolean
    }

export const CLEAR: CheckResult = { kind: 'clear' }

/** What a rule says of itself: the same text is its documentation page and what `explain` prints. */
export interface RuleText {
  /** Stable name, in kebab case: what --ignore and --rules take. */
  readonly id: string
  readonly title: string
  /** The severity that its findings usually have. */
  readonly severity: Severity
  /** What it looks for, and in which figures. */
  readonly what: string
  /** Why it matters: what happens, and to whom. */
  readonly why: string
  /** What to do: the exact command, call or setting. */
  readonly remedy: string
  /** What would make it a false alarm. */
  readonly falseAlarms: string
  /** Where to read more: man pages, files of the kernel's documentation. */
  readonly references: readonly string[]
  /** Rules that tell more of the same cause: a finding of this one is told with theirs. */
  readonly toldWith?: readonly ToldWith[]
}

/** A rule that another one is told with. */
export interface ToldWith {
  readonly rule: string
  /**
   * Whatever they are about in the process; only when all mappings of the one are also the other's; or only when both
   * name one cause, then also when one of them is about the host and the other about a process.
   */
  readonly of: 'process' | 'mappings' | 'cause'
}

/** A rule: what it needs, and the check, which is pure. */
export interface Rule extends RuleText {
  readonly needs: readonly SourceName[]
  readonly check: (sources: RuleSources) => CheckResult
}

/**
 * Makes a rule. The check gets the sources that it asked for, all of them read; when one could not be, the rule is not
 * checked, which is said with the reason, and never taken for "nothing found".
 */
export function defineRule<Needs extends readonly SourceName[]>(
  rule: RuleText & {
    readonly needs: Needs
    readonly check: (sources: Pick<RuleSources, Needs[number]>) => CheckResult
  },
): Rule {
  return rule
}

/** A finding, with the parts that are usual left out. */
export function finding(
  severity: Severity,
  confidence: Confidence,
  summary: string,
  parts: Pick<Finding, 'evidence'> & Partial<Pick<Finding, 'rows' | 'remedy' | 'shared' | 'cause'>>,
): Finding {
  return { kind: 'finding', severity, confidence, summary, rows: [], ...parts }
}
