import { isPersistent, mayHang } from '../model/file-systems.ts'
import { packDevice } from '../model/mapping-table.ts'
import type { PageCacheRead, PageCacheRefusal } from '../model/page-cache.ts'
import { opensForWriting, parseFdInfo } from '../parsers/fdinfo.ts'
import type { MountEntry } from '../parsers/mountinfo.ts'
import { parseStat } from '../parsers/stat.ts'
import type { FileTree } from '../sources/file-tree.ts'
import type { Trees } from '../sources/trees.ts'
import { askUpperLayer, type OverlayQuestion } from './dirty-files.ts'
import { OVERLAY } from './overlay.ts'
import { readLinkText, readParsed } from './reading.ts'

/** A regular file that a process has open for writing. */
export interface OpenFile {
  /** As of a mapped file: superblock device and inode. */
  readonly key: string
  /** Packed superblock device. */
  readonly device: number
  readonly inode: string
  /** As `/proc/PID/fd` has it, with ` (deleted)` where it is; a binary string. */
  readonly path: string
  readonly fsType: string
  /** `null` when the file had been asked about before. */
  readonly answer: PageCacheRead | null
}

/** The files of one process, or why none could be asked about. */
export interface OpenFiles {
  readonly files: readonly OpenFile[]
  /** Set when no further file's page cache can be asked about. */
  readonly refusal: PageCacheRefusal | null
}

/** Mounts by which an open file is known. */
export interface OpenMounts {
  /** Those that we see. */
  readonly own: readonly MountEntry[]
  /** Those that the process sees. */
  readonly theirs: readonly MountEntry[]
}

/** A process with more descriptors than this is asked about the first ones only. */
const MOST_DESCRIPTORS = 4096
/** More files than these are not asked about in one report. */
const MOST_FILES = 8192

/**
 * The files that a process has open for writing on a disk of this machine, each asked about its page cache once: what
 * write(2) stored in them shows nowhere else. Files of servers and of FUSE are left alone: opening them may hang.
 *
 * @param known Keys of files that have been asked about.
 */
export function readOpenFiles(trees: Trees, tree: FileTree, mounts: OpenMounts, known: ReadonlySet<string>): OpenFiles {
  const names = tree.list('fd')
  const found = new Map<string, OpenFile>()
  const byId = new Map([...mounts.own, ...mounts.theirs].map((mount) => [mount.mountId, mount]))
  for (const name of names.ok ? names.value.slice(0, MOST_DESCRIPTORS) : []) {
    const path = readLinkText(tree, `fd/${name}`)
    const mount = path?.startsWith('/') ? writtenMount(tree, name, byId) : null
    if (path === null || mount === null) continue
    if (known.size + found.size >= MOST_FILES) return { files: [...found.values()], refusal: { reason: 'too-many' } }
    const isKnown = (key: string): boolean => known.has(key) || found.has(key)
    const file = askOpenFile(tree, name, path, mount, isKnown, (layer) =>
      askUpperLayer(trees, { path, mounts: mounts.theirs, ...layer }, mounts.own),
    )
    if (file === null) continue
    if ('reason' in file) return { files: [], refusal: file }
    if (!found.has(file.key)) found.set(file.key, file)
  }
  return { files: [...found.values()], refusal: null }
}

/** The same of a process that was read before; nothing when it has ended since. */
export function openFilesOf(
  trees: Trees,
  process: { readonly pid: number; readonly startTime: number },
  mounts: OpenMounts,
  known: ReadonlySet<string>,
): OpenFiles {
  const pinned = trees.proc.pin(String(process.pid))
  if (!pinned.ok) return { files: [], refusal: null }
  using tree = pinned.value
  const { startTime } = readParsed(tree, 'stat', parseStat) ?? { startTime: null }
  return startTime === process.startTime ? readOpenFiles(trees, tree, mounts, known) : { files: [], refusal: null }
}

/** The mount of a file that is open for writing, and may be opened by us without waiting for anybody. */
function writtenMount(tree: FileTree, name: string, byId: ReadonlyMap<number, MountEntry>): MountEntry | null {
  const info = readParsed(tree, `fdinfo/${name}`, parseFdInfo)
  if (info === null || info.mountId === null || !opensForWriting(info)) return null
  const mount = byId.get(info.mountId)
  return mount !== undefined && isPersistent(mount.fsType) && !mayHang(mount.fsType) ? mount : null
}

function askOpenFile(
  tree: FileTree,
  name: string,
  path: string,
  mount: MountEntry,
  isKnown: (key: string) => boolean,
  askLayer: (file: Pick<OverlayQuestion, 'device' | 'inode' | 'links'>) => PageCacheRead,
): OpenFile | PageCacheRefusal | null {
  const device = packDevice(mount.major, mount.minor)
  const inodes: string[] = []
  const answer = tree.pageCache(`fd/${name}`, ({ inode }) => {
    inodes.push(String(inode))
    if (isKnown(`${device} ${inode}`)) return { reason: 'other-file' }
    return mount.fsType === OVERLAY ? { reason: 'overlay' } : null
  })
  if (!answer.ok && (answer.why.reason === 'no-native' || answer.why.reason === 'no-cachestat')) return answer.why
  const [inode] = inodes
  if (inode === undefined) return null
  const asked = answer.ok || answer.why.reason !== 'other-file'
  const own = !answer.ok && answer.why.reason === 'overlay' ? askLayer({ device, inode, links: answer.links }) : answer
  return { key: `${device} ${inode}`, device, inode, path, fsType: mount.fsType, answer: asked ? own : null }
}
