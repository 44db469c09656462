import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseSmapsRollup } from '../../src/parsers/smaps-rollup.ts'
import { altered, bytes, expectAnswerOrParseError, fixture } from './support.ts'

const JAVA = 'proc/java/smaps_rollup'
const KB = 1024

describe('parseSmapsRollup', () => {
  it('gives sizes in bytes and the range of the address space', () => {
    expect(parseSmapsRollup(fixture(JAVA))).toMatchObject({
      start: 0x6_8740_0000,
      end: 0x7ffc_e514_5000,
      rss: 145_668 * KB,
      pss: 142_649 * KB,
      pssDirty: 114_712 * KB,
      pssAnon: 114_680 * KB,
      pssFile: 27_969 * KB,
      pssShmem: 0,
      sharedClean: 3564 * KB,
      sharedDirty: 0,
      privateClean: 27_392 * KB,
      privateDirty: 114_712 * KB,
      referenced: 145_668 * KB,
      anonymous: 114_680 * KB,
      ksm: 0,
      lazyFree: 0,
      anonHugePages: 0,
      shmemPmdMapped: 0,
      filePmdMapped: 0,
      sharedHugetlb: 0,
      privateHugetlb: 0,
      swap: 0,
      swapPss: 0,
      locked: 0,
    })
  })

  it.each([
    ['glibc-arenas-threads', 1888, 517],
    ['hugetlb', 1668, 163],
    ['ia32', 20, 20],
    ['kinds', 3220, 1666],
    ['ksm', 17_936, 245],
    ['mthp-64k', 1676, 287],
    ['node20', 53_372, 35_153],
    ['swap-forked', 17_800, 8319],
    ['thp', 158_384, 124_108],
  ])('agrees with an independent reading of %s, and Rss with its parts', (name, rssKb, pssKb) => {
    const { rss, pss, fields } = parseSmapsRollup(fixture(`proc/${name}/smaps_rollup`))
    expect({ rss, pss }).toEqual({ rss: rssKb * KB, pss: pssKb * KB })
    const parts = ['Shared_Clean', 'Shared_Dirty', 'Private_Clean', 'Private_Dirty'].map((key) => fields.get(key) ?? 0)
    expect(parts.reduce((sum, part) => sum + part, 0)).toBe(rss)
  })

  it('reads huge pages and swap', () => {
    expect(parseSmapsRollup(fixture('proc/hugetlb/smaps_rollup')).privateHugetlb).toBeGreaterThan(0)
    expect(parseSmapsRollup(fixture('proc/swap-forked/smaps_rollup'))).toMatchObject({
      swap: 16_384 * KB,
      swapPss: 8192 * KB,
    })
  })

  it('reads an old kernel: what it lacks is unknown, not 0', () => {
    expect(parseSmapsRollup(fixture('synthetic/smaps_rollup-linux-4.14.txt'))).toMatchObject({
      rss: 884 * KB,
      pssDirty: null,
      pssAnon: null,
      pssFile: null,
      pssShmem: null,
      ksm: null,
      filePmdMapped: null,
      locked: 385 * KB,
    })
  })

  it('keeps figures that no kernel has yet, and lines of another form', () => {
    const { fields, other } = parseSmapsRollup(altered(JAVA, 'KSM:', 'Pss_New:  12 kB\nTHPeligible:    1\nKSM:'))
    expect(fields.get('Pss_New')).toBe(12 * KB)
    expect(other.get('THPeligible')).toBe('1')
    expect(fields.size).toBe(23)
  })

  it('reads back whatever the kernel may print', () => {
    const page = fc.bigInt({ min: 1n, max: 2n ** 52n - 1n })
    fc.assert(
      fc.property(page, page, fc.maxSafeNat(), (one, other, rss) => {
        const [start, end] = one < other ? [one * 4096n, other * 4096n] : [other * 4096n, one * 4096n]
        const range = `${start.toString(16).padStart(8, '0')}-${end.toString(16).padStart(8, '0')}`
        const text = `${range} ---p 00000000 00:00 0                             [rollup]\nRss:  ${`${rss}`.padStart(12)} kB\n`
        const rollup = parseSmapsRollup(bytes(text))
        expect(BigInt(rollup.start)).toBe(start)
        expect(BigInt(rollup.end)).toBe(end)
        expect(rollup.rss).toBe(rss * KB)
      }),
    )
  })

  it.each([
    ['an empty file', bytes('')],
    ['only the header', bytes('687400000-7ffce5145000 ---p 00000000 00:00 0 [rollup]\n')],
    ['a mapping instead of the header', altered(JAVA, '[rollup]', '[heap]')],
    ['an unaligned range', altered(JAVA, '687400000', '687400001')],
    ['a range that ends before it begins', altered(JAVA, '687400000', '8000000000000')],
    ['a figure without its unit', altered(JAVA, 'Rss:              145668 kB', 'Rss:              145668')],
    ['a figure that comes twice', altered(JAVA, 'Pss_Dirty:', 'Pss:')],
    ['a cut last line', fixture(JAVA).subarray(0, -4)],
  ])('refuses %s', (_, input) => {
    expect(() => parseSmapsRollup(input)).toThrow(/^smaps_rollup(, line \d+)?: expected /)
  })

  it('answers or refuses, whatever the bytes', () => {
    expectAnswerOrParseError(parseSmapsRollup, fixture(JAVA))
  })
})
