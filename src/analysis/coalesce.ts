import type { MappingTable } from '../model/mapping-table.ts'
import type { Classification } from './classify/classification.ts'
import { singleRows, type ViewRows } from './rows.ts'

/**
 * Joins neighbouring segments of one file: adjacent addresses, same name, inode, device and kind.
 *
 * A program or library is four or five mappings (text, constants, relocated data, data); to a person it is one thing.
 */
export function coalesce(table: MappingTable, classes: Classification, rows: Int32Array): ViewRows {
  const first = new Int32Array(rows.length)
  const count = new Int32Array(rows.length)
  let length = 0
  for (let index = 0; index < rows.length; index++) {
    const row = rows[index] as number
    const run = length - 1
    const previous = row - 1
    if (run >= 0 && index > 0 && rows[index - 1] === previous && joins(table, classes, previous, row)) {
      count[run] = (count[run] as number) + 1
    } else {
      first[length] = row
      count[length] = 1
      length++
    }
  }
  if (length === rows.length) return singleRows(rows)
  return { length, first: first.subarray(0, length), count: count.subarray(0, length) }
}

function joins(table: MappingTable, classes: Classification, previous: number, row: number): boolean {
  return (
    table.hasInode(row) &&
    table.name[previous] === table.name[row] &&
    table.end[previous] === table.start[row] &&
    table.inode.at(previous) === table.inode.at(row) &&
    table.device.at(previous) === table.device.at(row) &&
    classes.kindIndex(previous) === classes.kindIndex(row)
  )
}
