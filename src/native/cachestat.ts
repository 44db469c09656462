import type { CallFailure, Libc } from './libc.ts'

/** How much of a range of a file the page cache holds: cachestat(2), Linux 6.5. Pages. */
export interface CacheStat {
  readonly cached: number
  readonly dirty: number
  readonly writeback: number
  /** Were cached, and were thrown out. */
  readonly evicted: number
  /** Thrown out so lately that bringing them back would tell of memory pressure. */
  readonly recentlyEvicted: number
}

/** Of every 64-bit architecture that is supported here. */
const CACHESTAT = 451

/** A length of 0 reaches to the end of the file. */
export type CachestatCall = (fd: number, offset: number, length: number) => CacheStat | CallFailure

export function bindCachestat(libc: Libc): CachestatCall {
  const syscall = libc.func('syscall', 'long', ['long', 'long', 'void *', 'void *', 'long'])
  return (fd, offset, length) => {
    const range = BigUint64Array.of(BigInt(offset), BigInt(length))
    const answer = new BigUint64Array(5)
    const outcome = libc.outcome(syscall(CACHESTAT, fd, range, answer, 0))
    if (typeof outcome !== 'number') return outcome
    const [cached = 0, dirty = 0, writeback = 0, evicted = 0, recentlyEvicted = 0] = Array.from(answer, Number)
    return { cached, dirty, writeback, evicted, recentlyEvicted }
  }
}
