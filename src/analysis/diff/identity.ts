import { hex } from '../../model/address.ts'
import { permsText } from '../../model/perms.ts'
import { withoutDeleted } from '../classify/names.ts'
import type { MapsReport } from '../maps-report.ts'

/** Two mappings with the same identity may be one mapping at two times. `null`: this one has none of that sort. */
export type Identity = (row: number) => string | null

/**
 * What a mapping of a report is, from the most exact to the least; the first that fits decides. Addresses are in none,
 * since they differ from run to run. How many of one identity there are is settled by size and order.
 *
 * @param names Numbers that names get, one `Map` for both reports: shorter keys are found sooner.
 */
export function identitiesOf(report: MapsReport, names: Map<string, number>): readonly Identity[] {
  const { classes, table } = report
  const kindOf = (row: number): string => `${classes.kind(row)} ${classes.label(row) ?? ''}`
  const permsOf = (row: number): string => permsText(table.perms[row] as number)
  // The kernel's own objects have offsets that say nothing.
  const placeOf = (row: number): string => (table.hasInode(row) ? hex(table.offset.at(row)) : '')
  const nameOf = perName(report, names, (name) => name)
  const baseOf = perName(report, names, (name) => name.slice(name.lastIndexOf('/') + 1))
  const versionlessOf = perName(report, names, (name) => versionless(name.slice(name.lastIndexOf('/') + 1)))
  // Nameless memory has no more identity than its kind.
  const named = (identity: (row: number) => string): Identity => {
    return (row) => (table.hasInode(row) ? identity(row) : null)
  }
  return [
    (row) => `${kindOf(row)}\n${nameOf(row)}\n${placeOf(row)}\n${permsOf(row)}`,
    // The same without the runtime that uses it, which is known by addresses.
    (row) => `${classes.kind(row)}\n${nameOf(row)}\n${placeOf(row)}\n${permsOf(row)}`,
    // The same part of the same file with other permissions.
    named((row) => `${nameOf(row)}\n${placeOf(row)}`),
    // The same file name elsewhere: another host, a container, a directory named after the run.
    named((row) => `${baseOf(row)}\n${placeOf(row)}\n${permsOf(row)}`),
    // Another version or build of it.
    named((row) => `${versionlessOf(row)}\n${permsOf(row)}`),
  ]
}

/** The number of what is made of a row's name without what tells runs apart; made once, for thousands of rows. */
function perName(
  { table, memory }: MapsReport,
  names: Map<string, number>,
  make: (name: string) => string,
): (row: number) => number {
  const own = new RegExp(`(?<!\\d)${memory.pid}(?!\\d)`, 'g')
  const made = new Map<number, number>()
  return (row) => {
    const id = table.name[row] as number
    const known = made.get(id)
    if (known !== undefined) return known
    // That the file was deleted, the process's own number in it.
    const text = make(withoutDeleted(table.names.get(id)).replaceAll(own, 'PID'))
    const number = names.get(text) ?? names.size
    names.set(text, number)
    made.set(id, number)
    return number
  }
}

function versionless(name: string): string {
  return name.replace(/[0-9a-f]{12,}|\d+/g, '#')
}
