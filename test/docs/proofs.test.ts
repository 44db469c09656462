import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { RULES } from '../../src/analysis/rules/index.ts'
import { ROOT } from '../e2e/mmapctl.ts'

const ROW =
  /^\| \[`(?<rule>[a-z-]+)`\]\(\S+\) \| \[(?<how>live|recorded)\]\(\.\.\/(?<file>\S+)\) \| (?<fires>.+) \| (?<silent>.+) \|$/

const page = readFileSync(join(ROOT, 'docs/doctor-proofs.md'), 'utf8')
const rows = page
  .split('\n')
  .filter((line) => line.startsWith('| [`'))
  .map((line) => ROW.exec(line)?.groups ?? { rule: `not a proof: ${line}` })

/** Where no machine at hand does what the rule is about, its firing is tried on figures that were written. */
const WRITTEN: readonly string[] = ['tlb-shootdowns']

describe('docs/doctor-proofs.md', () => {
  test('has every rule, once', () => {
    expect(rows.map(({ rule }) => rule)).toEqual(RULES.map(({ id }) => id).sort())
  })

  test.each(rows)('$rule is tried where it says', ({ rule, how, file = '', fires }) => {
    expect(existsSync(join(ROOT, file)), file).toBe(true)
    expect(file).toMatch(
      how === 'live' ? /^test\/live\// : /^test\/(?:cli\/doctor-captures|analysis\/rules\/recorded)\.test\.ts$/,
    )
    expect(readFileSync(join(ROOT, file), 'utf8')).toContain(`'${rule}'`)
    expect(fires?.startsWith('**written**') === true).toBe(WRITTEN.includes(rule ?? ''))
  })
})
