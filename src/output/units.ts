const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const
const KIB = 1024

/** What a person sees where a figure is not known. */
export const UNKNOWN = '–'

/**
 * Bytes for people, in IEC units: `0 B`, `4.0 KiB`, `61.4 MiB`, `132 KiB`. `NaN` and `null` are unknown: `–`.
 *
 * Three figures are kept, so that a column of them is at most eight characters wide.
 */
export function formatBytes(bytes: number | null): string {
  if (bytes === null || Number.isNaN(bytes)) return UNKNOWN
  if (Math.abs(bytes) < KIB) return `${bytes} B`
  let value = bytes
  let unit = 0
  // 1023.95 would be rounded to 1024.0, which is the next unit's 1.0
  while (Math.abs(value) >= 1023.95 && unit < UNITS.length - 1) {
    value /= KIB
    unit++
  }
  const text = Math.abs(value) < 99.95 ? value.toFixed(1) : value.toFixed(0)
  return `${text} ${UNITS[unit]}`
}

/** All digits of an integer: `String` writes only as many as tell one double from the next, which above 2^53 is fewer. */
export function integerText(value: number): string {
  return Number.isSafeInteger(value) || !Number.isInteger(value) ? String(value) : BigInt(value).toString()
}

/** A count for people: `60,021`. `NaN` and `null` are unknown. */
export function formatCount(count: number | null): string {
  if (count === null || Number.isNaN(count)) return UNKNOWN
  const sign = count < 0 ? '-' : ''
  return sign + String(Math.abs(Math.round(count))).replace(/\B(?=(\d{3})+$)/g, ',')
}

/** How many there are of a thing, as a sentence has it: `1 process`, `3 processes`. Unknown is plural. */
export function counted(count: number | null, one: string, several = pluralOf(one)): string {
  return `${formatCount(count)} ${count === 1 ? one : several}`
}

function pluralOf(noun: string): string {
  if (/[^aeiou]y$/.test(noun)) return noun.replace(/y$/, 'ies')
  return /(?:s|x|ch|sh)$/.test(noun) ? `${noun}es` : `${noun}s`
}

/** A share for people: `0.4 %`, `37 %`. `NaN` and `null` are unknown; what is not nothing is never shown as 0. */
export function formatPercent(percent: number | null): string {
  if (percent === null || Number.isNaN(percent)) return UNKNOWN
  if (percent > 0 && percent < 0.05) return '< 0.1 %'
  if (percent < 0 && percent > -0.05) return '> -0.1 %'
  return `${Math.abs(percent) < 9.95 ? percent.toFixed(1) : percent.toFixed(0)} %`
}

/** A duration for people: `0.4 ms`, `252 ms`, `3.1 s`. */
export function formatMilliseconds(ms: number): string {
  if (ms < 9.95) return `${ms.toFixed(1)} ms`
  if (ms < 999.5) return `${ms.toFixed(0)} ms`
  return `${(ms / 1000).toFixed(1)} s`
}

/** A duration that nothing was longer than: rounded up, so that it stays true. */
export function formatUpperBound(ms: number): string {
  return formatMilliseconds(ms < 10 ? Math.ceil(ms * 10) / 10 : Math.ceil(ms))
}

/** How long a process has run: `42 s`, `5 min`, `3 h 20 min`, `12 d 4 h`. */
export function formatAge(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds))
  if (whole < 60) return `${whole} s`
  const minutes = Math.floor(whole / 60)
  if (minutes < 60) return `${minutes} min`
  const hours = Math.floor(minutes / 60)
  if (hours < 24) return `${hours} h ${minutes % 60} min`
  return `${Math.floor(hours / 24)} d ${hours % 24} h`
}
