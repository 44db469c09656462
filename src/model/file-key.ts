import type { MappingTable } from './mapping-table.ts'

/** The key of the file behind a mapping: its device and inode. */
export function fileKey(table: MappingTable, row: number): string {
  return `${table.device.at(row)}:${table.inodeText(row)}`
}
