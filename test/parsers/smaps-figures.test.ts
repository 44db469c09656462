import { describe, expect, it } from 'vitest'
import type { MappingTable } from '../../src/model/mapping-table.ts'
import { SHARED, WRITE } from '../../src/model/perms.ts'
import { parseSmapsRollup } from '../../src/parsers/smaps-rollup.ts'
import { parseStatus } from '../../src/parsers/status.ts'
import { readSmaps } from '../helpers/feed.ts'
import { fixtureBytes, SAMPLES } from '../helpers/fixtures.ts'

const KIB = 1024

/**
 * Reckoned from the captured files by another program, in kB: mappings with the gate page, Size, Rss, Pss, Anonymous,
 * Swap, SwapPss, hugetlb, mapped by PMD, Size charged to Committed_AS, Size private, writable and not
 * reserved, Size locked.
 */
const FIGURES: Readonly<Record<string, readonly number[]>> = {
  'glibc-arenas-threads': [38, 223740, 1888, 514, 436, 0, 0, 0, 0, 25024, 396, 0],
  hugetlb: [30, 231856, 1668, 160, 104, 0, 0, 12288, 0, 384, 204800, 0],
  ia32: [7, 248, 20, 20, 12, 0, 0, 0, 0, 208, 0, 0],
  java: [214, 8982632, 145668, 142638, 114680, 0, 0, 0, 0, 1333384, 10072, 0],
  kinds: [82, 32448, 3220, 1661, 948, 0, 0, 0, 0, 26688, 576, 256],
  ksm: [25, 18864, 17936, 243, 16484, 0, 0, 0, 0, 16768, 0, 0],
  'mthp-64k': [26, 3504, 1676, 285, 232, 0, 0, 0, 0, 1408, 0, 0],
  names: [46, 2660, 1560, 185, 104, 0, 0, 0, 0, 392, 0, 0],
  node20: [144, 11487832, 53372, 36178, 15348, 0, 0, 0, 0, 44624, 16964, 0],
  'numa-policies': [35, 3160, 2188, 818, 740, 0, 0, 0, 0, 1024, 0, 0],
  swap: [30, 43440, 21988, 10359, 20584, 20476, 0, 0, 0, 24960, 0, 0],
  'swap-forked': [33, 35280, 17800, 8318, 16488, 16384, 8192, 0, 0, 33152, 0, 0],
  thp: [46, 173484, 158384, 124105, 99460, 0, 0, 0, 110592, 114044, 0, 8192],
  uprobe: [25, 2484, 1572, 175, 104, 0, 0, 0, 0, 384, 0, 0],
}

function total(table: MappingTable, ...keys: string[]): number {
  let sum = 0
  for (let row = 0; row < table.length; row++) for (const key of keys) sum += table.value(key, row)
  return sum
}

function sizeWhere(table: MappingTable, matches: (row: number) => boolean): number {
  let sum = 0
  for (let row = 0; row < table.length; row++) if (matches(row)) sum += table.size(row)
  return sum
}

it('every captured process is checked', () => {
  expect(Object.keys(FIGURES).sort()).toEqual([...SAMPLES].sort())
})

describe.each(Object.entries(FIGURES))('the figures of %s', (sample, expected) => {
  const table = readSmaps(fixtureBytes(`proc/${sample}/smaps`))
  const status = parseStatus(fixtureBytes(`proc/${sample}/status`))
  const has = (flag: string) => (row: number) => table.flagsOf(row)?.includes(flag) ?? false
  const hasGate = table.nameOf(table.length - 1) === '[vsyscall]'

  it('are those that were reckoned independently', () => {
    const ownWritable = (row: number): boolean => ((table.perms[row] ?? 0) & (SHARED | WRITE)) === WRITE
    const bytes = [
      sizeWhere(table, () => true),
      total(table, 'Rss'),
      total(table, 'Pss'),
      total(table, 'Anonymous'),
      total(table, 'Swap'),
      total(table, 'SwapPss'),
      total(table, 'Shared_Hugetlb', 'Private_Hugetlb'),
      total(table, 'AnonHugePages', 'ShmemPmdMapped', 'FilePmdMapped'),
      sizeWhere(table, has('ac')),
      sizeWhere(table, (row) => has('nr')(row) && ownWritable(row)),
      sizeWhere(table, has('lo')),
    ]
    expect([table.length, ...bytes.map((each) => each / KIB)]).toEqual(expected)
  })

  it('agree with one another in every row', () => {
    for (let row = 0; row < table.length; row++) {
      const value = (key: string): number => table.value(key, row)
      const parts = ['Shared_Clean', 'Shared_Dirty', 'Private_Clean', 'Private_Dirty'].map(value)
      expect(value('Rss')).toBe(parts.reduce((sum, part) => sum + part))
      expect(value('Size')).toBe(table.size(row))
      expect(value('Anonymous')).toBeLessThanOrEqual(value('Rss'))
      expect(value('Pss')).toBeLessThanOrEqual(value('Rss'))
      expect(value('LazyFree')).toBeLessThanOrEqual(value('Anonymous'))
      expect(value('AnonHugePages')).toBeLessThanOrEqual(value('Anonymous'))
    }
  })

  it('agree with status', () => {
    expect(total(table, 'Rss')).toBe(status.vmRss)
    expect(sizeWhere(table, () => true)).toBe((status.vmSize ?? 0) + (hasGate ? 4096 : 0))
    expect(sizeWhere(table, has('lo'))).toBe(status.vmLck)
    expect(total(table, 'Shared_Hugetlb', 'Private_Hugetlb')).toBe(status.hugetlbPages)
  })

  it('agree with smaps_rollup but for the rounding of Pss', () => {
    const { fields } = parseSmapsRollup(fixtureBytes(`proc/${sample}/smaps_rollup`))
    expect(total(table, 'Rss')).toBe(fields.get('Rss'))
    if (sample === 'node20') return
    const missing = (fields.get('Pss') ?? Number.NaN) - total(table, 'Pss')
    expect(missing).toBeGreaterThanOrEqual(0)
    expect(missing).toBeLessThanOrEqual(table.length * KIB)
  })
})
