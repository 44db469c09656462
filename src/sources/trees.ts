import { join } from 'node:path'
import type { FileTree } from './file-tree.ts'
import { Ledger } from './ledger.ts'
import { LiveTree } from './live-tree.ts'

/** The trees a report is made from, and the account of what was read of them. */
export interface Trees {
  readonly proc: FileTree
  readonly sys: FileTree
  /** The file system of the host whose processes these are, as its first process sees it: for `/etc/passwd`. */
  readonly root: FileTree
  readonly ledger: Ledger
  /** Whether `proc` is this machine's own, in which our own process can be found. */
  readonly own: boolean
}

const OWN_PROCFS = '/proc'
const OWN_SYSFS = '/sys'

/** Opens the trees of a live host, this one's unless other mounts are named. */
export function liveTrees(procfs = OWN_PROCFS, sysfs = OWN_SYSFS): Trees {
  const ledger = new Ledger()
  const own = procfs === OWN_PROCFS
  return {
    proc: new LiveTree(procfs, ledger),
    sys: new LiveTree(sysfs, ledger),
    root: new LiveTree(own ? '/' : join(procfs, '1/root'), ledger),
    ledger,
    own,
  }
}
