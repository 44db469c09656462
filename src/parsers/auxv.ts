import { ParseError } from './parse-error.ts'

/** What `/proc/PID/auxv` says about units; `null` when the entry is absent. */
export interface Auxv {
  /** AT_PAGESZ: the base page size in bytes, the unit of every page count. */
  readonly pageSize: number | null
  /** AT_CLKTCK: ticks a second, the unit of the times in `stat`. */
  readonly clockTicks: number | null
}

const FILE = 'auxv'
const AT_NULL = 0n
const AT_PAGESZ = 6n
const AT_CLKTCK = 17n
/** Entry types are small (AT_MINSIGSTKSZ is 51); read with the wrong byte order they are astronomical. */
const MAX_TYPE = 0xffffn

/**
 * Parses `/proc/PID/auxv` (proc_pid_auxv(5)): pairs of the process's native words, type and value, up to AT_NULL.
 *
 * Empty, and so all `null`, for a process without an address space. The byte order is found from the first type, so
 * that a capture of another machine can be read.
 *
 * @param wordSize 8, or 4 for a 32-bit process; with the wrong one the entries are missing or refused.
 */
export function parseAuxv(bytes: Uint8Array, wordSize: 4 | 8 = 8): Auxv {
  if (bytes.byteLength % (2 * wordSize) !== 0) {
    throw new ParseError(FILE, 0, `whole pairs of ${wordSize}-byte words`, `${bytes.byteLength} bytes`)
  }
  const words = wordsOf(bytes, wordSize)
  const values = new Map<bigint, bigint>()
  for (let at = 0; at < words.length; at += 2) {
    const [type, value] = words.slice(at, at + 2)
    if (type === undefined || value === undefined || type === AT_NULL) break
    if (!values.has(type)) values.set(type, value)
  }
  return { pageSize: pageSizeOf(values.get(AT_PAGESZ)), clockTicks: clockTicksOf(values.get(AT_CLKTCK)) }
}

function wordsOf(bytes: Uint8Array, wordSize: 4 | 8): readonly bigint[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const read = (at: number, littleEndian: boolean): bigint =>
    wordSize === 8 ? view.getBigUint64(at, littleEndian) : BigInt(view.getUint32(at, littleEndian))
  const littleEndian = bytes.byteLength === 0 || read(0, true) <= MAX_TYPE
  return Array.from({ length: bytes.byteLength / wordSize }, (_, index) => read(index * wordSize, littleEndian))
}

function pageSizeOf(value: bigint | undefined): number | null {
  if (value === undefined) return null
  const isPowerOfTwo = value > 0n && (value & (value - 1n)) === 0n
  if (!isPowerOfTwo || value > 2n ** 32n) throw new ParseError(FILE, 0, 'a power of two as AT_PAGESZ', `${value}`)
  return Number(value)
}

function clockTicksOf(value: bigint | undefined): number | null {
  if (value === undefined) return null
  if (value === 0n || value > 1_000_000n) throw new ParseError(FILE, 0, 'ticks a second as AT_CLKTCK', `${value}`)
  return Number(value)
}
