import { refusalText } from '../model/errno.ts'
import type { PageCacheRefusal } from '../model/page-cache.ts'
import { displayText } from './sanitise.ts'

/** Words why the page cache of a file could not be asked about. */
export function pageCacheReason(refusal: PageCacheRefusal): string {
  switch (refusal.reason) {
    case 'no-native':
      return `cachestat cannot be called: ${displayText(Buffer.from(refusal.detail).toString('latin1'))}`
    case 'no-cachestat':
      return 'this kernel has no cachestat (Linux 6.5), or a filter forbids it'
    case 'other-file':
      return 'the path leads to another file by now, and map_files is root’s'
    case 'not-regular':
      return 'no regular file'
    case 'may-hang':
      return 'on a network or FUSE file system, or behind an automount, where opening may wait for ever; --remote opens all the same'
    case 'unknown-mount':
      return 'on a file system that is not among the mounts to be seen'
    case 'overlay':
      return 'on overlayfs, whose upper layer cannot be seen from here'
    case 'stacked':
      return 'on a file system that keeps its pages in other files'
    case 'not-yours':
      return 'the kernel tells only those who own the file or may write it'
    case 'refused':
      return `cannot be opened (${refusalText(refusal.refusal)})`
    case 'too-many':
      return 'more files than one report asks about'
  }
}
