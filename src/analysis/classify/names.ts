import type { Kind } from '../../model/kinds.ts'

/** What a mapping's printed name alone says. */
export interface NameForm {
  /** The kind that the name proves, or `null` when more is needed. */
  readonly kind: Kind | null
  /** `path` for a file's path, `none` for no name, `kernel` for a name that only the kernel makes. */
  readonly form: 'none' | 'path' | 'kernel'
  /** What in the name proves it. */
  readonly evidence: string
  /** The name somebody gave it: of a memfd, of `[anon:…]`; a binary string. */
  readonly given: string | null
}

const DELETED = ' (deleted)'

/** What MAP_HUGETLB without a file is called (fs/hugetlbfs/inode.c hugetlb_file_setup). */
export const ANON_HUGEPAGE = /^\/anon_hugepage(?: \(deleted\))?$/

/** Names whose owner is the kernel's own tmpfs or a driver: inode present, but no path that a user could open. */
const OBJECTS: readonly (readonly [pattern: RegExp, kind: Kind])[] = [
  [/^\/memfd:(.*) \(deleted\)$/s, 'memfd'],
  [/^\/SYSV[0-9a-f]{8} \(deleted\)$/, 'sysv'],
  [/^\/secretmem \(deleted\)$/, 'secretmem'],
  [ANON_HUGEPAGE, 'hugetlb'],
  [/^\/\[aio\](?: \(deleted\))?$/, 'aio'],
  [/^anon_inode:\[io_uring\]$/, 'io-uring'],
  [/^anon_inode:\[perf_event\]$/, 'perf'],
  [/^anon_inode:bpf/, 'bpf'],
  [/^anon_inode:/, 'driver'],
  [/^socket:\[\d+\]$/, 'packet-ring'],
  [/^\[anon_shmem:(.*)\]$/s, 'anonymous-shared'],
]

/** Bracket names of areas without an inode. */
const BRACKETS: readonly (readonly [pattern: RegExp, kind: Kind])[] = [
  [/^\[heap\]$/, 'heap'],
  [/^\[stack\]$/, 'stack'],
  [/^\[stack:\d+\]$/, 'thread-stack'],
  [/^\[anon:(.*)\]$/s, 'anonymous-named'],
  [/^\[vdso\]$/, 'vdso'],
  [/^\[vvar(?:_vclock)?\]$/, 'vvar'],
  [/^\[vsyscall\]$/, 'vsyscall'],
  [/^\[.*\]$/s, 'special'],
]

const NO_NAME: NameForm = { kind: null, form: 'none', evidence: 'no name', given: null }

/**
 * Reads a name as fs/proc/task_mmu.c `show_map_vma` prints it.
 *
 * A name in brackets proves something only when there is no inode: a file may well be called `[heap]`. A memfd's or
 * SysV segment's name proves something only on the kernel's own tmpfs; `ownTmpfs` says whether the row is on it.
 */
export function nameForm(name: string, hasInode: boolean, ownTmpfs: boolean): NameForm {
  if (name === '') return NO_NAME
  const patterns = hasInode ? OBJECTS : BRACKETS
  for (const [pattern, kind] of patterns) {
    const match = pattern.exec(name)
    if (match === null) continue
    if (!ownTmpfs && (kind === 'sysv' || kind === 'memfd')) continue
    return { kind, form: 'kernel', evidence: `name ${shortName(match, name)}`, given: match[1] ?? null }
  }
  return { kind: null, form: 'path', evidence: 'a path', given: null }
}

/** The path without the kernel's ` (deleted)`; exactly one is taken off. */
export function withoutDeleted(name: string): string {
  return name.endsWith(DELETED) ? name.slice(0, -DELETED.length) : name
}

/** Whether the printed path ends in ` (deleted)`: unlinked, or really called so. */
export function endsDeleted(name: string): boolean {
  return name.endsWith(DELETED)
}

/** A given name is the program's own text and stays out of the evidence. It follows the first colon. */
function shortName(match: RegExpExecArray, name: string): string {
  const given = match[1]
  if (given === undefined) return name
  const at = name.indexOf(':') + 1
  return `${name.slice(0, at)}…${name.slice(at + given.length)}`
}
