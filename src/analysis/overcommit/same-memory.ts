import type { ProcStatus } from '../../parsers/status.ts'

/** A process, by what tells whether it has an address space of its own. */
export interface MemoryOwner {
  readonly pid: number
  readonly ppid: number
  readonly status: ProcStatus | null
}

/**
 * Processes that have no memory of their own but their parent's (vfork, clone with CLONE_VM): it is charged once.
 *
 * No file says so. A child with all of its parent's figures, peaks and page tables included, has its parent's memory: a
 * forked one starts without the page tables of mapped files (mm/memory.c vma_needs_copy) and with peaks of its own.
 */
export function borrowersOf(owners: readonly MemoryOwner[]): ReadonlySet<number> {
  const byPid = new Map(owners.map((owner) => [owner.pid, owner]))
  const borrowers = new Set<number>()
  for (const owner of owners) {
    const own = signature(owner.status)
    if (own !== null && own === signature(byPid.get(owner.ppid)?.status ?? null)) borrowers.add(owner.pid)
  }
  return borrowers
}

function signature(status: ProcStatus | null): string | null {
  if (status === null || status.vmSize === null || status.vmHwm === null) return null
  const { vmPeak, vmSize, vmHwm, vmRss, rssAnon, rssFile, rssShmem, vmPte, vmPmd, vmData, vmStk, vmLck } = status
  return [vmPeak, vmSize, vmHwm, vmRss, rssAnon, rssFile, rssShmem, vmPte, vmPmd, vmData, vmStk, vmLck].join(' ')
}
