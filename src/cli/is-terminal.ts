import { fstatSync } from 'node:fs'
import { isatty } from 'node:tty'

/** Character devices of memory, /dev/null among them: include/uapi/linux/major.h MEM_MAJOR. */
const MEMORY_MAJOR = 1
/** Minor numbers below the major one, in what stat(2) tells: makedev(3). */
const MINOR_BITS = 8
const MAJOR_MASK = 0xfff

/**
 * Whether a descriptor is a terminal. Node's module that knows takes 3 ms to load, so a file, a pipe and /dev/null never
 * get as far as to ask it.
 */
export function isTerminal(descriptor: number): boolean {
  try {
    const stat = fstatSync(descriptor)
    if (!stat.isCharacterDevice() || ((stat.rdev >> MINOR_BITS) & MAJOR_MASK) === MEMORY_MAJOR) return false
  } catch {
    return false
  }
  return isatty(descriptor)
}
