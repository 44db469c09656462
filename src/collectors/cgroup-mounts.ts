import { type MountEntry, parseMountinfo } from '../parsers/mountinfo.ts'
import type { FileTree } from '../sources/file-tree.ts'
import type { Trees } from '../sources/trees.ts'
import { readParsed } from './reading.ts'

/** Where a controller is mounted. */
export interface CgroupMount {
  readonly version: 1 | 2
  /** The part of the hierarchy that is mounted, as paths of `/proc/PID/cgroup` begin. */
  readonly root: string
  /** The tree to read and the mount point in it. */
  readonly tree: FileTree
  readonly directory: string
}

/**
 * Finds where the hierarchies of a controller are mounted, from the mounts of a process that shares the reader's view of
 * them.
 */
export function cgroupMounts(
  trees: Trees,
  mounts: readonly MountEntry[],
  controller = 'memory',
): readonly CgroupMount[] {
  const found: CgroupMount[] = []
  for (const mount of mounts) {
    const v1 = mount.fsType === 'cgroup' && mount.superOptions.includes(controller)
    if (!v1 && mount.fsType !== 'cgroup2') continue
    found.push({ version: v1 ? 1 : 2, root: mount.root, ...placeOf(trees, mount) })
  }
  return found
}

/** The mounts as this reader sees them; another host's are those of its first process. */
export function readersMounts(trees: Trees): readonly MountEntry[] {
  const ours = trees.own || trees.capture !== null ? readParsed(trees.reader, 'mountinfo', parseMountinfo) : null
  return ours ?? readParsed(trees.proc, '1/mountinfo', parseMountinfo) ?? []
}

/** Whether a cgroup is there in any hierarchy; `null` when none is mounted that could hold it. */
export function cgroupExists(trees: Trees, path: string): boolean | null {
  const mounts = readersMounts(trees).filter(({ fsType }) => fsType === 'cgroup' || fsType === 'cgroup2')
  const answers = mounts.flatMap((mount) => {
    const steps = stepsBelow(mount.root, path)
    if (steps === null) return []
    const { tree, directory } = placeOf(trees, mount)
    return [tree.list([directory, ...steps].join('/')).ok]
  })
  return answers.length === 0 ? null : answers.includes(true)
}

function placeOf(trees: Trees, { mountPoint }: MountEntry): Pick<CgroupMount, 'tree' | 'directory'> {
  const point = Buffer.from(mountPoint, 'latin1').toString('utf8')
  return point.startsWith('/sys/')
    ? { tree: trees.sys, directory: point.slice('/sys/'.length) }
    : { tree: trees.root, directory: point.slice(1) }
}

/** Names from the mounted root down to a cgroup; `null` when it lies outside of what is mounted. */
export function stepsBelow(root: string, path: string): readonly string[] | null {
  const base = root === '/' ? '' : root
  if (path !== base && !path.startsWith(`${base}/`)) return null
  const steps = path.slice(base.length).split('/').filter(Boolean)
  return steps.includes('..') ? null : steps
}

/** A cgroup's path as `/proc/PID/cgroup` has it, from its names below the mounted root. */
export function cgroupPath(mount: CgroupMount, below: string): string {
  return `${mount.root === '/' ? '' : mount.root}${below === '' ? '' : `/${below}`}` || '/'
}

/** A file of a cgroup in the tree that holds it; `below` is a binary string. */
export function cgroupFile(mount: CgroupMount, below: string, file: string): string {
  return [mount.directory, Buffer.from(below, 'latin1').toString('utf8'), file].filter((each) => each !== '').join('/')
}
