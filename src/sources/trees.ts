import { join } from 'node:path'
import type { CaptureInfo } from '../model/capture.ts'
import type { FileTree } from './file-tree.ts'
import { Ledger } from './ledger.ts'
import { LiveTree } from './live-tree.ts'

/** The trees a report is made from, and the account of what was read of them. */
export interface Trees {
  readonly proc: FileTree
  readonly sys: FileTree
  /** The file system of the host whose processes these are, as its first process sees it: for `/etc/passwd`. */
  readonly root: FileTree
  /** The reader's own `/proc/self`: what only a process itself is told of its machine. */
  readonly reader: FileTree
  readonly ledger: Ledger
  /** Reads of `reader`: what we ask of ourselves is no part of what a report cost. */
  readonly readerLedger: Ledger
  /** Whether `proc` is this machine's own, in which our own process can be found. */
  readonly own: boolean
  /** Whether the reader is root, or was when a capture was made. */
  readonly asRoot: boolean
  /** Set when the files are those of another time: reading them costs the process nothing. */
  readonly capture: CaptureInfo | null
}

export const OWN_PROCFS = '/proc'
export const OWN_SYSFS = '/sys'

/** Opens the trees of a live host, this one's unless other mounts are named. */
export function liveTrees(procfs = OWN_PROCFS, sysfs = OWN_SYSFS): Trees {
  const ledger = new Ledger()
  const readerLedger = new Ledger()
  const own = procfs === OWN_PROCFS
  return {
    proc: new LiveTree(procfs, ledger),
    sys: new LiveTree(sysfs, ledger),
    root: new LiveTree(own ? '/' : join(procfs, '1/root'), ledger),
    reader: new LiveTree(join(OWN_PROCFS, 'self'), readerLedger),
    ledger,
    readerLedger,
    own,
    asRoot: process.geteuid?.() === 0,
    capture: null,
  }
}
