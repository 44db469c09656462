/**
 * Addresses of the house.
 *
 * A page-aligned 64-bit address has at most 52 significant bits above 12 zero bits, so a double holds it exactly, up
 * to and including `[vsyscall]` at 0xffffffffff600000. Mapping bounds and file offsets are page-aligned on every
 * architecture, so they are plain numbers. An unaligned address (a fault's) is not exact and must not be stored so.
 */
export type Address = number

const DIGITS_PER_GROUP = 3
const GROUP = 16 ** DIGITS_PER_GROUP

/**
 * Three hex digits per entry, made when they are first asked for: `Number.prototype.toString(16)` costs 0.8 µs on doubles,
 * this 15 ns; all 4,096 took 1 ms of every start.
 */
const GROUPS: string[] = Array.from({ length: GROUP }, () => '')

/** Hexadecimal text without `0x` and without leading zeros, exact for every page-aligned address. */
export function hex(address: Address): string {
  const text = hexPadded(address)
  let first = 0
  while (first < text.length - 1 && text.charCodeAt(first) === 0x30) first++
  return first === 0 ? text : text.slice(first)
}

/** Hexadecimal text of at least twelve digits, as the kernel prints user addresses on 64-bit machines. */
export function hexPadded(address: Address): string {
  const high = Math.floor(address / 0x1000000)
  const low = address - high * 0x1000000
  const text = group(high % GROUP) + group(low / GROUP) + group(low % GROUP)
  const rest = Math.floor(high / GROUP)
  return rest < GROUP ? group(rest) + text : hexPaddedWide(rest) + text
}

function hexPaddedWide(rest: number): string {
  return rest.toString(16)
}

function group(value: number): string {
  const index = Math.floor(value)
  return GROUPS[index] || made(index)
}

function made(index: number): string {
  const digits = index.toString(16).padStart(DIGITS_PER_GROUP, '0')
  GROUPS[index] = digits
  return digits
}

/** JSON form: `"0x7f12…"`. */
export function hexJson(address: Address): string {
  return `0x${hex(address)}`
}

/** The kernel's own spelling of a mapping's range: `start-end`, lower hex, at least eight digits each. */
export function kernelRange(start: Address, end: Address): string {
  return `${hex(start).padStart(8, '0')}-${hex(end).padStart(8, '0')}`
}

/** An address that need not be aligned, in two parts, because above 2^53 a double does not hold it whole. */
export interface SplitAddress {
  /** The address with its low 12 bits cleared: exact, and at home in `Address`. */
  readonly page: Address
  /** The low 12 bits. */
  readonly low: number
}

/** JSON form of an unaligned address, exact in all 64 bits. */
export function splitJson(address: SplitAddress): string {
  const digits = hexPadded(address.page).slice(0, -DIGITS_PER_GROUP) + group(address.low)
  return `0x${digits.replace(/^0+(?=.)/, '')}`
}

/**
 * Reads an address a person typed: `0x7f…` or bare hex digits, at most 64 bits. Returns `null` when it is none.
 */
export function parseAddress(text: string): SplitAddress | null {
  const match = /^(?:0x)?([0-9a-f]{1,16})$/i.exec(text)
  if (match === null) return null
  const value = BigInt(`0x${match[1]}`)
  const low = value & 0xfffn
  return { page: Number(value - low), low: Number(low) }
}
