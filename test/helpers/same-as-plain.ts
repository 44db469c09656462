import { deviceText, type MappingTable } from '../../src/model/mapping-table.ts'
import { permsText } from '../../src/model/perms.ts'
import type { PlainMapping, PlainRecord } from './plain-parser.ts'

/** How many differences are worth reading. */
const MOST = 5

/** Where a table differs from what the plain parser read; empty when every field of every row is the same. */
export function mappingDifferences(table: MappingTable, plain: readonly PlainMapping[]): string[] {
  const found = new Differences()
  found.check('rows', table.length, plain.length)
  plain.forEach((expected, row) => {
    found.row = row
    found.check('start', BigInt(table.start[row] ?? -1), expected.start)
    found.check('end', BigInt(table.end[row] ?? -1), expected.end)
    found.check('perms', permsText(table.perms[row] ?? -1), expected.perms)
    found.check('offset', BigInt(table.offset.at(row)), expected.offset)
    found.check('device', deviceText(table.device.at(row)), plainDevice(expected))
    found.check('inode', BigInt(table.inodeText(row)), expected.inode)
    found.check('name', table.nameOf(row), expected.name)
  })
  return found.texts
}

/** The same for smaps; with `wanted`, other figures must be absent. */
export function recordDifferences(
  table: MappingTable,
  plain: readonly PlainRecord[],
  wanted: 'all' | ReadonlySet<string> = 'all',
): string[] {
  const found = new Differences()
  found.texts.push(...mappingDifferences(table, plain))
  const keys = new Set(plain.flatMap((record) => [...record.figures.keys()]))
  const kept = [...keys].filter((key) => wanted === 'all' || wanted.has(key))
  found.check('columns', table.columns.map((column) => column.key).sort(), [...kept].sort())
  const columns = kept.map((key) => ({ key, column: table.column(key) }))
  plain.forEach((expected, row) => {
    found.row = row
    for (const { key, column } of columns) {
      const value = expected.figures.get(key)
      found.check(key, column?.at(row), value === undefined ? Number.NaN : Number(value))
    }
    for (const [key, text] of expected.texts) found.check(key, table.texts.get(key)?.get(row), text)
    found.check('VmFlags', table.flagsOf(row)?.join(' '), expected.flags?.join(' '))
  })
  return found.texts
}

class Differences {
  readonly texts: string[] = []
  row = -1

  check(what: string, actual: unknown, expected: unknown): void {
    if (Object.is(actual, expected) || String(actual) === String(expected)) return
    if (this.texts.length < MOST) this.texts.push(`row ${this.row}: ${what} is ${actual}, not ${expected}`)
  }
}

function plainDevice({ major, minor }: PlainMapping): string {
  return `${major.toString(16).padStart(2, '0')}:${minor.toString(16).padStart(2, '0')}`
}
