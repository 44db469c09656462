import type { IgnoredRule } from '../analysis/rules/ignored.ts'
import { RULES } from '../analysis/rules/index.ts'
import type { Rule } from '../analysis/rules/rule.ts'
import { PROCESS_SOURCES } from '../analysis/rules/sources.ts'
import { similarNames } from '../model/similar.ts'
import type { LoadedConfig } from './doctor-config.ts'
import { UsageError } from './usage-error.ts'

/** Rules to check on something, and those that were left out of it. */
export interface ChosenRules {
  readonly rules: readonly Rule[]
  readonly ignored: readonly IgnoredRule[]
}

const ALL = 'all'

/** What flags and the configuration make of the rules: a flag wins over the file. */
export class RuleChoice {
  /** By `--rules`; `null` without. */
  readonly #named: readonly Rule[] | null
  readonly #wanted: readonly Rule[]
  readonly #ignored: ReadonlyMap<Rule, IgnoredRule>
  readonly #targets: readonly { readonly fits: (name: string) => boolean; readonly ignored: readonly IgnoredRule[] }[]

  /** Throws a usage error for a name that is no rule's. */
  constructor(
    only: readonly string[] | undefined,
    without: readonly string[] | undefined,
    config: LoadedConfig | null,
  ) {
    const named = only?.flatMap((id) => (id.trim() === ALL ? RULES : [ruleNamed(id, '--rules')])) ?? null
    this.#named = named
    this.#wanted = named ?? config?.rules ?? RULES
    // Who names a rule on the command line wants it checked, whatever a file says.
    const kept = (each: IgnoredRule): boolean => named === null || !named.includes(each.rule)
    const byFlag = (without ?? []).map((id) => ({ rule: ruleNamed(id, '--ignore'), by: '--ignore', reason: null }))
    const all = [...(config?.ignore.filter(kept) ?? []), ...byFlag]
    this.#ignored = new Map(all.map((each) => [each.rule, each]))
    this.#targets = (config?.targets ?? []).map(({ fits, ignore }) => ({ fits, ignored: ignore.filter(kept) }))
  }

  /** Throws a usage error when rules were asked for by name and none of them can be checked without a process. */
  refuseWithoutTarget(): void {
    if (this.#named === null || this.#named.some((rule) => !isOfProcess(rule))) return
    const ids = this.#named.map(({ id }) => id).join(', ')
    const verb = this.#named.length === 1 ? 'is' : 'are'
    throw new UsageError(`${ids} ${verb} about a process`, 'name a TARGET, such as a PID')
  }

  /** Those about the host. */
  forHost(): ChosenRules {
    return this.#without((rule) => !isOfProcess(rule), this.#ignored)
  }

  /** Those about a process, by its thread name as text; without one, all that any process may need. */
  forProcess(name: string | null): ChosenRules {
    const own = this.#targets.filter(({ fits }) => name !== null && fits(name)).flatMap(({ ignored }) => ignored)
    return this.#without(isOfProcess, new Map([...this.#ignored, ...own.map((each) => [each.rule, each] as const)]))
  }

  #without(kind: (rule: Rule) => boolean, ignored: ReadonlyMap<Rule, IgnoredRule>): ChosenRules {
    const wanted = this.#wanted.filter(kind)
    return {
      rules: wanted.filter((rule) => !ignored.has(rule)),
      ignored: wanted.flatMap((rule) => ignored.get(rule) ?? []),
    }
  }
}

/** Whether a rule says something of one process; the others are about the host. */
export function isOfProcess(rule: Rule): boolean {
  return rule.needs.some((name) => PROCESS_SOURCES.has(name))
}

function ruleNamed(id: string, flag: string): Rule {
  const found = ruleOf(id)
  if (found !== null) return found
  throw new UsageError(`${flag} knows no rule "${id}"`, ruleHint(id))
}

/** The rule of a name; `null` when there is none. */
export function ruleOf(id: string): Rule | null {
  return RULES.find((rule) => rule.id === id.trim()) ?? null
}

/** What somebody may have meant by a rule that there is not. */
export function ruleHint(id: string): string {
  const ids = RULES.map((rule) => rule.id)
  const near = similarNames(id, ids)
  return near.length > 0 ? `did you mean ${near.join(', ')}?` : 'mmapctl explain lists all rules'
}
