import { lines, safeCount } from './lines.ts'
import { ParseError } from './parse-error.ts'

const FILE = 'vmstat'

/**
 * Parses `/proc/vmstat` (mm/vmstat.c vmstat_show, proc_vmstat(5)) to its counters by the kernel's name.
 *
 * Names that begin with `nr_` are levels in pages, except the running totals `nr_dirtied`, `nr_written`,
 * `nr_throttled_written`, `nr_foll_pin_*` and `nr_vmscan_*`; the others are events since boot (`pgpgin` and `pgpgout`
 * in kB). The set differs by version and configuration: a name that is not in the map is unknown, not 0.
 *
 * A counter above 2^53 − 1 is refused with a `ParseError`, since differences of it would be wrong.
 */
export function parseVmstat(bytes: Uint8Array): ReadonlyMap<string, number> {
  const counters = new Map<string, number>()
  for (const { number, text } of lines(FILE, bytes)) {
    const [, name, digits] = /^([^ ]+) ([0-9]+)$/.exec(text) ?? []
    const value = safeCount(digits ?? '')
    if (name === undefined || value === null) throw new ParseError(FILE, number, 'a name and a count', text)
    if (counters.has(name)) throw new ParseError(FILE, number, `"${name}" once`, text)
    counters.set(name, value)
  }
  if (counters.size === 0) throw new ParseError(FILE, 0, 'at least one counter')
  return counters
}
