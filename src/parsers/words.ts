/**
 * Files of 64-bit words in the machine's own byte order, two 32-bit halves each: pagemap, kpageflags. As BigInts they
 * took twenty times as long to read.
 */

/** Bytes of a word. */
export const WORD_BYTES = 8

const LITTLE_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1
const HIGH = LITTLE_ENDIAN ? 1 : 0
const LOW = 1 - HIGH

/** The words of a buffer as 32-bit halves, without copying; what is less than a word at the end is left out. */
export function halvesOf(bytes: Uint8Array): Uint32Array {
  return new Uint32Array(bytes.buffer, bytes.byteOffset, Math.floor(bytes.byteLength / WORD_BYTES) * 2)
}

/** Bits 32 to 63 of a word. */
export function highHalf(halves: Uint32Array, index: number): number {
  return halves[2 * index + HIGH] as number
}

/** Bits 0 to 31 of a word. */
export function lowHalf(halves: Uint32Array, index: number): number {
  return halves[2 * index + LOW] as number
}
