import { collectHost, type HostFacts } from '../../src/collectors/host.ts'
import { readWritebackState, type WritebackState } from '../../src/collectors/writeback.ts'
import { liveTrees, type Trees } from '../../src/sources/trees.ts'

const HOST = new URL('../fixtures/hosts/writeback/', import.meta.url).pathname

/** The captured host with dirty files, and the two processes that made them so. */
export const WRITEBACK_HOST = { procfs: `${HOST}proc`, sysfs: `${HOST}sys`, store: 7123, peer: 7141 } as const

export function writebackTrees(): Trees {
  return liveTrees(WRITEBACK_HOST.procfs, WRITEBACK_HOST.sysfs)
}

/** The captured host, of 4 KiB pages whatever host the tests run on. */
export function writebackHost(trees = writebackTrees()): HostFacts {
  return { ...collectHost(trees), pageSize: 4096, clockTicks: 100 }
}

/** What decides its thresholds, with parts replaced. */
export function writebackState(changes: Partial<WritebackState> = {}): WritebackState {
  return { ...readWritebackState(writebackTrees()), at: 0, ...changes }
}
