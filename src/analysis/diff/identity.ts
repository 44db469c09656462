import { hex } from '../../model/address.ts'
import { permsText } from '../../model/perms.ts'
import { withoutDeleted } from '../classify/names.ts'
import type { MapsReport } from '../maps-report.ts'

/** Two mappings with the same identity may be one mapping at two times. The first that fits decides. */
export type Identity = (report: MapsReport, row: number) => string | null

/**
 * What a mapping is, from the most exact to the least; addresses are in none, since they differ from run to run. How
 * many of one identity there are is settled by size and order.
 */
export const IDENTITIES: readonly Identity[] = [
  (report, row) => `${kindOf(report, row)}\n${nameOf(report, row)}\n${placeOf(report, row)}\n${permsOf(report, row)}`,
  // The same without the runtime that uses it, which is known by addresses.
  (report, row) =>
    `${report.classes.kind(row)}\n${nameOf(report, row)}\n${placeOf(report, row)}\n${permsOf(report, row)}`,
  // The same part of the same file with other permissions.
  (report, row) => named(report, row) && `${nameOf(report, row)}\n${placeOf(report, row)}`,
  // The same file name elsewhere: another host, a container, a directory named after the run.
  (report, row) => named(report, row) && `${baseOf(report, row)}\n${placeOf(report, row)}\n${permsOf(report, row)}`,
  // Another version or build of it.
  (report, row) => named(report, row) && `${versionless(baseOf(report, row))}\n${permsOf(report, row)}`,
]

/** A file or object with a name; nameless memory has no more identity than its kind. */
function named(report: MapsReport, row: number): string | null {
  return report.table.hasInode(row) ? '\n' : null
}

function kindOf({ classes }: MapsReport, row: number): string {
  return `${classes.kind(row)} ${classes.label(row) ?? ''}`
}

/** The name without what tells runs apart: that the file was deleted, the process's own number in it. */
function nameOf({ table, memory }: MapsReport, row: number): string {
  const name = withoutDeleted(table.nameOf(row))
  return name.replaceAll(new RegExp(`(?<!\\d)${memory.pid}(?!\\d)`, 'g'), 'PID')
}

function baseOf(report: MapsReport, row: number): string {
  const name = nameOf(report, row)
  return name.slice(name.lastIndexOf('/') + 1)
}

function versionless(name: string): string {
  return name.replace(/[0-9a-f]{12,}|\d+/g, '#')
}

/** Where in the file; the kernel's own objects have offsets that say nothing. */
function placeOf({ table }: MapsReport, row: number): string {
  return table.hasInode(row) ? hex(table.offset.at(row)) : ''
}

function permsOf({ table }: MapsReport, row: number): string {
  return permsText(table.perms[row] as number)
}
