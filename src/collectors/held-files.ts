import { parseFdInfo } from '../parsers/fdinfo.ts'
import type { MountEntry } from '../parsers/mountinfo.ts'
import type { FileTree } from '../sources/file-tree.ts'
import { readParsed } from './reading.ts'

/** A file without a name that lives in memory and is kept by an open descriptor. */
export interface HeldFile {
  readonly kind: 'memfd' | 'tmpfs'
  readonly fd: number
  /** As the link says, without ` (deleted)`; a binary string. */
  readonly name: string
  /** Packed as in maps. */
  readonly device: number
  readonly inode: string
  /** Its pages in RAM or swap, in bytes. */
  readonly allocated: number
}

/** A process with more descriptors than this is asked about the first ones only. */
const MOST_DESCRIPTORS = 4096
const DELETED = ' (deleted)'
const TMPFS_MAGIC = 0x01021994

/**
 * The memfds and deleted tmpfs files that a process has open, each once; `null` where its descriptors may not be seen.
 * Files of other file systems are not asked about: those of a server that is gone would make us wait.
 */
export function collectHeldFiles(tree: FileTree, mounts: readonly MountEntry[]): readonly HeldFile[] | null {
  const names = tree.list('fd')
  if (!names.ok) return null
  const tmpfs = new Set(mounts.filter(({ fsType }) => fsType === 'tmpfs').map(({ mountId }) => mountId))
  const found = new Map<string, HeldFile>()
  for (const name of names.value.slice(0, MOST_DESCRIPTORS)) {
    const link = tree.link(`fd/${name}`)
    if (!link.ok && link.refusal.reason !== 'gone') return null
    const file = link.ok ? heldFile(tree, name, link.value.toString('latin1'), tmpfs) : null
    if (file !== null && !found.has(keyOf(file))) found.set(keyOf(file), file)
  }
  return [...found.values()].sort((a, b) => a.fd - b.fd)
}

function heldFile(tree: FileTree, name: string, target: string, tmpfs: ReadonlySet<number>): HeldFile | null {
  if (!target.startsWith('/') || !target.endsWith(DELETED)) return null
  const kind = target.startsWith('/memfd:') ? 'memfd' : 'tmpfs'
  const here = kind === 'memfd' ? isOnTmpfs(tree, name) : tmpfs.has(mountOf(tree, name))
  const facts = here ? tree.facts(`fd/${name}`) : null
  if (facts === null || !facts.ok || facts.value.links !== 0n) return null
  const { device, inode, allocated } = facts.value
  const bare = target.slice(0, -DELETED.length)
  return { kind, fd: Number(name), name: bare, device, inode: String(inode), allocated: Number(allocated) }
}

/** Those on hugetlbfs take pages of a pool, which is another matter. */
function isOnTmpfs(tree: FileTree, name: string): boolean {
  const space = tree.space(`fd/${name}`)
  return space.ok && space.value.type === TMPFS_MAGIC
}

function mountOf(tree: FileTree, name: string): number {
  return readParsed(tree, `fdinfo/${name}`, parseFdInfo)?.mountId ?? Number.NaN
}

function keyOf({ device, inode }: HeldFile): string {
  return `${device}:${inode}`
}
