import type { Severity } from './severity.ts'

/** A rule that a configuration names, with its line; whether there is such a rule is not known here. */
export interface NamedRule {
  readonly id: string
  readonly line: number
}

/** A rule to leave out. */
export interface IgnoredRule extends NamedRule {
  /** As the configuration gives it; `null` where it gives none. */
  readonly reason: string | null
}

/** Rules to leave out for processes of some names. */
export interface TargetIgnores {
  /** A glob of thread names. */
  readonly pattern: string
  readonly line: number
  readonly ignore: readonly IgnoredRule[]
}

/** What a configuration says of `doctor`. */
export interface DoctorConfig {
  /** `null` for all. */
  readonly rules: readonly NamedRule[] | null
  readonly ignore: readonly IgnoredRule[]
  readonly targets: readonly TargetIgnores[]
  readonly severity: Severity | null
  readonly failOn: Severity | null
}
