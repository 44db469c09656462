import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs'
import type { PageCacheRead, PageCacheRefusal } from '../model/page-cache.ts'
import type { CacheStat } from '../native/cachestat.ts'
import { isNative, native } from '../native/native.ts'

/** A regular file that was found, before it is opened. */
export interface FoundFile {
  readonly inode: bigint
  /** As stat says, which on btrfs and overlayfs is not the device that maps prints. */
  readonly device: bigint
  /** `/proc/self/fdinfo/FD` of it: says on which mount it was found. */
  readonly fdinfo: Buffer
}

/** What of a file was found and is not what was asked for, or nothing. */
export type FileCheck = (found: FoundFile) => PageCacheRefusal | null

/** Of asm-generic/fcntl.h; other numbers only where native calls are not made either. Node does not know it. */
const O_PATH = 0o10000000
/** Never waits (a pipe, a lease), never becomes our terminal, and leaves the access time alone. */
const OPEN = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY

/** Asks the kernel; what keeps it from being asked is an answer too. */
export type CacheQuestion = (descriptor: number) => CacheStat | PageCacheRefusal

/**
 * Asks about the page cache of the file that a path leads to.
 *
 * The file is found first without opening it (O_PATH: no driver, no pipe and no server hears of it), looked at, and only
 * if it is a regular one and `check` has nothing against it opened, through the descriptor that was looked at, so that
 * no other file can come between.
 *
 * @param refused Turns what a system call throws into a refusal.
 */
export function readPageCache(
  path: Buffer,
  check: FileCheck,
  ask: CacheQuestion,
  refused: (error: unknown) => PageCacheRefusal,
): PageCacheRead {
  let links: bigint | null = null
  try {
    return withDescriptor(openSync(path, O_PATH), (handle) => {
      const stat = fstatSync(handle, { bigint: true })
      if (!stat.isFile()) return { ok: false, why: { reason: 'not-regular' }, links }
      const fdinfo = readFileSync(`/proc/self/fdinfo/${handle}`)
      const objection = check({ inode: stat.ino, device: stat.dev, fdinfo })
      // The names of another file are of no interest.
      if (objection?.reason !== 'other-file') links = stat.nlink
      if (objection !== null) return { ok: false, why: objection, links }
      const answer = withDescriptor(openQuietly(`/proc/self/fd/${handle}`), ask)
      if ('reason' in answer) return { ok: false, why: answer, links }
      const { cached, dirty, writeback } = answer
      return { ok: true, value: { cached, dirty, writeback }, links: stat.nlink }
    })
  } catch (error) {
    return { ok: false, why: refused(error), links }
  }
}

/** What puts the question, or what keeps it from being put; loads the native layer, which takes a while once. */
export function cacheQuestion(label: string): CacheQuestion {
  const layer = native()
  if (!isNative(layer)) return () => ({ reason: 'no-native', detail: layer.unavailable })
  return (descriptor) => {
    const answer = layer.cachestat(descriptor, 0, 0)
    return 'errno' in answer ? callRefusal(answer.errno, label) : answer
  }
}

/** O_NOATIME is the owner's and root's right alone; nothing is read, so that it hardly matters. */
function openQuietly(path: string): number {
  try {
    return openSync(path, OPEN | constants.O_NOATIME)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') throw error
    return openSync(path, OPEN)
  }
}

function callRefusal(errno: string, path: string): PageCacheRefusal {
  if (errno === 'ENOSYS') return { reason: 'no-cachestat' }
  if (errno === 'EPERM') return { reason: 'not-yours' }
  return { reason: 'refused', refusal: { reason: 'failed', errno, path } }
}

function withDescriptor<Value>(descriptor: number, use: (descriptor: number) => Value): Value {
  try {
    return use(descriptor)
  } finally {
    closeSync(descriptor)
  }
}
