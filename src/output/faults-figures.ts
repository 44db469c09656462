import { formatCount, UNKNOWN } from './units.ts'

/** A share for people: `41 %`, `0.3 %`, `<0.1 %`. */
export function formatShare(share: number | null): string {
  if (share === null || Number.isNaN(share)) return UNKNOWN
  const percent = share * 100
  if (percent !== 0 && Math.abs(percent) < 0.1) return '<0.1 %'
  return `${Math.abs(percent) < 9.95 ? percent.toFixed(1) : percent.toFixed(0)} %`
}

/** A ratio for people, with three figures: `855`, `26.3`, `4.12`. */
export function formatRatio(value: number | null): string {
  if (value === null || Number.isNaN(value)) return UNKNOWN
  const size = Math.abs(value)
  if (size >= 99.95) return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ',')
  return size >= 9.995 ? value.toFixed(1) : value.toFixed(2)
}

/** A cost for people: `300 ns`, `1.0 µs`, `100 µs`. */
export function formatCost(ns: number): string {
  if (ns < 1000) return `${Math.round(ns)} ns`
  return ns < 9950 ? `${(ns / 1000).toFixed(1)} µs` : `${Math.round(ns / 1000)} µs`
}

/** `101st`, `1,009th`. */
export function ordinal(count: number): string {
  const tens = count % 100
  const end = tens > 10 && tens < 14 ? 'th' : ({ 1: 'st', 2: 'nd', 3: 'rd' }[count % 10] ?? 'th')
  return `${formatCount(count)}${end}`
}
