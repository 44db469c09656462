import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { joinCommand, splitCommand } from '../../../src/model/gate/command-line.ts'
import { parseBudget, parseGroupLimit, parseLimit, type Unit } from '../../../src/parsers/gate/limit.ts'

const KIB = 1024
const MIB = KIB ** 2

describe('a limit against the baseline', () => {
  it.each<[string, Unit, number | null, number | null]>([
    ['+5%', 'bytes', 0.05, null],
    ['+0.5%', 'count', 0.005, null],
    ['+2MiB', 'bytes', null, 2 * MIB],
    ['+1.5MiB', 'bytes', null, 1.5 * MIB],
    ['+4096B', 'bytes', null, 4096],
    ['+2%+256KiB', 'bytes', 0.02, 256 * KIB],
    ['+2% +256KiB', 'bytes', 0.02, 256 * KIB],
    ['+2%   +256KiB', 'bytes', 0.02, 256 * KIB],
    ['+3%+64', 'count', 0.03, 64],
    ['+64', 'count', null, 64],
    ['+0', 'bytes', null, 0],
    ['+0', 'count', null, 0],
    ['+100%', 'count', 1, null],
  ])('%s of %s', (text, unit, share, amount) => {
    expect(parseLimit(text, unit)).toEqual({ ok: true, value: { share, amount } })
  })

  it.each([
    '5%',
    '5 %',
    '+5 %',
    '+5',
    '+2M',
    '+2MB',
    '+2 MiB',
    '+256KiB+2%',
    '+2%256KiB',
    '+2%+2%',
    '+2%+1MiB+1MiB',
    '-5%',
    '+5,5%',
    '+1,5MiB',
    '+.5%',
    '+99999%',
    '++5%',
    '+',
    '',
    '+5%%',
    'none',
    '+1e3KiB',
    '+٥%',
  ])('%j is refused for bytes, with what is accepted', (text) => {
    const found = parseLimit(text, 'bytes')
    expect(found).toMatchObject({ ok: false, expected: expect.stringMatching(/^\+5%, \+2MiB, \+2%\+256KiB/) })
  })

  it('says that a limit without a sign is a budget', () => {
    expect(parseLimit('5%', 'bytes')).toMatchObject({ expected: expect.stringContaining('a budget') })
  })

  it.each(['+1.5', '+64KiB', '+3%+64KiB'])('%j is refused for a count', (text) => {
    expect(parseLimit(text, 'count').ok).toBe(false)
  })
})

describe('a budget', () => {
  it.each<[string, Unit, number]>([
    ['256MiB', 'bytes', 256 * MIB],
    ['0.5GiB', 'bytes', 512 * MIB],
    ['512B', 'bytes', 512],
    ['0', 'bytes', 0],
    ['120', 'count', 120],
    ['0', 'count', 0],
  ])('%s of %s', (text, unit, value) => {
    expect(parseBudget(text, unit)).toEqual({ ok: true, value })
  })

  it.each([
    '256M',
    '256MB',
    '256 MiB',
    '256mib',
    '1,5MB',
    '1.5',
    '4096',
    '5%',
    '+5%',
    '-1MiB',
    '1e9B',
    'MiB',
    '9999999999TiB',
  ])('%j is refused for bytes, and never read as some other number of them', (text) => {
    expect(parseBudget(text, 'bytes')).toMatchObject({ ok: false, expected: expect.stringMatching(/^4096B, 512KiB/) })
  })

  it.each(['1.5', '12KiB', '1_000', '+3', '１２'])('%j is refused for a count', (text) => {
    expect(parseBudget(text, 'count').ok).toBe(false)
  })

  it('whatever is written is refused or has exactly one meaning', () => {
    const soup = fc.string({ unit: fc.constantFrom(...'0123456789.+-%, KMGTiBb'), maxLength: 14 })
    fc.assert(
      fc.property(soup, (text) => {
        const budget = parseBudget(text, 'bytes')
        const limit = parseLimit(text, 'bytes')
        expect(budget.ok && limit.ok).toBe(false)
        if (budget.ok) expect(text).toMatch(/^(?:0|\d+(?:\.\d+)?(?:[KMGT]i)?B)$/)
        if (limit.ok) expect(text).toMatch(/^\+/)
      }),
      { numRuns: 2000 },
    )
  })
})

describe('the limit of a group', () => {
  it('is against the baseline with a sign, and its own without', () => {
    expect(parseGroupLimit('+2%')).toEqual({
      ok: true,
      value: { kind: 'relative', limit: { share: 0.02, amount: null } },
    })
    expect(parseGroupLimit('3MiB')).toEqual({ ok: true, value: { kind: 'most', bytes: 3 * MIB } })
    expect(parseGroupLimit('0')).toEqual({ ok: true, value: { kind: 'most', bytes: 0 } })
    expect(parseGroupLimit('3M')).toMatchObject({ ok: false, expected: expect.stringContaining('or 0 for none') })
  })
})

describe('a command line', () => {
  it.each([
    ['./parser large.json', ['./parser', 'large.json']],
    ['  sh   -c \'a | b > "c"\' ', ['sh', '-c', 'a | b > "c"']],
    ['a "b c" d\\ e \'\'', ['a', 'b c', 'd e', '']],
    ['a "x\\"y\\z"', ['a', 'x"y\\z']],
    ['--flag={a,b} x=y', ['--flag={a,b}', 'x=y']],
    ['a~ b#', ['a~', 'b#']],
  ])('%s', (text, words) => {
    expect(splitCommand(text)).toEqual({ ok: true, words })
  })

  it.each([
    'a | b',
    'a > b',
    'a && b',
    'a; b',
    '$HOME/x',
    '"$HOME"',
    'a `b`',
    '*.json',
    'a?',
    '[ab]',
    '~/x',
    '#x',
    '(a)',
  ])('%s is for a shell, which there is none', (text) => {
    expect(splitCommand(text)).toMatchObject({ ok: false, problem: expect.stringMatching(/is a shell's$/) })
  })

  it.each([
    ['', 'it is empty'],
    ['   ', 'it is empty'],
    ["a 'b", "a ' is never closed"],
    ['a\\', 'it ends with a backslash'],
  ])('%j: %s', (text, problem) => {
    expect(splitCommand(text)).toEqual({ ok: false, problem })
  })

  it('of any words is read back as those words', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' }), { minLength: 1 }), (words) => {
        expect(splitCommand(joinCommand(words))).toEqual({ ok: true, words })
      }),
    )
  })
})
