import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type LimitValue, parseLimits } from '../../src/parsers/limits.ts'
import { altered, bytes, expectAnswerOrParseError, fixture } from './support.ts'

const JAVA = 'proc/java/limits'
const HEADER = 'Limit                     Soft Limit           Hard Limit           Units     \n'

describe('parseLimits', () => {
  it('has every row by the name the kernel gives it', () => {
    const limits = parseLimits(fixture(JAVA))
    expect(limits.size).toBe(16)
    expect(limits.get('Max stack size')).toEqual({
      name: 'Max stack size',
      soft: 8_388_608n,
      hard: 'unlimited',
      unit: 'bytes',
    })
    expect(limits.get('Max address space')).toMatchObject({ soft: 'unlimited', hard: 'unlimited' })
    expect(limits.get('Max open files')).toMatchObject({ soft: 20_000n, unit: 'files' })
  })

  it('knows that priorities have no unit', () => {
    expect(parseLimits(fixture(JAVA)).get('Max realtime priority')).toMatchObject({ soft: 0n, hard: 0n, unit: null })
  })

  it('reads back any name and value in the kernel’s columns', () => {
    const value = fc.oneof(fc.constant<LimitValue>('unlimited'), fc.bigInt({ min: 0n, max: 2n ** 64n - 2n }))
    const name = fc.stringMatching(/^Max [a-z]{1,10} [a-z]{1,10}$/)
    const unit = fc.constantFrom('bytes', 'us', null)
    fc.assert(
      fc.property(name, value, value, unit, (row, soft, hard, unitName) => {
        const columns = [row.padEnd(25), `${soft}`.padEnd(20), `${hard}`.padEnd(20), (unitName ?? '').padEnd(10)]
        const limits = parseLimits(bytes(`${HEADER}${columns.join(' ')}\n`))
        expect([...limits.values()]).toEqual([{ name: row, soft, hard, unit: unitName }])
      }),
    )
  })

  it.each([
    ['no rows', bytes(HEADER)],
    ['an empty file', bytes('')],
    ['another heading', altered(JAVA, 'Soft Limit', 'Soft')],
    ['a value out of its column', altered(JAVA, 'Max stack size     ', 'Max stack size  ')],
    ['a word for a value', altered(JAVA, '8388608  ', 'infinity ')],
    ['a nameless row', altered(JAVA, 'Max stack size', '              ')],
    ['a row that comes twice', altered(JAVA, 'Max data size ', 'Max file size ')],
    ['a cut last line', fixture(JAVA).subarray(0, -20)],
  ])('refuses %s', (_, input) => {
    expect(() => parseLimits(input)).toThrow(/^limits.*: expected /)
  })

  it('answers or refuses, whatever the bytes', () => {
    expectAnswerOrParseError(parseLimits, fixture(JAVA))
  })
})
