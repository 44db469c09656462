/** What a process holds that others may hold too, in bytes. */
export interface Held {
  /** RssAnon + RssShmem. */
  readonly own: number
  readonly shmem: number
}

/**
 * How much of a sum of Pss_Anon and Pss_Shmem over running processes may be counted twice, at most, in bytes.
 *
 * They are read one after the other. Who gives a shared page back after it was read leaves a larger share to those that
 * are read later, by no more than all that it gave back; who comes to share a page of shared memory meanwhile counts a
 * share that the others have counted as theirs: half of the page at most.
 *
 * @param before By PID, read before the first of them.
 * @param after Read after the last; who is missing has given everything back.
 */
export function countedTwice(before: ReadonlyMap<number, Held>, after: ReadonlyMap<number, Held>): number {
  let bytes = 0
  for (const [pid, { own, shmem }] of before) {
    const now = after.get(pid) ?? { own: 0, shmem: 0 }
    bytes += Math.max(0, own - now.own) + Math.max(0, now.shmem - shmem) / 2
  }
  return bytes
}
