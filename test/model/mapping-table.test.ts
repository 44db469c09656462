import { describe, expect, it } from 'vitest'
import { deviceText, MappingTable, packDevice } from '../../src/model/mapping-table.ts'

/** A table with so many rows, each column holding its row's number. */
function filled(rows: number): MappingTable {
  const table = new MappingTable()
  const column = table.addColumn('Rss', 'bytes')
  for (let row = 0; row < rows; row++) {
    table.reserve(row + 1)
    table.start[row] = row
    for (const numbers of [table.offset, table.inode, column]) numbers.set(row, row)
    table.end[row] = row + 2
    table.perms[row] = row % 16
    table.device.set(row, row)
    table.setName(row, table.names.intern(`/${row % 7}`))
    table.setFlags(row, table.flagSets.intern(row % 2 === 0 ? 'rd wr' : '') + 1)
    table.length++
  }
  return table
}

describe('a table of mappings', () => {
  it('keeps every value when it grows', () => {
    const table = filled(2000)
    for (const row of [0, 255, 256, 257, 1023, 1999]) {
      expect([table.start[row], table.offset.at(row), table.inode.at(row), table.value('Rss', row)]).toEqual(
        Array(4).fill(row),
      )
      expect([table.size(row), table.perms[row], table.device.at(row)]).toEqual([2, row % 16, row])
      expect(table.nameOf(row)).toBe(`/${row % 7}`)
      expect(table.flagsOf(row)).toEqual(row % 2 === 0 ? ['rd', 'wr'] : [])
    }
  })

  it('tells more names and flags apart than 16 bits can', () => {
    const table = new MappingTable()
    const rows = 70_000
    for (let row = 0; row < rows; row++) {
      table.reserve(row + 1)
      table.setName(row, table.names.intern(`/${row}`))
      table.setFlags(row, table.flagSets.intern(`f${row}`) + 1)
    }
    table.reserve(rows * 2)
    for (const row of [0, 1, 65_534, 65_535, 65_536, rows - 1]) {
      expect([table.nameOf(row), table.flagsOf(row)]).toEqual([`/${row}`, [`f${row}`]])
    }
  })

  it('knows nothing of a field before it is told, however often it grows', () => {
    const table = filled(10)
    const early = table.addColumn('Early', 'number')
    table.reserve(5000)
    const late = table.addColumn('Late', 'bytes')
    table.reserve(50_000)
    for (const column of [early, late]) {
      for (const row of [0, 10, 49_999]) expect(column.at(row)).toBeNaN()
    }
    expect(table.value('Missing', 0)).toBeNaN()
  })

  it('knows unknown flags from none', () => {
    const table = filled(2)
    table.flags[0] = 0
    expect([table.flagsOf(0), table.flagsOf(1)]).toEqual([null, []])
  })

  it('has inodes above 2^53 exactly', () => {
    const table = filled(1)
    table.inode.set(0, Number('18446744073709551615'))
    table.bigInodes.set(0, '18446744073709551615')
    expect([table.inodeText(0), table.hasInode(0)]).toEqual(['18446744073709551615', true])
  })
})

describe('devices', () => {
  it.each([
    [0, 0, '00:00'],
    [0xfe, 1, 'fe:01'],
    [0x103, 5, '103:05'],
    [0xfff, 0xfffff, 'fff:fffff'],
  ])('%i:%i is written %s', (major, minor, text) => {
    expect(deviceText(packDevice(major, minor))).toBe(text)
    expect(Uint32Array.of(packDevice(major, minor))[0]).toBe(packDevice(major, minor))
  })
})
