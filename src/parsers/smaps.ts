import type { MappingTable } from '../model/mapping-table.ts'
import type { UsageColumn } from '../model/usage-column.ts'
import { binaryString, byteAt, COLON, type Cursor, LF, lineEnd, SPACE, startsMapping } from './ascii.ts'
import { lastLineFeed, MappingLines, SHORTEST_LINE } from './maps.ts'
import { ParseError } from './parse-error.ts'
import { BodyLayout, type FieldPlace, FLAGS_LABEL_BYTES } from './smaps-layout.ts'

const FLAGS_KEY = 'VmFlags'
const KIB = 1024

/** Which figures to keep: all of them, or those with these kernel keys. The rest is skipped at no cost. */
export type WantedKeys = 'all' | ReadonlySet<string>

/**
 * Parses `/proc/PID/smaps`, chunk by chunk, into a table.
 *
 * Grammar: fs/proc/task_mmu.c `show_smap`; proc_pid_smaps(5). Set and order of the fields differ by kernel, so the
 * layout is learnt from the first record and checked on every later one; a record that does not follow it (a value of
 * more than eight digits shifts its line) is read field by field instead. Unknown fields are kept by name.
 */
export class SmapsParser {
  readonly #table: MappingTable
  readonly #wanted: WantedKeys
  readonly #lines: MappingLines
  #layout: BodyLayout | null = null
  /** The flags last seen with each permissions, with a name and without: the next such mapping mostly has the same. */
  readonly #recentFlags = new Int32Array(32)

  constructor(table: MappingTable, wanted: WantedKeys = 'all') {
    this.#table = table
    this.#wanted = wanted
    this.#lines = new MappingLines(table, 'smaps')
  }

  /**
   * Reads every complete record of `bytes[0, length)` and returns how many bytes it used.
   *
   * With `final`, the last record ends where the text does; if that is inside a line or before its `VmFlags:`, the
   * answer was truncated, what is missing stays unknown, and the table says so. Throws `ParseError` on text that the
   * kernel does not print.
   */
  write(bytes: Uint8Array, length: number, final: boolean): number {
    const table = this.#table
    const limit = lastLineFeed(bytes, length) + 1
    table.reserve(table.length + Math.ceil(length / SHORTEST_LINE))
    const cursor: Cursor = { bytes, at: 0 }
    let used = 0
    while (cursor.at < limit && this.#readRecord(cursor, limit, final)) used = cursor.at
    if (final && used < length) table.truncated = true
    return used
  }

  /** Reads one record; false, with nothing added, when the buffer does not hold all of it. */
  #readRecord(cursor: Cursor, limit: number, final: boolean): boolean {
    const { bytes } = cursor
    const lines = this.#lines.count
    const row = this.#table.length
    this.#lines.read(cursor, row)
    const body = cursor.at
    const layout = this.#layout
    if (layout !== null && body + layout.length + FLAGS_LABEL_BYTES < limit && layout.fits(bytes, body)) {
      if (layout.read(bytes, body, row)) {
        cursor.at = this.#readFlags(bytes, body + layout.length, row)
        this.#lines.count += layout.lines + 1
        this.#table.length++
        return true
      }
    }
    const end = bodyEnd(bytes, body, limit)
    if (end === limit && !final) {
      this.#lines.count = lines
      return false
    }
    this.#readBody(bytes, body, end, row)
    cursor.at = end
    this.#table.length++
    return true
  }

