/**
 * What the parsers of small kernel files share: bytes to text, text to lines, digits to numbers.
 *
 * Text is always latin1, one character for each byte: a comm, a path or a command line may hold any byte, and decoding
 * it as UTF-8 would make two different names equal. Whoever shows such a name to a person makes the display form.
 */

import { Buffer } from 'node:buffer'
import { ParseError } from './parse-error.ts'

/** One line without its line feed. */
interface Line {
  /** One-based. */
  readonly number: number
  /** Latin1: one character for each byte. */
  readonly text: string
}

/** A `Key:value` line; the value still has the padding that the kernel put before it. */
export interface Field {
  readonly line: number
  readonly key: string
  readonly value: string
}

const UNIT_KB = 1024

/** The bytes as text, one character for each byte (`TextDecoder('latin1')` would be windows-1252, which is not). */
export function latin1(bytes: Uint8Array): string {
  const buffer = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return buffer.toString('latin1')
}

/**
 * The lines of a kernel file.
 *
 * The kernel ends every line with a line feed, so a last line without one was cut, and a number in it may have lost
 * digits: that is a `ParseError`, thrown before any line is handed out.
 */
export function* lines(file: string, bytes: Uint8Array): Generator<Line, void, undefined> {
  const text = latin1(bytes)
  refuseCutLine(file, text)
  yield* linesOf(text)
}

/** The lines of a file that people may edit: the last one needs no line feed. */
export function* editableLines(bytes: Uint8Array): Generator<Line, void, undefined> {
  yield* linesOf(latin1(bytes))
}

function* linesOf(text: string): Generator<Line, void, undefined> {
  let number = 0
  let from = 0
  while (from < text.length) {
    const lineFeed = text.indexOf('\n', from)
    const to = lineFeed === -1 ? text.length : lineFeed
    yield { number: ++number, text: text.slice(from, to) }
    from = to + 1
  }
}

/** The text of a file that consists of exactly one line, without the line feed. */
export function onlyLine(file: string, bytes: Uint8Array): string {
  const text = latin1(bytes)
  refuseCutLine(file, text)
  if (text === '') throw new ParseError(file, 1, 'one line', 'an empty file')
  const end = text.indexOf('\n')
  if (end !== text.length - 1) throw new ParseError(file, 2, 'the end of the file', text.slice(end + 1))
  return text.slice(0, end)
}

function refuseCutLine(file: string, text: string): void {
  if (text === '' || text.endsWith('\n')) return
  let number = 1
  let from = 0
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', from)) {
    number++
    from = at + 1
  }
  throw new ParseError(file, number, 'a line feed at the end of the line', text.slice(from))
}

/** Splits `Key:value` at the first colon. */
function fieldOf(file: string, line: Line): Field {
  const colon = line.text.indexOf(':')
  if (colon <= 0) throw new ParseError(file, line.number, 'a "Key: value" line', line.text)
  return { line: line.number, key: line.text.slice(0, colon), value: line.text.slice(colon + 1) }
}

/**
 * The fields of a file of `Key:value` lines, in the kernel's order.
 *
 * A key that comes twice means that two records ran together; neither value can be trusted then.
 */
export function fieldsOf(file: string, source: Iterable<Line>): Map<string, Field> {
  const fields = new Map<string, Field>()
  for (const line of source) {
    const field = fieldOf(file, line)
    if (fields.has(field.key)) throw new ParseError(file, line.number, `"${field.key}" once`, line.text)
    fields.set(field.key, field)
  }
  return fields
}

/**
 * A decimal integer that a double holds exactly; `null` for any other text.
 *
 * Beyond 2^53 that is a multiple of a power of two, such as a page-aligned size or cgroup v1's "no limit"
 * (9223372036854771712).
 */
export function exactInteger(text: string): number | null {
  if (!/^-?[0-9]{1,20}$/.test(text)) return null
  const value = Number(text)
  if (Number.isSafeInteger(value)) return value === 0 ? 0 : value
  return BigInt(value) === BigInt(text) ? value : null
}

/** A decimal count without sign, at most 2^53 − 1; `null` for any other text. */
export function safeCount(text: string): number | null {
  const value = /^[0-9]+$/.test(text) ? Number(text) : Number.NaN
  return Number.isSafeInteger(value) ? value : null
}

/**
 * `"  5120 kB"` in bytes; `null` when the text is not of that form.
 *
 * The count of kB must be below 2^53. Bytes are then exact in a double even above 2^53, being a multiple of 1024
 * (VmallocTotal is, on x86-64 with five-level page tables).
 */
export function kilobytes(text: string): number | null {
  const match = /^\s*([0-9]+) kB$/.exec(text)
  const count = match === null ? null : safeCount(match[1] ?? '')
  return count === null ? null : count * UNIT_KB
}

/** A record with the table's names: each holds the value of the kernel's key beside it, or `null` for "unknown". */
export type Picked<Table> = { readonly [Name in keyof Table]: number | null }

/** Looks up every kernel key of a table of names. */
export function pick<Table extends Readonly<Record<string, string>>>(
  table: Table,
  lookUp: (kernelKey: string) => number | null | undefined,
): Picked<Table> {
  const entries = Object.entries(table).map(([name, key]) => [name, lookUp(key) ?? null])
  return Object.fromEntries(entries) as Picked<Table>
}
