import { type MappingTable, packDevice } from '../model/mapping-table.ts'
import { EXEC, READ, SHARED, WRITE } from '../model/perms.ts'
import { binaryString, byteAt, COLON, type Cursor, DASH, LF, lineEnd, readDecimal, readHex, SPACE } from './ascii.ts'
import { ParseError } from './parse-error.ts'

/** Shortest line, in bytes: addresses and offset of eight digits, no name. Bounds how many rows a chunk can hold. */
export const SHORTEST_LINE = 41
/** The kernel's `dev_t` has 12 bits for the major number and 20 for the minor. */
const MAJORS = 2 ** 12
const MINORS = 2 ** 20
/** Decimal digits that a double always holds exactly. */
const EXACT_DIGITS = 15

/**
 * Parses `/proc/PID/maps`, chunk by chunk, into a table.
 *
 * Grammar: fs/proc/task_mmu.c `show_vma_header_prefix`, fs/seq_file.c `seq_path`; proc_pid_maps(5). The name is all
 * that follows the padding up to the line feed: it may hold spaces, also at its end, and any byte but NUL.
 */
export class MapsParser {
  readonly #table: MappingTable
  readonly #lines: MappingLines

  constructor(table: MappingTable) {
    this.#table = table
    this.#lines = new MappingLines(table, 'maps')
  }

  /**
   * Reads every complete line of `bytes[0, length)` and returns how many bytes it used.
   *
   * With `final`, what remains without a line feed is a truncated answer: it is dropped, and the table says so.
   * Throws `ParseError` on a line that the kernel does not print.
   */
  write(bytes: Uint8Array, length: number, final: boolean): number {
    const table = this.#table
    const limit = lastLineFeed(bytes, length)
    table.reserve(table.length + Math.ceil(length / SHORTEST_LINE))
    const cursor: Cursor = { bytes, at: 0 }
    while (cursor.at <= limit) {
      this.#lines.read(cursor, table.length)
      table.length++
    }
    if (final && cursor.at < length) table.truncated = true
    return cursor.at
  }
}

/** Reads the line that begins a mapping's record, in maps and in smaps alike. */
export class MappingLines {
  /** Lines read so far, for error messages; smaps adds those of the bodies. */
  count = 0

  readonly #table: MappingTable
  readonly #file: string
  /** Names repeat with their inode, so the last name of an inode is nearly always the one. */
  readonly #nameOfInode = new Map<number, number>()

  constructor(table: MappingTable, file: string) {
    this.#table = table
    this.#file = file
  }

  /** Reads one line into `row`; the caller knows that the buffer holds its line feed. */
  read(cursor: Cursor, row: number): void {
    const from = cursor.at
    this.count++
    const table = this.#table
    const start = readHex(cursor)
    const dash = take(cursor, DASH)
    const end = readHex(cursor)
    const space = take(cursor, SPACE)
    const perms = readPerms(cursor)
    const offset = readHex(cursor)
    const space2 = take(cursor, SPACE)
    const device = readDevice(cursor)
    const inodeAt = cursor.at
    const inode = readDecimal(cursor)
    if (!(dash && space && space2 && perms >= 0 && end > start && offset >= 0 && device >= 0 && inode >= 0)) {
      throw this.#malformed(cursor.bytes, from)
    }
    table.start[row] = start
    table.end[row] = end
    table.offset.set(row, offset)
    table.perms[row] = perms
    table.device.set(row, device)
    table.inode.set(row, inode)
    table.setFlags(row, 0)
    if (cursor.at - inodeAt > EXACT_DIGITS) this.#keepExactInode(row, cursor.bytes, inodeAt, cursor.at)
    table.setName(row, this.#readName(cursor, from, inode))
  }

  #readName(cursor: Cursor, lineStart: number, inode: number): number {
    const { bytes } = cursor
    let at = cursor.at
    if (byteAt(bytes, at) !== SPACE || at - lineStart < SHORTEST_LINE - 2) throw this.#malformed(bytes, lineStart)
    while (byteAt(bytes, at) === SPACE) at++
    if (byteAt(bytes, at) === LF) {
      cursor.at = at + 1
      return 0
    }
    const known = this.#nameOfInode.get(inode)
    if (known !== undefined) {
      const end = this.#table.names.matchEnd(known, bytes, at)
      if (bytes[end] === LF) {
        cursor.at = end + 1
        return known
      }
    }
    const to = lineEnd(bytes, at)
    cursor.at = to + 1
    const id = this.#table.names.intern(binaryString(bytes, at, to))
    this.#nameOfInode.set(inode, id)
    return id
  }

  #keepExactInode(row: number, bytes: Uint8Array, from: number, to: number): void {
    if (to - from > 20) throw new ParseError(this.#file, this.count, 'an inode of at most 64 bits')
    this.#table.bigInodes.set(row, binaryString(bytes, from, to))
  }

  #malformed(bytes: Uint8Array, from: number): ParseError {
    const text = binaryString(bytes, from, lineEnd(bytes, from))
    return new ParseError(this.#file, this.count, '"start-end perms offset device inode [name]"', text)
  }
}

/** Index of the last line feed in `bytes[0, length)`, or -1. */
export function lastLineFeed(bytes: Uint8Array, length: number): number {
  let at = length - 1
  while (at >= 0 && bytes[at] !== LF) at--
  return at
}

function take(cursor: Cursor, byte: number): boolean {
  return cursor.bytes[cursor.at++] === byte
}

/** `rwxp` and a space as bits, -1 when it is anything else. */
function readPerms(cursor: Cursor): number {
  const { bytes, at } = cursor
  cursor.at = at + 5
  const read = permBit(byteAt(bytes, at), 0x72, READ)
  const write = permBit(byteAt(bytes, at + 1), 0x77, WRITE)
  const exec = permBit(byteAt(bytes, at + 2), 0x78, EXEC)
  const kind = byteAt(bytes, at + 3)
  const shared = kind === 0x73 ? SHARED : kind === 0x70 ? 0 : -1
  return byteAt(bytes, at + 4) === SPACE && Math.min(read, write, exec, shared) >= 0 ? read | write | exec | shared : -1
}

function permBit(byte: number, letter: number, bit: number): number {
  if (byte === letter) return bit
  return byte === DASH ? 0 : -1
}

/** `fe:00` and a space, packed; `NaN` when malformed or larger than the kernel's own. */
function readDevice(cursor: Cursor): number {
  const major = readHex(cursor)
  const colon = take(cursor, COLON)
  const minor = readHex(cursor)
  const space = take(cursor, SPACE)
  return colon && space && major < MAJORS && minor < MINORS ? packDevice(major, minor) : Number.NaN
}
