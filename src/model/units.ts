const KIB = 1024
const FACTORS: Readonly<Record<string, number>> = {
  B: 1,
  KiB: KIB,
  MiB: KIB ** 2,
  GiB: KIB ** 3,
  TiB: KIB ** 4,
}
const DURATIONS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }

/** What `parseBytes` accepts, for error messages. */
export const BYTES_FORMS = '4096, 512B, 64KiB, 256MiB, 1.5GiB, 2TiB'
/** What `parseDuration` accepts, for error messages. */
export const DURATION_FORMS = '20ms, 1.5s, 10m, 1h'

/**
 * Reads a size as a person writes it, in bytes; `null` when it is anything else.
 *
 * Strict on purpose: `M`, `MB` and `m` mean three different sizes to three people, so none of them is accepted.
 */
export function parseBytes(text: string): number | null {
  return rounded(parseQuantity(text, FACTORS, 'B'), 1)
}

/**
 * Reads a duration as a person writes it, in milliseconds and parts of them; `null` when it is anything else. A unit is
 * required but for 0.
 */
export function parseDuration(text: string): number | null {
  if (text.trim() === '0') return 0
  // To the microsecond: the lock of a process is held for fractions of a millisecond.
  return rounded(parseQuantity(text, DURATIONS, null), 1000)
}

/** In whole parts of a unit; `null` where that is more than a number can count. */
function rounded(value: number | null, parts: number): number | null {
  const whole = value === null ? Number.NaN : Math.round(value * parts)
  return Number.isSafeInteger(whole) ? whole / parts : null
}

function parseQuantity(text: string, units: Readonly<Record<string, number>>, fallback: string | null): number | null {
  const match = /^(\d{1,15}(?:\.\d{1,6})?) ?([A-Za-z]*)$/.exec(text.trim())
  if (match === null) return null
  const unit = match[2] === '' ? fallback : (match[2] ?? null)
  const factor = unit === null ? undefined : units[unit]
  if (factor === undefined) return null
  return Number(match[1]) * factor
}
