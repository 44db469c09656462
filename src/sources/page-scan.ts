import {
  PAGE_IS,
  type PageScanOrder,
  type PageScanRead,
  type PageScanRefusal,
  REGION_BYTES,
} from '../model/page-scan.ts'
import type { Read } from '../model/provenance.ts'
import { isNative, native } from '../native/native.ts'
import type { PagemapScan, PagemapScanned } from '../native/pagemap-scan.ts'
import { monotonicMs } from './clock.ts'
import type { Entry } from './ledger.ts'

/** Regions of one call, and of a scan: 24 MiB of them. */
const CALL_REGIONS = 4096
const MOST_REGIONS = 2 ** 20

const { file, present, swapped, pfnZero, huge, softDirty, guard } = PAGE_IS
const IN_USE = present | swapped
const TOLD = file | present | swapped | pfnZero | huge | softDirty

/** What puts the question, or why it cannot be put; loads the native layer, which takes a while once. */
export function pageQuestion(): PagemapScan | PageScanRefusal {
  const layer = native()
  return isNative(layer) ? layer.pagemapScan : { reason: 'no-native', detail: layer.unavailable }
}

/** What a scan came to: regions, the name of an error, or more regions than are kept. */
export type PagesScanned = Buffer | { readonly errno: string } | 'too-many'

/** Scans the ranges of an open `/proc/PID/pagemap` window by window, so that the lock is never held for long. */
export function scanPages(descriptor: number, ask: PagemapScan, order: PageScanOrder, entry: Entry): PagesScanned {
  const regions = Buffer.alloc(CALL_REGIONS * REGION_BYTES)
  const parts: Buffer[] = []
  let total = 0
  let told = TOLD | guard
  let at = 0
  for (const { start, end } of order.ranges) {
    at = Math.max(at, start)
    while (at < end) {
      const stop = Math.min(end, at + order.windowBytes)
      const from = monotonicMs()
      const call = { start: at, end: stop, maxPages: order.maxPages, anyOf: IN_USE, told, regions, room: CALL_REGIONS }
      const scanned = ask(descriptor, call)
      if ('errno' in scanned) {
        if (scanned.errno !== 'EINVAL' || (told & guard) === 0) return scanned
        told = TOLD
        continue
      }
      entry.add(scanned.count * REGION_BYTES, monotonicMs() - from)
      total += scanned.count
      if (total > MOST_REGIONS) return 'too-many'
      parts.push(Buffer.from(regions.subarray(0, scanned.count * REGION_BYTES)))
      at = progress(scanned, at, stop)
    }
  }
  return Buffer.concat(parts)
}

/** A window that could not be finished goes on where the kernel stopped; one that got nowhere is left. */
function progress({ walkEnd }: PagemapScanned, start: number, stop: number): number {
  return walkEnd > start ? walkEnd : stop
}

/** The answer about a file whose scan, if it was opened, came to something. */
export function scanOutcome(scanned: PagesScanned | null, read: Read<void>, path: string): PageScanRead {
  if (scanned === null) {
    return read.ok
      ? { ok: true, value: Buffer.alloc(0) }
      : { ok: false, why: { reason: 'refused', refusal: read.refusal } }
  }
  if (Buffer.isBuffer(scanned)) return { ok: true, value: scanned }
  if (scanned === 'too-many') return { ok: false, why: { reason: 'too-many' } }
  const { errno } = scanned
  // Kernels that do not know the call: ENOTTY; a filter of system calls: ENOSYS or EPERM, which is told as it is.
  if (errno === 'ENOTTY' || errno === 'ENOSYS') return { ok: false, why: { reason: 'no-scan' } }
  const reason = errno === 'ESRCH' ? 'gone' : 'failed'
  return { ok: false, why: { reason: 'refused', refusal: { reason, errno, path } } }
}
