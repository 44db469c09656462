import { type LimitValue, parseLimits } from '../parsers/limits.ts'
import { parseStatm } from '../parsers/statm.ts'
import type { FileTree } from '../sources/file-tree.ts'
import type { Trees } from '../sources/trees.ts'
import { scanProcesses } from './process-scan.ts'
import { listPids } from './processes.ts'
import { readParsed } from './reading.ts'

/** What stacks of threads may hold of Committed_AS, over all processes. */
export interface ThreadPromise {
  /** Threads beside the first of each process, whose stack is charged as it grows. */
  readonly threads: number
  /** Bytes, at most: each with a stack of the usual size, and no process more than its writable memory. */
  readonly stacks: number
}

/** Of glibc on x86-64 where RLIMIT_STACK is unlimited: ARCH_STACK_DEFAULT_SIZE. */
const WITHOUT_LIMIT = 2 * 2 ** 20

/**
 * Adds up what the stacks of all threads may have been promised. glibc maps each PROT_NONE and makes it writable, which
 * charges all of it (mm/mprotect.c), of the size of RLIMIT_STACK unless the program says otherwise. Read from files that
 * everybody may read; no page is walked.
 */
export function collectThreadPromise(trees: Trees, pageSize: number): ThreadPromise {
  const { processes } = scanProcesses(trees, listPids(trees), (tree, { numThreads }) => {
    const threads = numThreads - 1
    return threads === 0 ? { threads, stacks: 0 } : { threads, stacks: stacksOf(tree, threads, pageSize) }
  })
  return {
    threads: processes.reduce((sum, { facts }) => sum + facts.threads, 0),
    stacks: processes.reduce((sum, { facts }) => sum + facts.stacks, 0),
  }
}

/** Of one process; 0 where its files do not tell, so that nothing is explained by what is not known. */
function stacksOf(tree: FileTree, threads: number, pageSize: number): number {
  const limit = readParsed(tree, 'limits', parseLimits)?.get('Max stack size')
  const statm = readParsed(tree, 'statm', parseStatm)
  if (limit === undefined || statm === null) return 0
  return Math.min(threads * stackSize(limit.soft), statm.data * pageSize)
}

function stackSize(limit: LimitValue): number {
  return limit === 'unlimited' ? WITHOUT_LIMIT : Number(limit)
}
