import { exactInteger, onlyLine } from './lines.ts'
import { ParseError } from './parse-error.ts'

/** What cgroup v1 says for "no limit" (PAGE_COUNTER_MAX in bytes) begins here, whatever the page size. */
const UNLIMITED = 2 ** 62

/** Parses `memory.max` (cgroup v2) or `memory.limit_in_bytes` (v1); `Infinity` for no limit. */
export function parseMemoryLimit(bytes: Uint8Array): number {
  const line = onlyLine('memory.max', bytes)
  if (line === 'max') return Number.POSITIVE_INFINITY
  const value = exactInteger(line) ?? (/^[0-9]{16,20}$/.test(line) ? Number(line) : null)
  if (value === null || value < 0) throw new ParseError('memory.max', 1, 'a number of bytes or "max"', line)
  return value >= UNLIMITED ? Number.POSITIVE_INFINITY : value
}
