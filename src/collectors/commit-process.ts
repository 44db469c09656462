import { kernelRange } from '../model/address.ts'
import type { FileFacts } from '../model/file-facts.ts'
import type { MappingTable } from '../model/mapping-table.ts'
import type { ProcStat } from '../parsers/stat.ts'
import { type ProcStatus, parseStatus } from '../parsers/status.ts'
import { parseInteger } from '../parsers/sysfs.ts'
import type { FileTree } from '../sources/file-tree.ts'
import { type AddressSpace, type DepthOptions, readAddressSpace } from './address-space.ts'
import { inFirstUserNamespace } from './limit-sample.ts'
import { liveThread } from './live-thread.ts'
import type { ScanAnswer } from './process-scan.ts'
import { readLinkText, readParsed } from './reading.ts'

/** smaps fields that tell what of a promise is used. */
export const COMMIT_FIELDS: ReadonlySet<string> = new Set(['Rss', 'Pss', 'Anonymous', 'Swap', 'SwapPss'])

/** What of a process decides about its part of Committed_AS. */
export interface CommitRead {
  readonly status: ProcStatus | null
  /** `null` where its mappings may not be read. */
  readonly space: AddressSpace | null
  /** Target of `exe`, a binary string; `null` without permission. */
  readonly exe: string | null
  /** Name of its IPC namespace; empty when it could not be read. */
  readonly ipcNamespace: string
  readonly oomScore: number | null
  /** Whether its user namespace is the first one; so taken when that cannot be read. */
  readonly firstUserNamespace: boolean
}

/** Reads one process of many, from the directory that holds it. */
export function readCommit(tree: FileTree, stat: ProcStat, depth: DepthOptions): ScanAnswer<CommitRead> {
  // The files of a group whose leader has exited are empty; another thread's have its memory.
  const thread = stat.state === 'Z' ? liveThread(tree, stat.pid) : null
  const pinned = thread === null ? null : tree.pin(`task/${thread}`)
  const source = pinned?.ok ? pinned.value : tree
  try {
    const read = readAddressSpace(source, depth)
    const status = readParsed(source, 'status', parseStatus)
    if (!read.ok && read.refusal.reason === 'gone') return 'vanished'
    // A process that is ending has given up its memory before it shows as a zombie.
    if (status === null || (read.ok && read.space.table.length === 0)) return 'vanished'
    return {
      status,
      space: read.ok ? read.space : null,
      exe: readLinkText(tree, 'exe'),
      ipcNamespace: readLinkText(tree, 'ns/ipc') ?? '',
      oomScore: readParsed(tree, 'oom_score', parseInteger),
      firstUserNamespace: inFirstUserNamespace(tree),
    }
  } finally {
    if (pinned?.ok) pinned.value[Symbol.dispose]()
  }
}

/**
 * Asks about the file behind a mapping: through `map_files`, which needs CAP_SYS_ADMIN or CAP_CHECKPOINT_RESTORE; else
 * by its path, if it is still the same file. `null` when neither is possible.
 */
export function factsOfMapping(tree: FileTree, table: MappingTable, row: number): FileFacts | null {
  const mapped = tree.facts(`map_files/${kernelRange(table.start[row] as number, table.end[row] as number)}`)
  if (mapped.ok) return mapped.value
  const name = table.nameOf(row)
  if (!name.startsWith('/')) return null
  const named = tree.facts(`root${Buffer.from(name, 'latin1').toString('utf8')}`)
  const same =
    named.ok && String(named.value.inode) === table.inodeText(row) && named.value.device === table.device.at(row)
  return same ? named.value : null
}
