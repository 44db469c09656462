import { describe, expect, test } from 'vitest'
import { RULES } from '../../../src/analysis/rules/index.ts'
import { COMMANDS } from '../../../src/commands/all.ts'

interface Taken {
  readonly flags?: Readonly<Record<string, unknown>>
  readonly args?: Readonly<Record<string, unknown>>
  readonly strict?: boolean
}

/** Commands of ours that the texts of a rule tell people to run. */
function commandsIn(texts: readonly string[]): readonly string[] {
  return texts.flatMap((text) => [...text.matchAll(/`mmapctl ([^`]*)`/g)].map(([, words = '']) => words))
}

describe('commands that rules advise', () => {
  const advised = RULES.flatMap((rule) =>
    commandsIn([rule.what, rule.why, rule.remedy, rule.falseAlarms]).map((line) => [rule.id, line] as const),
  )

  test('there are some', () => {
    expect(advised.length).toBeGreaterThan(5)
  })

  test.each(advised)('%s: mmapctl %s', (_, line) => {
    const [name = '', ...words] = line.split(' ')
    const command: Taken | undefined = (COMMANDS as Readonly<Record<string, Taken>>)[name]
    expect(command, name).toBeDefined()
    const flags = words.filter((word) => word.startsWith('--')).map((word) => word.slice(2))
    for (const flag of flags) expect(command?.flags).toHaveProperty(flag)
    // A process comes first: what follows a flag is the flag's.
    const takesTarget = Object.keys(command?.args ?? {}).length > 0 || command?.strict === false
    if (words[0] === 'PID') expect(takesTarget && name !== 'faults', `${name} takes a target`).toBe(true)
  })
})
