import { lines } from './lines.ts'
import { ParseError } from './parse-error.ts'

/** A resource limit; `bigint` because RLIM_INFINITY − 1 and its neighbours are valid limits. */
export type LimitValue = bigint | 'unlimited'

/** One row of `/proc/PID/limits`. */
export interface Limit {
  /** As the kernel writes it: `Max locked memory`, `Max address space`, … */
  readonly name: string
  readonly soft: LimitValue
  readonly hard: LimitValue
  /** `bytes`, `seconds`, `files`, …; `null` for the two priorities, which have none. */
  readonly unit: string | null
}

const FILE = 'limits'
const HEADER = /^Limit +Soft Limit +Hard Limit +Units *$/
/** `%-25s %-20s %-20s %-10s` of fs/proc/base.c proc_pid_limits; names hold single spaces, so the columns decide. */
const ROW = /^(.{25}) (unlimited|[0-9]{1,20}) +(unlimited|[0-9]{1,20}) *([a-z]*) *$/

/** Parses `/proc/PID/limits` (proc_pid_limits(5)) to its rows by the kernel's name. */
export function parseLimits(bytes: Uint8Array): ReadonlyMap<string, Limit> {
  const limits = new Map<string, Limit>()
  for (const { number, text } of lines(FILE, bytes)) {
    if (number === 1) {
      if (!HEADER.test(text)) throw new ParseError(FILE, 1, 'the column headings', text)
      continue
    }
    const limit = parseRow(text)
    if (limit === null) throw new ParseError(FILE, number, 'a limit in its columns', text)
    if (limits.has(limit.name)) throw new ParseError(FILE, number, `"${limit.name}" once`, text)
    limits.set(limit.name, limit)
  }
  if (limits.size === 0) throw new ParseError(FILE, 0, 'at least one limit')
  return limits
}

function parseRow(text: string): Limit | null {
  const [, padded, soft, hard, unit] = ROW.exec(text) ?? []
  const name = padded?.trimEnd()
  if (!name || soft === undefined || hard === undefined) return null
  return { name, soft: limitValue(soft), hard: limitValue(hard), unit: unit || null }
}

function limitValue(text: string): LimitValue {
  return text === 'unlimited' ? text : BigInt(text)
}
