import type { FileTree } from './file-tree.ts'
import { Ledger } from './ledger.ts'
import { LiveTree } from './live-tree.ts'

/** The trees a report is made from, and the account of what was read of them. */
export interface Trees {
  readonly proc: FileTree
  readonly sys: FileTree
  /** Files of the machine itself that are in neither, such as `/etc/passwd`. */
  readonly root: FileTree
  readonly ledger: Ledger
  /** Whether `proc` is this machine's own, in which our own process can be found. */
  readonly own: boolean
}

export const OWN_PROCFS = '/proc'
export const OWN_SYSFS = '/sys'

/** Opens the trees of a live host, this one's unless other mounts are named. */
export function liveTrees(procfs = OWN_PROCFS, sysfs = OWN_SYSFS): Trees {
  const ledger = new Ledger()
  return {
    proc: new LiveTree(procfs, ledger),
    sys: new LiveTree(sysfs, ledger),
    root: new LiveTree('/', ledger),
    ledger,
    own: procfs === OWN_PROCFS,
  }
}
