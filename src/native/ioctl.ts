import type { CallFailure, Libc } from './libc.ts'

/** Questions about memory that have no file: ioctl(2) on descriptors of procfs, include/uapi/linux/fs.h. */
export interface MemoryIoctls {
  /** PAGEMAP_SCAN of a part of the address space without asking for regions: 0 where the kernel knows it (Linux 6.7). */
  scanPages(pagemap: number, start: number, end: number): number | CallFailure
  /** PROCMAP_QUERY for the mapping at an address or the next one: where it begins (Linux 6.11). */
  mappingAt(maps: number, address: number): number | CallFailure
}

/** Longs of struct pm_scan_arg and struct procmap_query. */
const SCAN_LONGS = 12
const QUERY_LONGS = 13
const PAGE_IS_PRESENT = 0x8n
const COVERING_OR_NEXT = 0x10n

export function bindIoctls(libc: Libc): MemoryIoctls {
  const ioctl = libc.func('ioctl', 'int', ['int', 'ulong', 'void *'])
  const scan = readWrite(16, SCAN_LONGS * 8)
  const query = readWrite(17, QUERY_LONGS * 8)
  return {
    scanPages: (pagemap, start, end) => {
      const request = new BigUint64Array(SCAN_LONGS)
      request[0] = BigInt(request.byteLength)
      request[2] = BigInt(start)
      request[3] = BigInt(end)
      request[9] = PAGE_IS_PRESENT
      request[11] = PAGE_IS_PRESENT
      return libc.outcome(ioctl(pagemap, scan, request))
    },
    mappingAt: (maps, address) => {
      const request = new BigUint64Array(QUERY_LONGS)
      request[0] = BigInt(request.byteLength)
      request[1] = COVERING_OR_NEXT
      request[2] = BigInt(address)
      const outcome = libc.outcome(ioctl(maps, query, request))
      return typeof outcome === 'number' ? Number(request[3]) : outcome
    },
  }
}

/** `_IOWR('f', number, size)`: include/uapi/asm-generic/ioctl.h; PowerPC has bits of its own for the direction. */
export function readWrite(number: number, size: number): number {
  const direction = process.arch === 'ppc64' ? 6 * 2 ** 29 : 3 * 2 ** 30
  return direction + size * 2 ** 16 + 'f'.charCodeAt(0) * 2 ** 8 + number
}
