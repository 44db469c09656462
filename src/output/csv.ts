import { integerText } from './units.ts'

/** Characters with which a spreadsheet begins a formula; a cell that starts so is made text by an apostrophe. */
const FORMULA_START = /^[=+\-@\t\r]/
const NEEDS_QUOTES = /[",\r\n]/

/** One CSV cell (RFC 4180). Text from the target can neither break the row nor run as a formula. */
export function csvText(text: string): string {
  const harmless = FORMULA_START.test(text) ? `'${text}` : text
  return NEEDS_QUOTES.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless
}

/** A figure; unknown is an empty cell, not 0. */
export function csvNumber(value: number): string {
  return Number.isNaN(value) ? '' : integerText(value)
}
