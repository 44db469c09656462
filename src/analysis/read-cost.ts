import type { SourceRead } from '../model/provenance.ts'

/**
 * The longest single read, in milliseconds. The kernel gives up the target's mmap lock between reads, so no mmap call
 * of the target waited longer for us than this.
 */
export function longestRead(reads: readonly SourceRead[]): number {
  return reads.reduce((longest, read) => Math.max(longest, read.longestReadMs), 0)
}
