/** The three forms of one-value files below `/sys/kernel/mm`, `/sys/module` and `/proc/sys/vm`. */

import { exactInteger, onlyLine } from './lines.ts'
import { ParseError } from './parse-error.ts'

/** A file that lists its options: `always [madvise] never`. */
export interface Choice {
  /** The option in brackets. */
  readonly active: string
  /** All options in the kernel's order, without brackets. They differ by version. */
  readonly options: readonly string[]
}

/**
 * Parses a choice file such as `transparent_hugepage/enabled` or `ksm/advisor_mode`.
 *
 * @param file Names the file in errors.
 */
export function parseChoice(bytes: Uint8Array, file = 'sysfs'): Choice {
  const line = onlyLine(file, bytes)
  const words = line.split(' ')
  const active = words.filter((word) => /^\[[^[\]]+\]$/.test(word)).map((word) => word.slice(1, -1))
  const [chosen] = active
  if (chosen === undefined || active.length > 1 || words.includes('')) {
    throw new ParseError(file, 1, 'options with one of them in brackets', line)
  }
  return { active: chosen, options: words.map((word) => (word === `[${chosen}]` ? chosen : word)) }
}

/**
 * Parses a file that holds one integer, which may be negative (`oom_score_adj`).
 *
 * A number that a double cannot hold exactly is refused; cgroup v1's 9223372036854771712 for "no limit" is exact.
 *
 * @param file Names the file in errors.
 */
export function parseInteger(bytes: Uint8Array, file = 'sysfs'): number {
  const line = onlyLine(file, bytes)
  const value = exactInteger(line)
  if (value === null) throw new ParseError(file, 1, 'an integer', line)
  return value
}

const SWITCH: Readonly<Record<string, boolean>> = { 0: false, 1: true, false: false, true: true, N: false, Y: true }

/**
 * Parses an on/off file: `0` or `1`, `false` or `true` (`swap/vma_ra_enabled`), `N` or `Y` (module parameters).
 *
 * @param file Names the file in errors.
 */
export function parseSwitch(bytes: Uint8Array, file = 'sysfs'): boolean {
  const line = onlyLine(file, bytes)
  const value = Object.hasOwn(SWITCH, line) ? SWITCH[line] : undefined
  if (value === undefined) throw new ParseError(file, 1, 'an on/off value (0 or 1)', line)
  return value
}
