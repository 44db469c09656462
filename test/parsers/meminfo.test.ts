import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseMeminfo } from '../../src/parsers/meminfo.ts'
import { altered, bytes, expectAnswerOrParseError, fixture } from './support.ts'

const SYSTEM = 'system/meminfo'
const KB = 1024

describe('parseMeminfo', () => {
  it('gives sizes in bytes', () => {
    expect(parseMeminfo(fixture(SYSTEM))).toMatchObject({
      memTotal: 24_684_096 * KB,
      memFree: 20_071_292 * KB,
      memAvailable: 23_919_736 * KB,
      swapTotal: 0,
      swapFree: 0,
      dirty: 268 * KB,
      commitLimit: 12_342_048 * KB,
      committedAs: 86_756 * KB,
      vmallocTotal: 34_359_738_367 * KB,
      fileHugePages: 49_152 * KB,
      hugepagesize: 2048 * KB,
      hardwareCorrupted: null,
      cmaTotal: null,
    })
  })

  it('counts huge pages in pages', () => {
    expect(parseMeminfo(fixture('proc/hugetlb/meminfo'))).toMatchObject({
      hugePagesTotal: 16,
      hugePagesFree: 10,
      hugePagesRsvd: 6,
      hugePagesSurp: 0,
      hugetlb: 16 * 2048 * KB,
    })
  })

  it('keeps every line by the name the kernel gives it', () => {
    const { fields, counts, other } = parseMeminfo(fixture(SYSTEM))
    expect(fields.get('Active(anon)')).toBe(1136 * KB)
    expect(fields.get('DirectMap1G')).toBe(24_117_248 * KB)
    expect([...counts.keys()]).toEqual(['HugePages_Total', 'HugePages_Free', 'HugePages_Rsvd', 'HugePages_Surp'])
    expect(fields.size + counts.size).toBe(54)
    expect(other.size).toBe(0)
  })

  it('keeps lines that no kernel has yet, and vendors’ lines of any form', () => {
    const input = altered(SYSTEM, 'Balloon:', 'NewSize: 4 kB\nNewCount: 5\nRatio: 2.5\nBalloon:')
    const { fields, counts, other } = parseMeminfo(input)
    expect(fields.get('NewSize')).toBe(4096)
    expect(counts.get('NewCount')).toBe(5)
    expect(other.get('Ratio')).toBe('2.5')
  })

  it('reads an old kernel: what it lacks is unknown, not 0', () => {
    expect(parseMeminfo(fixture('synthetic/meminfo-linux-4.4.txt'))).toMatchObject({
      memTotal: 2_016_864 * KB,
      hardwareCorrupted: 0,
      kReclaimable: null,
      percpu: null,
      shmemHugePages: null,
      hugetlb: null,
      zswap: null,
    })
  })

  it('is exact about the vmalloc area of five-level page tables', () => {
    const meminfo = parseMeminfo(altered(SYSTEM, '34359738367 kB', '13743895347199 kB'))
    expect(BigInt(meminfo.vmallocTotal ?? 0)).toBe(13_743_895_347_199n * 1024n)
  })

  it('reads back whatever the kernel may print', () => {
    const key = fc.stringMatching(/^X[A-Za-z_()0-9]{0,14}$/)
    fc.assert(
      fc.property(fc.uniqueArray(fc.tuple(key, fc.maxSafeNat()), { selector: ([name]) => name }), (rows) => {
        const text = rows.map(([name, size]) => `${`${name}:`.padEnd(16)}${`${size}`.padStart(8)} kB\n`).join('')
        const { fields } = parseMeminfo(bytes(`MemTotal:              1 kB\n${text}`))
        expect([...fields].slice(1)).toEqual(rows.map(([name, size]) => [name, size * KB]))
      }),
    )
  })

  it.each([
    ['a known size without its unit', altered(SYSTEM, '268 kB', '268')],
    ['a known count with a unit', altered(SYSTEM, 'HugePages_Free:        0', 'HugePages_Free:        0 kB')],
    ['a negative size', altered(SYSTEM, '   268 kB', '  -268 kB')],
    ['a line without a colon', altered(SYSTEM, 'Dirty:', 'Dirty ')],
    ['no MemTotal', bytes('MemFree: 1 kB\n')],
    ['an empty file', bytes('')],
    ['a cut last line', fixture(SYSTEM).subarray(0, -5)],
  ])('refuses %s', (_, input) => {
    expect(() => parseMeminfo(input)).toThrow(/^meminfo(, line \d+)?: expected /)
  })

  it('answers or refuses, whatever the bytes', () => {
    expectAnswerOrParseError(parseMeminfo, fixture(SYSTEM))
  })
})
