import type { WatchIdentity } from '../../collectors/watch-sample.ts'

/**
 * Whether a process has executed a program between two looks; the PID and its start stay the same (execve(2)).
 *
 * The kernel places stack and code of each program anew, at random. Who may not see where, sees VmPeak: it never falls
 * in one address space, so where it has fallen, there is another. A program that at once takes more than the one before
 * ever had is not noticed then.
 */
export function hasExecuted(before: WatchIdentity, after: WatchIdentity): boolean {
  if (before.placedAt !== null && after.placedAt !== null) {
    return before.placedAt.some((address, index) => address !== after.placedAt?.[index])
  }
  return before.peakSize !== null && after.peakSize !== null && after.peakSize < before.peakSize
}
