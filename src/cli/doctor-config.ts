import { relative } from 'node:path'
import type { IgnoredRule } from '../analysis/rules/ignored.ts'
import type { Rule } from '../analysis/rules/rule.ts'
import type { IgnoredRule as NamedIgnore, NamedRule } from '../model/doctor-config.ts'
import type { Severity } from '../model/severity.ts'
import { displayText } from '../output/sanitise.ts'
import { parseDoctorConfig } from '../parsers/doctor-config.ts'
import { ConfigProblem } from '../parsers/gate/problem.ts'
import { ruleHint, ruleOf } from './doctor-rules.ts'
import { findConfig, parsed } from './gate/project.ts'

/** What a configuration says of `doctor`, with the rules that it names. */
export interface LoadedConfig {
  /** The file as a message names it. */
  readonly file: string
  /** `null` for all. */
  readonly rules: readonly Rule[] | null
  readonly ignore: readonly IgnoredRule[]
  readonly targets: readonly { readonly pattern: string; readonly ignore: readonly IgnoredRule[] }[]
  readonly severity: Severity | null
  readonly failOn: Severity | null
}

/** Finds and reads the configuration of a directory; `null` where nobody says anything of `doctor`. */
export function loadDoctorConfig(cwd: string, named: string | undefined): LoadedConfig | null {
  const found = findConfig(cwd, named)
  if (found === null) return null
  const file = displayText(Buffer.from(relative(cwd, found.file)).toString('latin1'))
  return parsed(found, cwd, () => {
    const config = parseDoctorConfig(found.source, found.key)
    if (config === null) return null
    const ignored = (each: NamedIgnore): IgnoredRule => ({
      rule: ruleAt(each),
      by: `${file}:${each.line}`,
      reason: each.reason,
    })
    return {
      ...config,
      file,
      rules: config.rules?.map(ruleAt) ?? null,
      ignore: config.ignore.map(ignored),
      targets: config.targets.map(({ pattern, ignore }) => ({ pattern, ignore: ignore.map(ignored) })),
    }
  })
}

function ruleAt({ id, line }: NamedRule): Rule {
  const found = ruleOf(id)
  if (found === null) throw new ConfigProblem(line, `there is no rule "${id}"`, ruleHint(id))
  return found
}
