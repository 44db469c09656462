import type { MappingTable } from '../../model/mapping-table.ts'
import type { Classification } from '../classify/classification.ts'

/** Kinds of which every page is the program's own: private copies, or shared memory without a file to go back to. */
const ALL_OWN = new Set(['shmem', 'sysv', 'memfd', 'anonymous-shared'])

/**
 * Anonymous and shared memory of each mapping, shared pages by their share: what Pss_Anon and Pss_Shmem would be, which
 * the kernel tells of whole processes alone (fs/proc/task_mmu.c __show_smap).
 *
 * Where all pages of a mapping are of one sort its Pss is the answer. In the few that are mixed, a file's private
 * mappings with some pages copied, it is the number of copied pages; in a process that shares such copies with its
 * relatives, their part of what the kernel tells of the whole.
 *
 * @param total Pss_Anon + Pss_Shmem of the process, bytes; `null` when it has no relatives to share with.
 * @param shmem Whether the pages of a row's file are on tmpfs.
 */
export function anonShares(
  table: MappingTable,
  classes: Classification,
  total: number | null,
  shmem: (row: number) => boolean,
): Float64Array {
  const shares = new Float64Array(table.length)
  const mixed: number[] = []
  let known = 0
  let copied = 0
  for (let row = 0; row < table.length; row++) {
    const rss = table.value('Rss', row)
    const anonymous = table.value('Anonymous', row)
    const pss = table.value('Pss', row)
    if (ALL_OWN.has(classes.kind(row)) || shmem(row) || anonymous === rss) shares[row] = pss
    else if (anonymous > 0) {
      shares[row] = Math.min(anonymous, pss)
      mixed.push(row)
      copied += anonymous
    }
    if (mixed.at(-1) !== row) known += shares[row] as number
  }
  if (total === null || copied === 0) return shares
  const left = Math.max(0, total - known)
  for (const row of mixed) {
    shares[row] = Math.min(table.value('Pss', row), (left * table.value('Anonymous', row)) / copied)
  }
  return shares
}
