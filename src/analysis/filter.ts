import type { Kind } from '../model/kinds.ts'
import type { MappingTable } from '../model/mapping-table.ts'
import { permsText } from '../model/perms.ts'
import type { Classification } from './classify/classification.ts'
import { figureReader } from './figures.ts'
import { allRows } from './rows.ts'

/** What a user asked to see; absent parts let everything through. */
export interface Filter {
  readonly kinds?: ReadonlySet<Kind>
  /** Decides on a name (a binary string, without ` (deleted)`). */
  readonly path?: (name: string) => boolean
  /** A pattern over the four permission characters; see `parsePermsPattern`. */
  readonly perms?: RegExp
  readonly minRss?: number
}

/** Rows that pass a filter, in address order. A mapping whose RSS is unknown does not pass `minRss`. */
export function filterRows(table: MappingTable, classes: Classification, filter: Filter): Int32Array {
  if (isEmpty(filter)) return allRows(table.length)
  const rows = new Int32Array(table.length)
  const names = nameDecider(table, filter.path)
  const rss = figureReader(table, 'rss')
  const { kinds, perms, minRss } = filter
  let count = 0
  for (let row = 0; row < table.length; row++) {
    if (kinds !== undefined && !kinds.has(classes.kind(row))) continue
    if (perms !== undefined && !perms.test(permsText(table.perms[row] as number))) continue
    if (minRss !== undefined && !(rss(row) >= minRss)) continue
    if (!names(row)) continue
    rows[count++] = row
  }
  return rows.subarray(0, count)
}

/** Whether a filter lets everything through. */
export function isEmpty(filter: Filter): boolean {
  return Object.values(filter).every((part) => part === undefined)
}

/** Names repeat, so each distinct one is decided once. */
function nameDecider(table: MappingTable, decide: Filter['path']): (row: number) => boolean {
  if (decide === undefined) return () => true
  const known = new Map<number, boolean>()
  return (row) => {
    const id = table.name[row] as number
    const answer = known.get(id) ?? decide(table.names.get(id))
    known.set(id, answer)
    return answer
  }
}

/**
 * Reads a permissions pattern: four characters as the kernel prints them, `?` for any (`rw?p`), or letters that must
 * all be present (`wx`, `s`). Returns `null` when it is neither.
 */
export function parsePermsPattern(text: string): RegExp | null {
  if (/^[r?-][w?-][x?-][sp?]$/.test(text)) return new RegExp(`^${text.replaceAll('?', '.')}$`)
  if (!/^[rwxsp]{1,4}$/.test(text)) return null
  return new RegExp([...text].map((letter) => `(?=.*${letter})`).join(''))
}
