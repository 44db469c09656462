import { type ClassifiedProcess, classifyProcess } from '../../src/analysis/dirty/process.ts'
import { keysOf } from '../../src/analysis/figures.ts'
import { readersMounts } from '../../src/collectors/cgroup-mounts.ts'
import { collectProcess } from '../../src/collectors/process.ts'
import { writebackHost, writebackTrees } from './writeback-host.ts'

/** A process of the captured host, as `mmapctl dirty` reads it. */
export function capturedProcess(pid: number, options: { readonly basic?: boolean } = {}): ClassifiedProcess {
  const trees = writebackTrees()
  const host = writebackHost(trees)
  const wanted = keysOf(['rss', 'dirty', 'anonymous'])
  const depth = { basic: options.basic ?? false, wanted, maxStallMs: 60_000, pageSize: host.pageSize }
  const memory = { ...collectProcess(trees, host, pid, depth), user: 'root', ageSeconds: 3725 }
  return classifyProcess(memory, host, readersMounts(trees))
}

/** The first row of a mapping whose name ends so. */
export function rowNamed({ table }: ClassifiedProcess, end: string): number {
  for (let row = 0; row < table.length; row++) if (table.nameOf(row).endsWith(end)) return row
  throw new Error(`no mapping of ${end}`)
}
