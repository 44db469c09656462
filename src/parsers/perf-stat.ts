import { isClock } from '../model/fault-events.ts'
import type { CounterRow } from '../model/faults.ts'
import { lines } from './lines.ts'
import { ParseError } from './parse-error.ts'
import { parseEventName } from './perf-event-name.ts'

const FILE = 'perf stat'
/** Between fields. A comma would be one too many where the locale's decimal mark is a comma. */
const SEPARATOR = ';'
const NUMBER = /^[0-9]+(?:[.,][0-9]+)?$/
const UNKNOWN = /^<not (supported|counted)>$/
/** `0.05%`, `0,05%`: the standard error of -r, which all releases print between event and run time. */
const DEVIATION = /^(?:[0-9]+(?:[.,][0-9]+)?|-?nan|inf)%$/
/** Most fields any release puts in front: a time, a socket and how many CPUs it has. */
const MOST_PREFIXES = 3

/**
 * Parses the text of `perf stat -x ';' -o FILE` (tools/perf/util/stat-display.c) of perf 4.4 to 7.2.
 *
 * `value ; unit ; event ; run time ; share of time ; metric ; metric's unit`, of which the last two differ from release
 * to release and are not read. In front there may be the time of -I, the CPU of -A, the socket of --per-socket or the
 * thread of --per-thread. The decimal mark is the locale's: perf is run in the measured program's.
 */
export function parsePerfStat(bytes: Uint8Array, separator: string = SEPARATOR): readonly CounterRow[] {
  const rows: CounterRow[] = []
  for (const { number, text } of lines(FILE, bytes)) {
    if (text === '' || text.startsWith('#')) continue
    const row = parseRow(text.split(separator), number, text)
    if (row !== null) rows.push(row)
  }
  return rows.map((row) => withExactShare(row, rows))
}

function parseRow(fields: readonly string[], line: number, text: string): CounterRow | null {
  const at = valueIndex(fields)
  if (at === -1) {
    // A metric that belongs to no event of its own has nothing in the first fields.
    if (fields[0]?.trim() === '' && fields.length > 1) return null
    throw new ParseError(FILE, line, 'a value, a unit and an event', text)
  }
  const value = fields[at] ?? ''
  const name = parseEventName(fields[at + 2] ?? '')
  const runAt = at + (DEVIATION.test(fields[at + 3] ?? '') ? 4 : 3)
  const runNs = numberAt(fields, runAt, line, 'a run time', text)
  const percent = numberAt(fields, runAt + 1, line, 'a share of time', text)
  const row = { ...name, ...prefixes(fields.slice(0, at)), unit: unitOf(name.event, fields[at + 1] ?? '') }
  const unknown = UNKNOWN.exec(value)?.[1]
  if (unknown !== undefined) {
    // Such a line says "100.00" too, which means nothing.
    const state = unknown === 'supported' ? 'not-supported' : 'not-counted'
    return { ...row, value: null, state, percentRunning: null, runNs, reason: state }
  }
  const state = percent !== null && percent < 100 ? 'scaled' : 'counted'
  return { ...row, value: toNumber(value), state, percentRunning: percent, runNs, reason: null }
}

/** Up to 4.15 clocks have no unit; they always are in milliseconds. */
function unitOf(event: string, printed: string): string {
  return printed === '' && isClock(event) ? 'msec' : printed
}

/** Where the value stands: the first figure with a unit, which is no figure, and an event behind it. */
function valueIndex(fields: readonly string[]): number {
  for (let at = 0; at <= MOST_PREFIXES && at + 2 < fields.length; at++) {
    const [value = '', unit = '', event = ''] = fields.slice(at, at + 3)
    if (isValue(value) && !isValue(unit) && event !== '' && !isValue(event)) return at
  }
  return -1
}

function isValue(text: string): boolean {
  return NUMBER.test(text.trim()) || UNKNOWN.test(text)
}

function prefixes(fields: readonly string[]): Pick<CounterRow, 'interval' | 'aggregate'> {
  const [first, ...others] = fields.map((field) => field.trim())
  if (first === undefined) return { interval: null, aggregate: null }
  if (first === 'summary') return { interval: 'summary', aggregate: others[0] ?? null }
  if (NUMBER.test(first)) return { interval: toNumber(first), aggregate: others[0] ?? null }
  return { interval: null, aggregate: first }
}

/** A number that the oldest releases may leave out at the end of the line, but never garble. */
function numberAt(fields: readonly string[], at: number, line: number, what: string, text: string): number | null {
  const field = fields[at]
  if (field === undefined || field === '') return null
  if (!NUMBER.test(field)) throw new ParseError(FILE, line, what, text)
  return toNumber(field)
}

function toNumber(text: string): number {
  return Number(text.replace(',', '.'))
}

/**
 * perf cuts the share of time down to a whole percent, so that `0.00` may be 0.3 %. A line that was counted all the
 * time tells how long that was, hence the exact share; it is taken only where it agrees with the printed one.
 */
function withExactShare(row: CounterRow, rows: readonly CounterRow[]): CounterRow {
  if (row.state !== 'scaled' || row.runNs === null || row.percentRunning === null) return row
  const peers = rows.filter((each) => each.interval === row.interval && each.aggregate === row.aggregate)
  const enabled = Math.max(...peers.map((each) => (each.state === 'counted' ? (each.runNs ?? 0) : 0)))
  const exact = (100 * row.runNs) / enabled
  const agrees = exact >= row.percentRunning && exact < row.percentRunning + 1
  return agrees ? { ...row, percentRunning: exact } : row
}
