import { mayHang } from '../model/file-systems.ts'
import { packDevice, packStatDevice } from '../model/mapping-table.ts'
import type { PageCacheRead, PageCacheRefusal } from '../model/page-cache.ts'
import { parseFdInfo } from '../parsers/fdinfo.ts'
import type { MountEntry } from '../parsers/mountinfo.ts'
import { parseStat } from '../parsers/stat.ts'
import type { FileTree } from '../sources/file-tree.ts'
import type { FileCheck, FoundFile } from '../sources/page-cache.ts'
import type { Trees } from '../sources/trees.ts'
import { isBelow, OVERLAY, upperPath } from './overlay.ts'
import { readParsed } from './reading.ts'

/** A mapped file, and the process to reach it through. */
export interface FileQuestion {
  readonly key: string
  readonly pid: number
  /** Of that process, in ticks since boot: a PID may have become another's. */
  readonly startTime: number
  /** Range of a mapping of the file, as the kernel spells it. */
  readonly range: string
  /** As maps prints it, a binary string. */
  readonly path: string
  /** As maps prints it, packed. */
  readonly device: number
  readonly inode: string
  readonly fsType: string | null
  /** Mounts as the process sees them. */
  readonly mounts: readonly MountEntry[]
}

/** How far to go for an answer. */
export interface AskOptions {
  /** Also open files of network and FUSE file systems, which may wait for a server that does not answer. */
  readonly remote: boolean
  /** Ask about so many files at most. */
  readonly most: number
  /** The mounts that we see. */
  readonly mounts: readonly MountEntry[]
}

/** Asks what the page cache holds of files, each through a process that maps it. */
export function askPageCache(
  trees: Trees,
  questions: readonly FileQuestion[],
  options: AskOptions,
): ReadonlyMap<string, PageCacheRead> {
  const answers = new Map<string, PageCacheRead>()
  questions.slice(options.most).forEach(({ key }) => {
    answers.set(key, refusal({ reason: 'too-many' }))
  })
  const byProcess = new Map<number, FileQuestion[]>()
  for (const question of questions.slice(0, options.most)) {
    const own = byProcess.get(question.pid)
    if (own === undefined) byProcess.set(question.pid, [question])
    else own.push(question)
  }
  for (const [pid, own] of byProcess) askThrough(trees, pid, own, options, answers)
  return answers
}

function askThrough(
  trees: Trees,
  pid: number,
  questions: readonly FileQuestion[],
  options: AskOptions,
  answers: Map<string, PageCacheRead>,
): void {
  const pinned = trees.proc.pin(String(pid))
  if (!pinned.ok) {
    for (const { key } of questions) answers.set(key, refusal({ reason: 'refused', refusal: pinned.refusal }))
    return
  }
  using tree = pinned.value
  const { startTime } = readParsed(tree, 'stat', parseStat) ?? { startTime: null }
  for (const question of questions) {
    answers.set(question.key, startTime === question.startTime ? ask(trees, tree, question, options) : gone(tree))
  }
}

function gone(tree: FileTree): PageCacheRead {
  return refusal({ reason: 'refused', refusal: { reason: 'gone', errno: 'ESRCH', path: tree.pathOf('.') } })
}

/**
 * `map_files` leads to the mapped file itself, whatever has become of its name, and is root's. The path, below the root
 * of the process, is for all who may open the file; it may lead elsewhere by now, which the check finds out.
 */
function ask(trees: Trees, tree: FileTree, question: FileQuestion, options: AskOptions): PageCacheRead {
  const { fsType, path, range } = question
  if (fsType === null) return refusal({ reason: 'unknown-mount' })
  if (!options.remote && mayHang(fsType)) return refusal({ reason: 'may-hang' })
  if (fsType === OVERLAY) {
    const { links } = tree.pageCache(`map_files/${range}`, () => ({ reason: 'overlay' }))
    return askUpperLayer(trees, { ...question, links }, options.mounts)
  }
  const mapped = tree.pageCache(`map_files/${range}`, () => null)
  if (mapped.ok || mapped.why.reason !== 'refused') return mapped
  if (!options.remote && crossesRemote(path, question.mounts)) return refusal({ reason: 'may-hang' })
  return tree.pageCache(`root${path}`, sameFile(question))
}

/** A file of an overlay. */
export interface OverlayQuestion extends Pick<FileQuestion, 'path' | 'device' | 'inode' | 'mounts'> {
  /** Names it has, where it could be looked at. */
  readonly links: bigint | null
}

/** What the upper layer of an overlay holds of a file; it is found where the host has it mounted. */
export function askUpperLayer(
  trees: Trees,
  { path, device, inode, mounts, links }: OverlayQuestion,
  own: readonly MountEntry[],
): PageCacheRead {
  const hidden: PageCacheRead = { ok: false, why: { reason: 'overlay' }, links }
  const upper = upperPath(path, device, mounts)
  if (upper === null || crossesRemote(upper, own)) return hidden
  const read = trees.root.pageCache(upper.slice(1), (found) => {
    const layer = fileSystemOf(found, own)
    // The overlay gives its files the inodes of the layer, unless the layers are of several file systems.
    const same = String(found.inode) === inode && layer !== null && layer !== OVERLAY && !mayHang(layer)
    return same ? null : { reason: 'overlay' }
  })
  if (read.ok) return { ...read, links: links ?? read.links }
  return read.why.reason === 'refused' ? hidden : { ...read, links }
}

/** Whether walking to a file may wait for a server, or mount something. */
function crossesRemote(path: string, mounts: readonly MountEntry[]): boolean {
  return mounts.some(({ mountPoint, fsType }) => mayHang(fsType) && isBelow(path, mountPoint))
}

/**
 * Whether a file is the mapped one: its inode, on the same superblock. The device of stat is another one on btrfs and
 * overlayfs, so that the mount it was found on is looked up too.
 */
function sameFile({ inode, device, mounts }: FileQuestion): FileCheck {
  return (found) => {
    const same =
      String(found.inode) === inode &&
      (packStatDevice(found.device) === device || mountDevice(found, mounts) === device)
    return same ? null : { reason: 'other-file' }
  }
}

function mountDevice(found: FoundFile, mounts: readonly MountEntry[]): number | null {
  const mount = mountOf(found, mounts)
  return mount === undefined ? null : packDevice(mount.major, mount.minor)
}

function fileSystemOf(found: FoundFile, mounts: readonly MountEntry[]): string | null {
  return mountOf(found, mounts)?.fsType ?? null
}

function mountOf({ fdinfo }: FoundFile, mounts: readonly MountEntry[]): MountEntry | undefined {
  const { mountId } = parseFdInfo(fdinfo)
  return mountId === null ? undefined : mounts.find((each) => each.mountId === mountId)
}

function refusal(why: PageCacheRefusal): PageCacheRead {
  return { ok: false, why, links: null }
}
