import type { DoctorConfig, IgnoredRule, NamedRule, TargetIgnores } from '../model/doctor-config.ts'
import { SEVERITIES } from '../model/severity.ts'
import { configurationOf, emptyAsMap, VERSION } from './gate/check-config.ts'
import type { DocumentEntry } from './gate/document.ts'
import { entriesOf, Fields, integer, oneOf, reason, text, texts } from './gate/fields.ts'
import { ConfigProblem } from './gate/problem.ts'

/**
 * Reads what a configuration says of `doctor`; `null` where it says nothing. Throws `ConfigProblem` with the line for
 * everything that is not as it should be. What it says of `check` is not looked at.
 */
export function parseDoctorConfig(source: string, key: string | null = null): DoctorConfig | null {
  const fields = new Fields(configurationOf(source, key), 'the configuration')
  fields.take('$schema', text)
  fields.take('version', integer(VERSION, VERSION))
  for (const other of ['defaults', 'scenarios']) fields.take(other, () => null)
  const doctor = fields.take('doctor', section)
  fields.refuseOthers()
  return doctor
}

function section(entry: DocumentEntry): DoctorConfig {
  const fields = new Fields(emptyAsMap(entry.node), 'doctor')
  const config = {
    rules: fields.take('rules', ruleNames),
    ignore: fields.take('ignore', ignoredRules) ?? [],
    targets: fields.take('targets', targets) ?? [],
    severity: fields.take('severity', oneOf(SEVERITIES)),
    failOn: fields.take('fail-on', oneOf(SEVERITIES)),
  }
  fields.refuseOthers()
  return config
}

function ruleNames(entry: DocumentEntry): readonly NamedRule[] {
  const names = texts(entry)
  const { node } = entry
  const lines = node.kind === 'list' ? node.items.map(({ line }) => line) : []
  if (names.length === 0) throw new ConfigProblem(entry.line, `${entry.key} is an empty list`, 'leave it out for all')
  return names.map((id, index) => ({ id, line: lines[index] ?? entry.line }))
}

/** A list of rules, or a map of rules with the reason for each. */
function ignoredRules(entry: DocumentEntry): readonly IgnoredRule[] {
  if (entry.node.kind === 'list') return ruleNames(entry).map((rule) => ({ ...rule, reason: null }))
  const expected = 'a list of rules, or a map of rules with a reason, such as { thp-disabled: the JVM asks for it }'
  const rules = entriesOf(entry, expected).map((each) => ({ id: each.key, line: each.line, reason: reason(each) }))
  if (rules.length === 0) throw new ConfigProblem(entry.line, `${entry.key} is an empty map`, 'leave it out')
  return rules
}

function targets(entry: DocumentEntry): readonly TargetIgnores[] {
  return entriesOf(entry, 'targets as a map of names, such as { java: { ignore: [thp-disabled] } }').map((each) => {
    const fields = new Fields(each.node, `target "${each.key}"`)
    const ignore = fields.take('ignore', ignoredRules)
    fields.refuseOthers()
    if (ignore === null) throw new ConfigProblem(each.line, `target "${each.key}" says nothing`, 'add ignore: [RULE]')
    return { pattern: each.key, line: each.line, ignore }
  })
}
