/** Byte-level reading for the two formats that are long enough to need it: maps and smaps. */

export const LF = 0x0a
export const SPACE = 0x20
export const DASH = 0x2d
export const COLON = 0x3a
const ZERO = 0x30
const NINE = 0x39

/** A position in a buffer; the small functions below move it. */
export interface Cursor {
  bytes: Uint8Array
  at: number
}

const HEX_VALUES = hexValues()

/** The byte at an index that the caller knows to be inside the buffer. */
export function byteAt(bytes: Uint8Array, index: number): number {
  return bytes[index] as number
}

/** Whether a line that begins with this byte can be a mapping's first line (lower hex), not a field of its body. */
export function startsMapping(byte: number): boolean {
  return HEX_VALUES[byte] !== -1
}

/**
 * Reads lower-case hex digits; `NaN` when there are none, more than sixteen, or more than a double holds exactly.
 *
 * Six digits at a time stay in a small integer, which is what makes this loop cheap.
 */
export function readHex(cursor: Cursor): number {
  const { bytes } = cursor
  const from = cursor.at
  let at = from
  let high = 0
  let low = 0
  let pending = 0
  for (let digit = hexValue(bytes, at); digit >= 0; digit = hexValue(bytes, at)) {
    low = (low << 4) | digit
    at++
    if (++pending === 6) {
      high = high * 0x1000000 + low
      low = 0
      pending = 0
    }
  }
  cursor.at = at
  const digits = at - from
  if (digits > 12 && !isExactWide(bytes, from, at)) return Number.NaN
  return digits === 0 ? Number.NaN : high * (1 << (4 * pending)) + low
}

/** A wide address is exact in a double when its low three digits are zero, as in every page-aligned one. */
function isExactWide(bytes: Uint8Array, from: number, to: number): boolean {
  if (to - from > 16) return false
  if (to - from === 13) return true
  return bytes[to - 1] === ZERO && bytes[to - 2] === ZERO && bytes[to - 3] === ZERO
}

function hexValue(bytes: Uint8Array, at: number): number {
  return HEX_VALUES[byteAt(bytes, at)] as number
}

/** Reads decimal digits as a double; `NaN` when there are none. Exact up to fifteen digits. */
export function readDecimal(cursor: Cursor): number {
  const { bytes } = cursor
  let at = cursor.at
  let value = 0
  for (let byte = byteAt(bytes, at); byte >= ZERO && byte <= NINE; byte = byteAt(bytes, ++at)) {
    value = value * 10 + (byte - ZERO)
  }
  const none = at === cursor.at
  cursor.at = at
  return none ? Number.NaN : value
}

/** The decimal number whose last digit is at `last`, with a space or TAB before it; `NaN` when it is anything else. */
export function decimalEndingAt(bytes: Uint8Array, last: number): number {
  let value = byteAt(bytes, last) - ZERO
  if (value < 0 || value > 9) return Number.NaN
  let at = last - 1
  let scale = 10
  for (let byte = byteAt(bytes, at); byte > SPACE; byte = byteAt(bytes, --at)) {
    const digit = byte - ZERO
    if (digit < 0 || digit > 9) return Number.NaN
    value += digit * scale
    scale *= 10
  }
  return value
}

/** Index of the next line feed at or after `from`; the caller knows that there is one. */
export function lineEnd(bytes: Uint8Array, from: number): number {
  let at = from
  while (bytes[at] !== LF) at++
  return at
}

/** The bytes as a binary string: one character a byte, nothing decoded. */
export function binaryString(bytes: Uint8Array, from: number, to: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from).toString('latin1')
}

function hexValues(): Int8Array {
  const values = new Int8Array(256).fill(-1)
  for (let digit = 0; digit < 16; digit++) values[digit.toString(16).charCodeAt(0)] = digit
  return values
}
