import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { recordedScenario } from '../../../src/analysis/gate/update.ts'
import type { Baseline } from '../../../src/model/gate/baseline.ts'
import { baselineText } from '../../../src/output/gate/baseline-json.ts'
import { parseBaseline } from '../../../src/parsers/gate/baseline.ts'
import { ConfigProblem } from '../../../src/parsers/gate/problem.ts'
import { ENVIRONMENT, gateRun, USUAL_GROUPS } from '../../helpers/gate-runs.ts'

const KIB = 1024

function baseline(groups: Readonly<Record<string, number>> = USUAL_GROUPS, name = 'parse-large'): Baseline {
  const runs = Array.from({ length: 10 }, (_, index) =>
    gateRun({ groups, metrics: { 'peak-rss': (47_000 + ((index * 7) % 10)) * KIB, 'minor-faults': 7200 - index } }),
  )
  const scenario = recordedScenario({
    command: './build/parser fixtures/large.json',
    runs,
    environment: { ...ENVIRONMENT, settings: { NODE_OPTIONS: '--x', MALLOC_ARENA_MAX: '1' } },
    day: '2026-03-14',
    commit: '4f1c2ab',
    reason: 'a "first" one',
    tool: 'mmapctl 0.1.0',
    keyText: (key) => key,
  })
  return { scenarios: new Map([[name, scenario]]) }
}

const TEXT = baselineText(baseline())

function problem(source: string): string {
  try {
    parseBaseline(source)
  } catch (error) {
    if (!(error instanceof ConfigProblem)) throw error
    return `${error.line}: ${error.message}`
  }
  return 'accepted'
}

describe('a baseline file', () => {
  it('is one that people can review', async () => {
    await expect(TEXT).toMatchFileSnapshot('../../golden/gate/baseline.json.txt')
  })

  it('is read back as it was', () => {
    expect(parseBaseline(TEXT)).toEqual(baseline())
    expect(baselineText(parseBaseline(TEXT))).toBe(TEXT)
  })

  it('has a line for each metric and each group, so that a change is one line of a diff', () => {
    const lines = TEXT.split('\n')
    const grown = baselineText(baseline({ ...USUAL_GROUPS, '[heap]': 20 * KIB * KIB })).split('\n')
    expect(grown).toHaveLength(lines.length)
    expect(grown.filter((line, at) => line !== lines[at])).toEqual([expect.stringContaining('"[heap]"')])
  })

  it('is read back whatever groups and scenarios are called, and shows every character of their names', () => {
    const names = fc.string({ unit: 'grapheme-composite', maxLength: 20 })
    fc.assert(
      fc.property(names, names, fc.integer({ min: 0, max: 2 ** 40 }), (group, name, kib) => {
        const given = baseline({ [group]: kib * KIB }, name)
        const text = baselineText(given)
        expect(parseBaseline(text)).toEqual(given)
        expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\u2028\u2029]/u)
      }),
    )
  })

  it('keeps names that JavaScript has other plans for', () => {
    const given = baseline(JSON.parse('{"__proto__": 4096, "constructor": 8192, "toString": 4096}'), '__proto__')
    expect([...parseBaseline(baselineText(given)).scenarios.keys()]).toEqual(['__proto__'])
    expect(parseBaseline(baselineText(given))).toEqual(given)
  })

  it('may know metrics that this version does not', () => {
    expect(parseBaseline(TEXT.replace('"page-tables": {', '"of-tomorrow": {')).scenarios.size).toBe(1)
  })
})

describe('a broken baseline is refused with one line', () => {
  it.each<[string, (text: string) => string, RegExp]>([
    ['no JSON', (text) => text.slice(0, 500), /^\d+: is no JSON$/],
    ['empty', () => '', /^(?:null|1): is no JSON$/],
    [
      'a conflict',
      (text) => text.replace('  "format"', '<<<<<<< HEAD\n  "format"'),
      /^3: has an unresolved conflict of git$/,
    ],
    ['a list', () => '[]', /^null: the document is \[\], not an object$/],
    [
      'a later format',
      (text) => text.replace('"format": 1', '"format": 2'),
      /^null: has format 2; this version reads 1$/,
    ],
    [
      'a text for a number',
      (text) => text.replace('47000', '"47000"'),
      /metrics\.peak-rss\.runs\[0\] is "47000", not a number/,
    ],
    [
      'an infinite number',
      (text) => text.replace('47000', '1e999'),
      /metrics\.peak-rss\.runs\[0\] is null, not a number/,
    ],
    ['runs in no order', (text) => text.replace('47000', '48000'), /runs is \[48000,.*not in order/],
    [
      'a median that is not',
      (text) => text.replace('"median": 47004.5', '"median": 46000'),
      /median is 46000, not the median of its runs, 47004\.5/,
    ],
    ['another unit', (text) => text.replace('"unit": "KiB"', '"unit": "MiB"'), /unit is "MiB", not "KiB"/],
    ['no runs', (text) => text.replace(/"runs": \[47000[^\]]*\]/, '"runs": []'), /runs is \[\], not a list of numbers/],
    ['a day', (text) => text.replaceAll('2026-03-14', 'yesterday'), /is "yesterday", not a day/],
    ['a missing key', (text) => text.replace('"tool"', '"tol"'), /is \{.*…, not an object with "tool"/],
    [
      'a group',
      (text) => text.replace('"min": 15360', '"min": 99999'),
      /\[heap\] is \{.*not from min over median to max/,
    ],
    [
      'a fidelity',
      (text) => text.replace('"fidelity": "exact"', '"fidelity": "good"'),
      /fidelity is "good", not "exact" or "polled"/,
    ],
  ])('%s', (_name, breaking, said) => {
    expect(problem(TEXT)).toBe('accepted')
    expect(breaking(TEXT)).not.toBe(TEXT)
    const found = problem(breaking(TEXT))
    expect(found).toMatch(said)
    expect(found).not.toContain('\n')
  })

  it('whatever it holds', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(problem(text)).not.toBe('accepted')
      }),
    )
  })
})
