import { RULES } from '../analysis/rules/index.ts'
import type { Rule } from '../analysis/rules/rule.ts'
import { PROCESS_SOURCES } from '../analysis/rules/sources.ts'
import { similarNames } from '../model/similar.ts'
import { UsageError } from './usage-error.ts'

/** Rules to check: those about one process, and those about the host. */
export interface RuleChoice {
  readonly process: readonly Rule[]
  readonly host: readonly Rule[]
}

/** Chooses rules: the named ones or all, without the ignored. Throws a usage error for a name that is none. */
export function chosenRules(only: readonly string[] | undefined, ignored: readonly string[] | undefined): RuleChoice {
  const wanted = only === undefined ? RULES : only.map((id) => ruleNamed(id, 'rules'))
  const without = new Set((ignored ?? []).map((id) => ruleNamed(id, 'ignore')))
  const rules = wanted.filter((rule) => !without.has(rule))
  const ofProcess = (rule: Rule): boolean => rule.needs.some((name) => PROCESS_SOURCES.has(name))
  return { process: rules.filter(ofProcess), host: rules.filter((rule) => !ofProcess(rule)) }
}

function ruleNamed(id: string, flag: string): Rule {
  const found = RULES.find((rule) => rule.id === id.trim())
  if (found !== undefined) return found
  const ids = RULES.map((rule) => rule.id)
  const near = similarNames(id, ids)
  const hint = near.length > 0 ? `did you mean ${near.join(', ')}?` : `rules are ${ids.join(', ')}`
  throw new UsageError(`--${flag} knows no rule "${id}"`, hint)
}
