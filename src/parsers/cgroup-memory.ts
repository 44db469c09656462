/** The files of the memory controller, of cgroup v1 and v2: one value, or a name and a number a line. */

import { exactInteger, lines, onlyLine } from './lines.ts'
import { ParseError } from './parse-error.ts'

/**
 * cgroup v1 writes "no limit" as PAGE_COUNTER_MAX in bytes (mm/page_counter.c): LONG_MAX cut to a page, which differs
 * by page size. No machine has an eighth of the 64-bit space as memory.
 */
const NO_LIMIT = 2 ** 60

/**
 * Parses a limit in bytes: v2 `memory.max` and its like (`max` is "none"), v1 `memory.limit_in_bytes` and its like.
 * No limit is `Infinity`.
 *
 * @param file Names the file in errors.
 */
export function parseCgroupLimit(bytes: Uint8Array, file = 'cgroup limit'): number {
  const line = onlyLine(file, bytes)
  if (line === 'max') return Number.POSITIVE_INFINITY
  const value = exactInteger(line)
  if (value === null || value < 0) throw new ParseError(file, 1, 'bytes or "max"', line)
  return value >= NO_LIMIT ? Number.POSITIVE_INFINITY : value
}

/**
 * Parses a file of names and numbers: v2 `memory.events`, `memory.stat`; v1 `memory.stat`, `memory.oom_control`. The
 * set differs by version: a name that is not in the map is unknown, not 0.
 *
 * @param file Names the file in errors.
 */
export function parseFlatKeyed(bytes: Uint8Array, file = 'cgroup'): ReadonlyMap<string, number> {
  const values = new Map<string, number>()
  for (const { number, text } of lines(file, bytes)) {
    const [, name, digits] = /^([^ ]+) (-?[0-9]{1,20})$/.exec(text) ?? []
    const value = exactInteger(digits ?? '')
    if (name === undefined || value === null || values.has(name)) {
      throw new ParseError(file, number, 'a name and a number', text)
    }
    values.set(name, value)
  }
  return values
}
