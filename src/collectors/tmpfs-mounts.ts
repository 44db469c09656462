import { packDevice } from '../model/mapping-table.ts'
import { type MountEntry, parseMountinfo } from '../parsers/mountinfo.ts'
import type { FileTree } from '../sources/file-tree.ts'
import type { Trees } from '../sources/trees.ts'
import { readersMounts } from './cgroup-mounts.ts'
import { readLinkText, readParsed } from './reading.ts'

/** A tmpfs as it was found mounted somewhere. */
export interface TmpfsMount {
  readonly device: number
  /** A binary string. */
  readonly mountPoint: string
  /** Bytes of its files; `NaN` when it does not count them (no limit), or could not be asked. */
  readonly used: number
  /** What it may hold; 0 for no limit. */
  readonly size: number
}

/** devtmpfs is a tmpfs too: drivers/base/devtmpfs.c. */
const TMPFS_TYPES: ReadonlySet<string> = new Set(['tmpfs', 'devtmpfs', 'rootfs'])

/**
 * The tmpfs file systems of all mount namespaces that processes were met in; a device number is host-wide.
 *
 * Namespaces are entered as the processes are read, since only then their directories are held.
 */
export class TmpfsMounts {
  /** File system type by packed device, of all mounts met: what classification asks for. */
  readonly fsTypes = new Map<number, string>()
  readonly #found = new Map<number, TmpfsMount>()
  readonly #namespaces = new Set<string>()

  constructor(trees: Trees) {
    this.#enter(readersMounts(trees), trees.root, '')
    const own = trees.own ? readLinkText(trees.proc, 'self/ns/mnt') : null
    if (own !== null) this.#namespaces.add(own)
  }

  /** Enters the mount namespace of a process, unless it is known or may not be read. */
  add(tree: FileTree): void {
    const namespace = readLinkText(tree, 'ns/mnt')
    if (namespace === null || this.#namespaces.has(namespace)) return
    this.#namespaces.add(namespace)
    this.#enter(readParsed(tree, 'mountinfo', parseMountinfo) ?? [], tree, 'root')
  }

  /** Devices of all tmpfs. */
  get devices(): ReadonlySet<number> {
    return new Set(this.#found.keys())
  }

  /** All tmpfs, each once. */
  get mounts(): readonly TmpfsMount[] {
    return [...this.#found.values()]
  }

  #enter(mounts: readonly MountEntry[], tree: FileTree, prefix: string): void {
    for (const mount of mounts) {
      const device = packDevice(mount.major, mount.minor)
      this.fsTypes.set(device, mount.fsType)
      if (!TMPFS_TYPES.has(mount.fsType)) continue
      const known = this.#found.get(device)
      if (known !== undefined && !Number.isNaN(known.used)) continue
      this.#found.set(device, { device, mountPoint: mount.mountPoint, ...spaceOf(mount, device, tree, prefix) })
    }
  }
}

/** A mount may lie hidden below another one; then the path leads to another device. */
function spaceOf(mount: MountEntry, device: number, tree: FileTree, prefix: string): Pick<TmpfsMount, 'used' | 'size'> {
  const path = prefix + Buffer.from(mount.mountPoint, 'latin1').toString('utf8')
  const facts = tree.facts(path)
  const space = facts.ok && facts.value.device === device ? tree.space(path) : null
  if (space === null || !space.ok || space.value.size === 0) return { used: Number.NaN, size: 0 }
  return { used: space.value.used, size: space.value.size }
}
