import { lines } from './lines.ts'
import { ParseError } from './parse-error.ts'

/** One line of `/proc/PID/cgroup`: the membership in one hierarchy. */
export interface CgroupEntry {
  /** 0 for cgroup v2, the number of `/proc/cgroups` for a v1 hierarchy. */
  readonly hierarchy: number
  /** v1 controllers and, as `name=systemd`, a named hierarchy; empty for v2. */
  readonly controllers: readonly string[]
  /**
   * Latin1 bytes; relative to the root of the reader's cgroup namespace, so it may begin with `/..`. A zombie's is `/`
   * in every v1 hierarchy, wherever it lived.
   */
  readonly path: string
  /**
   * v2 only: the cgroup was removed while the process was in it (as a zombie). A live cgroup whose name ends in
   * ` (deleted)` looks the same.
   */
  readonly deleted: boolean
}

/** The cgroup whose memory limits apply to a process. */
export interface MemoryCgroup {
  readonly version: 1 | 2
  readonly path: string
  readonly deleted: boolean
}

const FILE = 'cgroup'
const DELETED = ' (deleted)'
const ENTRY = /^([0-9]{1,9}):([^:]*):(\/.*)$/s

/**
 * Parses `/proc/PID/cgroup` (kernel/cgroup/cgroup.c proc_cgroup_show, cgroups(7)) of a v1, v2 or hybrid host.
 *
 * Empty on a kernel without mounted hierarchies. Line feeds cannot occur: the kernel refuses them in cgroup names.
 */
export function parseCgroup(bytes: Uint8Array): readonly CgroupEntry[] {
  return Array.from(lines(FILE, bytes), ({ number, text }) => {
    const [, hierarchy, controllers, path] = ENTRY.exec(text) ?? []
    if (hierarchy === undefined || controllers === undefined || path === undefined) {
      throw new ParseError(FILE, number, 'hierarchy:controllers:/path', text)
    }
    // Only v2 marks a removed cgroup; in v1 the suffix can only be part of the name.
    const deleted = Number(hierarchy) === 0 && path.endsWith(DELETED)
    return {
      hierarchy: Number(hierarchy),
      controllers: controllers === '' ? [] : controllers.split(','),
      path: deleted ? path.slice(0, -DELETED.length) : path,
      deleted,
    }
  })
}

/**
 * Where the memory controller accounts a process: the v1 hierarchy that holds it, else the v2 path.
 *
 * On a hybrid host both lines exist and the controller belongs to one of them only, hence the order.
 */
export function memoryCgroup(entries: readonly CgroupEntry[]): MemoryCgroup | null {
  return controllerCgroup(entries, 'memory')
}

/** The same for any controller. */
export function controllerCgroup(entries: readonly CgroupEntry[], controller: string): MemoryCgroup | null {
  const v1 = entries.find((entry) => entry.controllers.includes(controller))
  if (v1 !== undefined) return { version: 1, path: v1.path, deleted: false }
  const v2 = entries.find((entry) => entry.hierarchy === 0)
  return v2 === undefined ? null : { version: 2, path: v2.path, deleted: v2.deleted }
}

/** What of a mount tells where a cgroup's files are. */
interface CgroupMount {
  readonly fsType: string
  readonly mountPoint: string
  readonly root: string
  readonly superOptions: readonly string[]
}

/**
 * Directories of a cgroup's files and of those around it, innermost first, by the mounts of who will read them; none
 * where its hierarchy is not mounted, or only a part of it that does not hold the cgroup.
 */
export function cgroupDirectories(
  { version, path }: MemoryCgroup,
  mounts: readonly CgroupMount[],
  controller = 'memory',
): readonly string[] {
  for (const { fsType, mountPoint, root, superOptions } of mounts) {
    if (version === 2 ? fsType !== 'cgroup2' : fsType !== 'cgroup' || !superOptions.includes(controller)) continue
    const below =
      root === '/' ? path : path === root ? '/' : path.startsWith(`${root}/`) ? path.slice(root.length) : null
    if (below === null) continue
    const parts = below.split('/').filter((part) => part !== '')
    return Array.from({ length: parts.length + 1 }, (_, index) =>
      [mountPoint, ...parts.slice(0, parts.length - index)].join('/'),
    )
  }
  return []
}
