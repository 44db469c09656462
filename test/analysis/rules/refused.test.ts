import { expect, test } from 'vitest'
import { runRules } from '../../../src/analysis/rules/engine.ts'
import { RULES } from '../../../src/analysis/rules/index.ts'
import type { SourceAnswers } from '../../../src/analysis/rules/sources.ts'

/** Stands for any source that was read: none may be looked at while another one is missing. */
const untouched = new Proxy({}, { get: (_, name) => expect.unreachable(`${String(name)} was asked for`) })

test.each(RULES.map((rule) => [rule.id, rule] as const))('%s cannot tell without any one of its sources', (_, rule) => {
  expect(rule.needs.length).toBeGreaterThan(0)
  for (const refused of rule.needs) {
    const answers = Object.fromEntries(
      rule.needs.map((name) => [
        name,
        name === refused ? { ok: false, why: `${name}: denied` } : { ok: true, value: untouched },
      ]),
    ) as SourceAnswers
    const { findings, clear, notChecked } = runRules([rule], answers)
    expect({ findings, clear }).toEqual({ findings: [], clear: [] })
    expect(notChecked.map(({ why }) => why)).toEqual([`${refused}: denied`])
  }
})
