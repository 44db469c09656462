import { packDevice } from '../model/mapping-table.ts'
import type { MountEntry } from '../parsers/mountinfo.ts'

/** Type of the file system whose inodes have no pages of their own. */
export const OVERLAY = 'overlay'

const UPPER = 'upperdir='

/**
 * Where a file of an overlay lies in its upper layer, which is where all that is stored goes; as the host sees that
 * layer. `null` when the overlay has none, or the path does not lead through it.
 *
 * The overlay's own inode has no page cache (fs/overlayfs/file.c opens the file of the layer beside it), so cachestat
 * finds nothing in it, whatever the file has.
 *
 * @param path As the process has it, a binary string.
 * @param device Of the overlay, packed.
 */
export function upperPath(path: string, device: number, mounts: readonly MountEntry[]): string | null {
  const mount = mounts
    .filter((each) => packDevice(each.major, each.minor) === device && isBelow(path, each.mountPoint))
    .sort((a, b) => b.mountPoint.length - a.mountPoint.length)[0]
  const upper = mount?.superOptions.find((option) => option.startsWith(UPPER))?.slice(UPPER.length)
  if (mount === undefined || upper === undefined || !upper.startsWith('/')) return null
  const below = mount.mountPoint === '/' ? path : path.slice(mount.mountPoint.length)
  return `${upper}${mount.root === '/' ? '' : mount.root}${below}`
}

/** Whether a path is one of a directory's. */
export function isBelow(path: string, directory: string): boolean {
  return path.startsWith(directory.endsWith('/') ? directory : `${directory}/`)
}
