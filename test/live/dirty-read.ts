import { openSync, readFileSync } from 'node:fs'
import type { DirtyFile } from '../../src/analysis/dirty/files.ts'
import type { DirtyReport } from '../../src/analysis/dirty/report.ts'
import { type DirtyOptions, measureDirty } from '../../src/cli/dirty-session.ts'
import { collectHost } from '../../src/collectors/host.ts'
import { isNative, native } from '../../src/native/native.ts'
import { liveTrees } from '../../src/sources/trees.ts'
import type { Workload } from './workload.ts'

/** The page size of the machine. */
export const PAGE = collectHost(liveTrees()).pageSize

/** Reads processes, or the host, the way `mmapctl dirty` does. */
export function readDirty(pids: readonly number[] | null, options: Partial<DirtyOptions> = {}): DirtyReport {
  const trees = liveTrees()
  return measureDirty(trees, collectHost(trees), pids, {
    maxStallMs: 60_000,
    openFiles: true,
    remote: false,
    onProgress: () => {},
    onFailure: (error) => {
      throw error
    },
    ...options,
  })
}

/** The file of a report whose path ends so. */
export function fileIn(report: DirtyReport, end: string): DirtyFile {
  const found = report.files.find(({ path }) => path.replace(' (deleted)', '').endsWith(end))
  if (found === undefined) throw new Error(`no ${end} among ${report.files.map(({ path }) => path).join(', ')}`)
  return found
}

/** What smaps itself says of the mapping that a workload has made, in bytes. */
export function smapsOf(workload: Workload, label: string): { readonly dirty: number; readonly anonymous: number } {
  const { start } = workload.region(label)
  const text = readFileSync(`/proc/${workload.pid}/smaps`, 'latin1')
  const record = text.slice(text.search(new RegExp(`^${start.toString(16)}-`, 'm')))
  const kib = (key: string): number => Number(new RegExp(`^${key}: +(\\d+) kB$`, 'm').exec(record)?.[1])
  return { dirty: (kib('Shared_Dirty') + kib('Private_Dirty')) * 1024, anonymous: kib('Anonymous') * 1024 }
}

/** Opens a workload's file, to ask the kernel about it whatever becomes of its name. */
export function openFile(workload: Workload, name: string): number {
  const { value: directory = '' } = workload.facts.find((fact) => fact.name === 'dir') ?? {}
  return openSync(`${directory}/${name}.dat`, 'r')
}

/** What cachestat says of an open file: dirty and being written, in bytes. */
export function cacheOf(descriptor: number): number {
  const layer = native()
  if (!isNative(layer)) throw new Error(layer.unavailable)
  const answer = layer.cachestat(descriptor, 0, 0)
  if ('errno' in answer) throw new Error(answer.errno)
  return (answer.dirty + answer.writeback) * PAGE
}

/** A level of /proc/vmstat, in bytes. */
export function vmstat(name: string): number {
  return Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(readFileSync('/proc/vmstat', 'latin1'))?.[1]) * PAGE
}

/** A line of /proc/meminfo, in bytes. */
export function meminfo(name: string): number {
  return Number(new RegExp(`^${name}: +(\\d+) kB$`, 'm').exec(readFileSync('/proc/meminfo', 'latin1'))?.[1]) * 1024
}

/**
 * Makes pages dirty and looks at them, again when the flusher came in between: what is dirty after the look must be
 * what was made so.
 */
export async function whileDirty<Value>(
  workload: Workload,
  commands: readonly string[],
  look: () => Value,
  isStillDirty: () => boolean,
): Promise<Value> {
  for (let attempt = 0; attempt < 20; attempt++) {
    for (const command of commands) {
      const answer = await workload.send(command)
      if (answer !== 'ok') throw new Error(`${command}: ${answer}`)
    }
    const value = look()
    if (isStillDirty()) return value
  }
  throw new Error('the flusher never left the pages alone')
}
