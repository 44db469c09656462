import type { GroupLimit, RelativeLimit } from '../../model/gate/limit.ts'

/** What a value is counted in. */
export type Unit = 'bytes' | 'count'

/** A value, or what would have been accepted. */
export type ParsedLimit<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly expected: string }

const KIB = 1024
const FACTORS: Readonly<Record<string, number>> = { B: 1, KiB: KIB, MiB: KIB ** 2, GiB: KIB ** 3, TiB: KIB ** 4 }

const BUDGETS: Readonly<Record<Unit, string>> = {
  bytes: '4096B, 512KiB, 256MiB, 1.5GiB',
  count: 'a whole number such as 120',
}
const LIMITS: Readonly<Record<Unit, string>> = {
  bytes: '+5%, +2MiB, +2%+256KiB',
  count: '+5%, +64, +3%+64',
}

const SHARE = /^\+(\d{1,4}(?:\.\d{1,3})?)%/
const SIZE = /^\+?(\d{1,12}(?:\.\d{1,6})?)(B|KiB|MiB|GiB|TiB)/
const COUNT = /^\+?(\d{1,15})(?![\d.\w])/
const ZERO = /^\+?0(?![\d.\w])/

/** Reads a budget: a size with its unit (`M` and `MB` mean different sizes to different people), or a whole number. */
export function parseBudget(text: string, unit: Unit): ParsedLimit<number> {
  const amount = text.startsWith('+') ? null : amountAt(text, unit)
  if (amount !== null && amount.length === text.length) return { ok: true, value: amount.value }
  const signed = text.startsWith('+') ? '; with a sign it is a limit against the baseline' : ''
  return { ok: false, expected: `${BUDGETS[unit]}${signed}` }
}

/** Reads a limit against the baseline: a share, an amount, or both, which must then both be exceeded. */
export function parseLimit(text: string, unit: Unit): ParsedLimit<RelativeLimit> {
  const refused = { ok: false, expected: `${LIMITS[unit]}${unsigned(text)}` } as const
  if (!text.startsWith('+')) return refused
  const share = SHARE.exec(text)
  const rest = share === null ? text : text.slice(share[0].length).trimStart()
  const amount = rest.startsWith('+') ? amountAt(rest, unit) : null
  if (share === null && amount === null) return refused
  if ((amount?.length ?? 0) !== rest.length) return refused
  return {
    ok: true,
    value: { share: share === null ? null : Number(share[1]) / 100, amount: amount?.value ?? null },
  }
}

/** Reads the limit of a group: with a sign against the baseline, without one a promise; 0 that it is not mapped. */
export function parseGroupLimit(text: string): ParsedLimit<GroupLimit> {
  if (text.startsWith('+')) {
    const limit = parseLimit(text, 'bytes')
    return limit.ok ? { ok: true, value: { kind: 'relative', limit: limit.value } } : limit
  }
  const budget = parseBudget(text, 'bytes')
  if (budget.ok) return { ok: true, value: { kind: 'most', bytes: budget.value } }
  return { ok: false, expected: `${LIMITS.bytes} against the baseline, or ${BUDGETS.bytes}, or 0 for none at all` }
}

/** An amount at the beginning of a text, and how long it is. */
function amountAt(text: string, unit: Unit): { readonly value: number; readonly length: number } | null {
  const match = ZERO.exec(text) ?? (unit === 'bytes' ? SIZE : COUNT).exec(text)
  if (match === null) return null
  const value = Math.round(Number(match[1] ?? 0) * (FACTORS[match[2] ?? ''] ?? 1))
  return Number.isSafeInteger(value) ? { value, length: match[0].length } : null
}

function unsigned(text: string): string {
  return /^\d/.test(text) ? '; without a sign it is a budget, which belongs under max' : ''
}