  /** The careful way: every line by its key. */
  #readBody(bytes: Uint8Array, from: number, to: number, row: number): void {
    for (const column of this.#table.columns) column.set(row, Number.NaN)
    const places: FieldPlace[] = []
    const keys = new Set<string>()
    let texts = 0
    let flagsAt = -1
    let flagsEnd = -1
    for (let at = from; at < to; at = lineEnd(bytes, at) + 1) {
      this.#lines.count++
      const key = this.#readKey(bytes, at)
      // A key that comes twice means that the line between two records is lost.
      if (keys.has(key)) throw this.#malformed(bytes, at)
      keys.add(key)
      if (key === FLAGS_KEY) {
        flagsAt = at
        flagsEnd = this.#readFlags(bytes, at, row)
      } else {
        const place = this.#readField(bytes, at, from, key, row)
        if (place === null) texts++
        else places.push(place)
      }
    }
    if (flagsAt < 0 && (this.#layout !== null || to === from)) this.#table.truncated = true
    const regular = texts === 0 && flagsEnd === to && places.at(-1)?.lineEnd === flagsAt - from - 1
    if (regular && this.#layout === null) this.#layout = new BodyLayout(places, flagsAt - from)
  }

  #readKey(bytes: Uint8Array, at: number): string {
    const end = lineEnd(bytes, at)
    let colon = at
    while (colon < end && bytes[colon] !== COLON) colon++
    if (colon === end || colon === at) throw this.#malformed(bytes, at)
    return binaryString(bytes, at, colon)
  }

  #readField(bytes: Uint8Array, at: number, body: number, key: string, row: number): FieldPlace | null {
    const end = lineEnd(bytes, at)
    const colon = at + key.length
    const text = binaryString(bytes, colon + 1, end).trim()
    const match = /^(\d{1,15})( kB)?$/.exec(text)
    if (match === null) {
      if (this.#table.column(key) !== undefined) throw this.#malformed(bytes, at)
      this.#keepText(key, row, text)
      return null
    }
    const scale = match[2] === undefined ? 1 : KIB
    const column = this.#columnFor(key, scale)
    if (column !== null) column.set(row, Number(match[1]) * scale)
    return {
      firstByte: byteAt(bytes, at),
      lineStart: at - body,
      colon: colon - body,
      valueEnd: end - body - 1 - (match[2]?.length ?? 0),
      lineEnd: end - body,
      scale,
      column,
    }
  }

  #columnFor(key: string, scale: number): UsageColumn | null {
    if (this.#wanted !== 'all' && !this.#wanted.has(key)) return null
    return this.#table.column(key) ?? this.#table.addColumn(key, scale === KIB ? 'bytes' : 'number')
  }

  #keepText(key: string, row: number, text: string): void {
    const rows = this.#table.texts.get(key) ?? new Map<number, string>()
    this.#table.texts.set(key, rows.set(row, text))
  }

  /** Reads the `VmFlags:` line at `at`; returns where the next line begins. */
  #readFlags(bytes: Uint8Array, at: number, row: number): number {
    let from = at + FLAGS_LABEL_BYTES
    while (bytes[from] === SPACE) from++
    const { flagSets } = this.#table
    const slot = (this.#table.perms[row] as number) | (this.#table.name[row] === 0 ? 0 : 16)
    let end = flagSets.matchEnd(this.#recentFlags[slot] as number, bytes, from)
    // The kernel ends the list with a space.
    if (bytes[end] === SPACE) end++
    if (bytes[end] !== LF) {
      end = lineEnd(bytes, from)
      const to = bytes[end - 1] === SPACE ? end - 1 : end
      this.#recentFlags[slot] = flagSets.intern(binaryString(bytes, from, Math.max(from, to)))
    }
    this.#table.setFlags(row, (this.#recentFlags[slot] as number) + 1)
    return end + 1
  }

  #malformed(bytes: Uint8Array, at: number): ParseError {
    const text = binaryString(bytes, at, lineEnd(bytes, at))
    return new ParseError('smaps', this.#lines.count, '"Key: number kB"', text)
  }
}

/** Where the body that starts at `from` ends: at the next mapping's line, or at `limit`. */
function bodyEnd(bytes: Uint8Array, from: number, limit: number): number {
  let at = from
  while (at < limit && !startsMapping(byteAt(bytes, at))) at = lineEnd(bytes, at) + 1
  return at
}
