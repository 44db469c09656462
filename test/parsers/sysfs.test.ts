import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseChoice, parseInteger, parseSwitch } from '../../src/parsers/sysfs.ts'
import { bytes, expectAnswerOrParseError, fixture } from './support.ts'

const PATHS = ['system/sys-thp.txt', 'system/sys-mm.txt']

/** The files of the captured listings whose path ends so, as they were below /sys. */
function captured(end: string): readonly Uint8Array[] {
  const rows = PATHS.flatMap((path) => Buffer.from(fixture(path)).toString('latin1').split('\n'))
  return rows
    .map((row) => [row.slice(0, row.indexOf(':')), row.slice(row.indexOf(':') + 1)] as const)
    .filter(([path]) => path.endsWith(end))
    .map(([, content]) => bytes(`${content}\n`))
}

describe('parseChoice', () => {
  it('reads the active option and all others', () => {
    expect(captured('transparent_hugepage/defrag').map((input) => parseChoice(input))).toEqual([
      { active: 'madvise', options: ['always', 'defer', 'defer+madvise', 'madvise', 'never'] },
    ])
    expect(captured('ksm/advisor_mode').map((input) => parseChoice(input).active)).toEqual(['none'])
  })

  it('reads every captured switch of transparent huge pages', () => {
    const files = captured('enabled').filter((input) => input.includes('['.charCodeAt(0)))
    expect(files.length).toBeGreaterThan(5)
    for (const input of files) expect(parseChoice(input).options).toContain(parseChoice(input).active)
  })

  it('reads back any choice', () => {
    const options = fc.uniqueArray(fc.stringMatching(/^[a-z_+-]{1,12}$/), { minLength: 1 })
    fc.assert(
      fc.property(options, fc.nat(), (words, pick) => {
        const active = words[pick % words.length] ?? ''
        const text = words.map((word) => (word === active ? `[${word}]` : word)).join(' ')
        expect(parseChoice(bytes(`${text}\n`))).toEqual({ active, options: words })
      }),
    )
  })

  it.each([
    'always madvise never\n',
    '[always] [never]\n',
    '\n',
    '[]\n',
    'always [madvise] never',
    'a  [b]\n',
    '[a]\n[b]\n',
  ])('refuses %j', (text) => {
    expect(() => parseChoice(bytes(text))).toThrow(/^sysfs, line \d: expected /)
  })

  it('names the file in errors', () => {
    expect(() => parseChoice(bytes('x\n'), 'transparent_hugepage/enabled')).toThrow(
      /^transparent_hugepage\/enabled, line 1/,
    )
  })

  it('answers or refuses, whatever the bytes', () => {
    expectAnswerOrParseError((input) => parseChoice(input), bytes('always [madvise] never\n'))
  })
})

describe('parseInteger', () => {
  it('reads counts, sizes and negative numbers', () => {
    expect(captured('khugepaged/max_ptes_none').map((input) => parseInteger(input))).toEqual([511])
    expect(parseInteger(fixture('proc/java/oom_score_adj'))).toBe(0)
    expect(parseInteger(bytes('-1000\n'))).toBe(-1000)
  })

  it('is exact, also about the "no limit" of cgroup v1', () => {
    expect(BigInt(parseInteger(bytes('9223372036854771712\n')))).toBe(9_223_372_036_854_771_712n)
    expect(() => parseInteger(bytes('9223372036854775807\n'))).toThrow('expected an integer')
  })

  it.each(['', '\n', '12', '1 2\n', '2048kB\n', 'max\n', '1\n2\n'])('refuses %j', (text) => {
    expect(() => parseInteger(bytes(text), 'vm/x')).toThrow(/^vm\/x, line \d: expected /)
  })

  it('answers or refuses, whatever the bytes', () => {
    expectAnswerOrParseError((input) => parseInteger(input), bytes('2097152\n'))
  })
})

describe('parseSwitch', () => {
  it('reads every spelling of on and off', () => {
    expect(captured('swap/vma_ra_enabled').map((input) => parseSwitch(input))).toEqual([true])
    expect(captured('numa/demotion_enabled').map((input) => parseSwitch(input))).toEqual([false])
    expect(captured('transparent_hugepage/use_zero_page').map((input) => parseSwitch(input))).toEqual([true])
    expect([parseSwitch(bytes('0\n')), parseSwitch(bytes('Y\n')), parseSwitch(bytes('N\n'))]).toEqual([
      false,
      true,
      false,
    ])
  })

  it.each(['', '2\n', '1', 'yes\n', 'toString\n', 'always [madvise] never\n'])('refuses %j', (text) => {
    expect(() => parseSwitch(bytes(text), 'vm/x')).toThrow(/^vm\/x, line 1: expected /)
  })

  it('answers or refuses, whatever the bytes', () => {
    expectAnswerOrParseError((input) => parseSwitch(input), bytes('1\n'))
  })
})
