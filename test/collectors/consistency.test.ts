import { describe, expect, it } from 'vitest'
import { checkPass, isWhole } from '../../src/collectors/consistency.ts'
import { repair } from '../../src/collectors/repair.ts'
import { countMappings, type MappingTable } from '../../src/model/mapping-table.ts'
import { readMaps, readSmaps } from '../helpers/feed.ts'
import { fixtureBytes } from '../helpers/fixtures.ts'
import { bytes } from '../parsers/support.ts'

/** A mapping of so many pages at a page, with its Rss in pages. */
interface Row {
  readonly page: number
  readonly pages?: number
  readonly rss?: number
  readonly name?: string
  readonly perms?: string
}

function smaps(rows: readonly Row[]): MappingTable {
  return readSmaps(bytes(rows.map((row) => `${line(row)}Rss: ${(row.rss ?? 0) * 4} kB\nVmFlags: rd wr \n`).join('')))
}

function maps(rows: readonly Row[]): MappingTable {
  return readMaps(bytes(rows.map(line).join('')))
}

function line({ page, pages = 1, name = '', perms = 'rw-p' }: Row): string {
  const [start, end] = [page, page + pages].map((each) => `0000${each.toString(16).padStart(4, '0')}000`)
  return `${start}-${end} ${perms} 00000000 ${name === '' ? '00:00 0' : 'fe:00 7'} ${name}\n`
}

function rssOf(table: MappingTable): number[] {
  return Array.from({ length: table.length }, (_, row) => table.value('Rss', row) / 4096)
}

const PAGE = 4096

describe('a pass over the mappings', () => {
  it('is whole when its sizes add up to a VmSize that stood still', () => {
    expect(isWhole(checkPass(maps([{ page: 1 }, { page: 5, pages: 3 }]), 4 * PAGE, 4 * PAGE))).toBe(true)
  })

  it('leaves the gate page out, which belongs to no process', () => {
    const table = readMaps(fixtureBytes('proc/names/maps'))
    const check = checkPass(table, 664 * PAGE, 664 * PAGE)
    expect([check.size, isWhole(check)]).toEqual([664 * PAGE, true])
    expect([table.length, countMappings(table)]).toEqual([46, 45])
    expect(countMappings(maps([{ page: 1 }]))).toBe(1)
    expect(countMappings(maps([]))).toBe(0)
  })

  it.each([
    ['missed a mapping', [{ page: 1 }], 2, 2],
    ['saw a mapping twice', [{ page: 1 }, { page: 5 }, { page: 9 }], 2, 2],
    ['ran while the process grew', [{ page: 1 }], 1, 2],
    ['has nothing to compare with', [{ page: 1 }], null, null],
  ])('is not whole when it %s', (_, rows, before, after) => {
    const bytesOf = (pages: number | null): number | null => (pages === null ? null : pages * PAGE)
    expect(isWhole(checkPass(maps(rows), bytesOf(before), bytesOf(after)))).toBe(false)
  })

  it('is not whole when mappings overlap, though the sum is right', () => {
    const check = checkPass(
      maps([
        { page: 1, pages: 2 },
        { page: 2, pages: 1 },
      ]),
      3 * PAGE,
      3 * PAGE,
    )
    expect([check.overlaps, isWhole(check)]).toEqual([1, false])
  })

  it('is not whole when its text was cut short', () => {
    const table = readMaps(bytes(`${line({ page: 1 })}0000`))
    expect(isWhole(checkPass(table, PAGE, PAGE))).toBe(false)
  })
})

describe('a torn list that is mended', () => {
  it('takes figures and flags from the same range', () => {
    const { table, moved, unknown } = repair(
      maps([{ page: 1 }, { page: 5 }]),
      smaps([
        { page: 1, rss: 1 },
        { page: 5, rss: 3 },
      ]),
    )
    expect([rssOf(table), moved, unknown]).toEqual([[1, 3], 0, 0])
    expect(table.flagsOf(1)).toEqual(['rd', 'wr'])
  })

  it('finds a mapping that moved by what it maps', () => {
    const { table, moved, unknown } = repair(
      maps([{ page: 1 }, { page: 9, pages: 2, name: '/x' }]),
      smaps([
        { page: 1, rss: 1 },
        { page: 5, pages: 2, rss: 2, name: '/x' },
      ]),
    )
    expect([rssOf(table), moved, unknown]).toEqual([[1, 2], 1, 0])
  })

  it('leaves a mapping that no pass met unknown', () => {
    const { table, moved, unknown } = repair(maps([{ page: 1 }, { page: 9, pages: 2 }]), smaps([{ page: 1, rss: 1 }]))
    expect([rssOf(table), moved, unknown]).toEqual([[1, Number.NaN], 0, 1])
    expect(table.flagsOf(1)).toBeNull()
  })

  it('does not give one mapping’s figures to another that looks the same', () => {
    const { table, unknown } = repair(maps([{ page: 1 }, { page: 9 }]), smaps([{ page: 1, rss: 1 }]))
    expect([rssOf(table), unknown]).toEqual([[1, Number.NaN], 1])
  })

  it('does not guess which of two that look the same has moved', () => {
    const twoBefore = repair(
      maps([{ page: 9 }]),
      smaps([
        { page: 1, rss: 1 },
        { page: 5, rss: 2 },
      ]),
    )
    expect([rssOf(twoBefore.table), twoBefore.unknown]).toEqual([[Number.NaN], 1])
    const twoAfter = repair(maps([{ page: 7 }, { page: 9 }]), smaps([{ page: 1, rss: 1 }]))
    expect([rssOf(twoAfter.table), twoAfter.unknown]).toEqual([[Number.NaN, Number.NaN], 2])
  })

  it.each([
    ['permissions', { perms: 'r--p' }],
    ['name', { name: '/y' }],
    ['size', { pages: 2 }],
  ])('does not take figures from a mapping of other %s at the same place', (_, other) => {
    const { table } = repair(maps([{ page: 1 }]), smaps([{ page: 1, rss: 1, ...other }]))
    expect(rssOf(table)).toEqual([Number.NaN])
  })
})
