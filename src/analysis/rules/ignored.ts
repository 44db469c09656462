import type { Rule } from './rule.ts'

/** A rule that was not checked because somebody did not want it. */
export interface IgnoredRule {
  readonly rule: Rule
  /** Who: a flag, or a file with its line. */
  readonly by: string
  /** Why, where the file says it: text. */
  readonly reason: string | null
}
