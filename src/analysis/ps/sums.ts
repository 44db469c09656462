import type { ProcessFacts } from '../../collectors/process-facts.ts'
import type { PsField } from './field.ts'

/**
 * A figure of several processes together: true, or a bound of what is true. At most, where shared pages were counted
 * once for each process; at least, where the figure of some process is unknown.
 */
export interface Sum {
  readonly kind: 'exact' | 'at-most' | 'at-least' | 'unknown'
  /** `NaN` when unknown. */
  readonly value: number
}

const UNKNOWN: Sum = { kind: 'unknown', value: Number.NaN }

/** Adds a figure up. */
export function sumOf(field: PsField, rows: readonly ProcessFacts[]): Sum {
  if (field.sum === 'none') return UNKNOWN
  const { value, unknown } = added(field, rows)
  if (unknown === 0) {
    const isTrue = field.sum === 'exact' || rows.length === 1 || value === 0
    return { kind: isTrue ? 'exact' : 'at-most', value }
  }
  // "At least nothing" says nothing.
  return field.sum === 'exact' && value > 0 ? { kind: 'at-least', value } : UNKNOWN
}

/** Adds up what is known, and counts what is not. */
function added(field: PsField, rows: readonly ProcessFacts[]): { readonly value: number; readonly unknown: number } {
  let value = 0
  let unknown = 0
  for (const row of rows) {
    const figure = field.value(row) as number
    if (Number.isNaN(figure)) unknown++
    else value += figure
  }
  return { value, unknown }
}

/** A figure by which to put several processes in order: where one is unknown, what it is at most. */
export function weightOf(field: PsField, rows: readonly ProcessFacts[]): number {
  let weight = 0
  for (const row of rows) weight += placeOf(field, row) as number
  return weight
}

/** What puts one process in its place: its figure, or what that is at most. */
export function placeOf(field: PsField, row: ProcessFacts): number | string {
  const value = field.value(row)
  return typeof value === 'number' && Number.isNaN(value) && field.bound !== null ? field.bound(row) : value
}
