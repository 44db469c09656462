import type { Trees } from '../sources/trees.ts'
import { readLinkText } from './reading.ts'

/** A memfd that a process holds open, mapped or not. */
export interface OpenMemfd {
  readonly pid: number
  /** As the link says, without ` (deleted)`; a binary string. */
  readonly name: string
  readonly device: number
  readonly inode: string
  /** Its pages in RAM or swap, in bytes. */
  readonly allocated: number
}

const TMPFS_MAGIC = 0x01021994

/** Looks through the open files of processes for memfds, each once; those on hugetlbfs are none of ours. */
export function openMemfds(trees: Trees, pids: readonly number[]): readonly OpenMemfd[] {
  const found = new Map<string, OpenMemfd>()
  for (const pid of pids) {
    const pinned = trees.proc.pin(String(pid))
    if (!pinned.ok) continue
    using tree = pinned.value
    const names = tree.list('fd')
    for (const name of names.ok ? names.value : []) {
      const target = readLinkText(tree, `fd/${name}`)
      if (!target?.startsWith('/memfd:')) continue
      const facts = tree.facts(`fd/${name}`)
      const space = tree.space(`fd/${name}`)
      if (!facts.ok || !space.ok || space.value.type !== TMPFS_MAGIC) continue
      const { device, inode, allocated } = facts.value
      const key = `${device}:${inode}`
      if (found.has(key)) continue
      const bare = target.replace(/ \(deleted\)$/, '')
      found.set(key, { pid, name: bare, device, inode: String(inode), allocated: Number(allocated) })
    }
  }
  return [...found.values()]
}
