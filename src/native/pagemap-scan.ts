import { readWrite } from './ioctl.ts'
import type { CallFailure, Libc } from './libc.ts'

/** One call: which addresses, how many matching pages at most, and where the regions go. */
export interface PagemapScanCall {
  readonly start: number
  readonly end: number
  readonly maxPages: number
  /** Pages of any of these kinds are looked for, and of those these kinds told: bits of include/uapi/linux/fs.h. */
  readonly anyOf: number
  readonly told: number
  /** Room for so many regions of 24 bytes: start, end and kinds, 64 bits each. */
  readonly regions: Uint8Array
  readonly room: number
}

/** How many regions were found, and from where on the rest has not been looked at. */
export interface PagemapScanned {
  readonly count: number
  readonly walkEnd: number
}

/** Of a descriptor of `/proc/PID/pagemap`. Linux 6.7. */
export type PagemapScan = (fd: number, call: PagemapScanCall) => PagemapScanned | CallFailure

/** Bytes of struct pm_scan_arg. */
const ARGUMENT_BYTES = 96

export function bindPagemapScan(libc: Libc): PagemapScan {
  const request = readWrite(16, ARGUMENT_BYTES)
  const ioctl = libc.func('ioctl', 'int', ['int', 'ulong', 'void *'])
  return (fd, { start, end, maxPages, anyOf, told, regions, room }) => {
    const argument = BigUint64Array.of(
      BigInt(ARGUMENT_BYTES),
      0n,
      BigInt(start),
      BigInt(end),
      0n,
      BigInt(libc.addressOf(regions)),
      BigInt(room),
      BigInt(maxPages),
      0n,
      0n,
      BigInt(anyOf),
      BigInt(told),
    )
    const outcome = libc.outcome(ioctl(fd, request, argument))
    return typeof outcome === 'number' ? { count: outcome, walkEnd: Number(argument[4]) } : outcome
  }
}
