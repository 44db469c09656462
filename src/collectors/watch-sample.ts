import type { Refusal } from '../model/provenance.ts'
import type { WatchFigure } from '../model/watch.ts'
import { parsePressure } from '../parsers/pressure.ts'
import { parseSmapsRollup } from '../parsers/smaps-rollup.ts'
import { parseStat } from '../parsers/stat.ts'
import { type ProcStatus, parseStatus } from '../parsers/status.ts'
import type { FileTree } from '../sources/file-tree.ts'
import { liveThread } from './live-thread.ts'
import { countLines } from './mapping-count.ts'
import { readParsed } from './reading.ts'

export type WatchFigures = Partial<Record<WatchFigure, number>>

/** What tells one process, and one program of a process, from the next. */
export interface WatchIdentity {
  readonly pid: number
  readonly startTime: number
  /** A binary string. */
  readonly comm: string
  /** Where the kernel put stack and code when the program was executed; `null` without permission. */
  readonly placedAt: readonly [stack: number, code: number] | null
  /** VmPeak in bytes: never falls in one address space (fs/proc/task_mmu.c task_mem). `null` is unknown. */
  readonly peakSize: number | null
}

/** What a reading came to: figures, or why there are none. */
export type TierReading =
  | { readonly ok: true; readonly figures: WatchFigures }
  | { readonly ok: false; readonly refusal: Refusal }

/** What the cheap files say; `null` when the process has ended. */
export interface StatusReading {
  readonly figures: WatchFigures
  readonly identity: WatchIdentity
  readonly status: ProcStatus | null
  /** Where its files are: `.`, or the directory of another thread when the leading one has exited before it. */
  readonly directory: string
}

/**
 * Reads a tier of a process beyond its status; `smaps` is read as `maps` reports do, elsewhere.
 *
 * @param process The process's directory, held open.
 */
export function readTier(process: FileTree, directory: string, tier: 'maps' | 'smaps_rollup'): TierReading {
  const file = directory === '.' ? tier : `${directory}/${tier}`
  if (tier === 'maps') {
    const count = countLines(process, file)
    return count.ok ? { ok: true, figures: { mappings: count.value } } : count
  }
  const read = process.read(file)
  return read.ok ? { ok: true, figures: rollupFigures(read.value) } : read
}

/** Reads what everybody may read of a process, which holds none of its locks for long. */
export function readStatus(process: FileTree, proc: FileTree): StatusReading | null {
  const stat = readParsed(process, 'stat', parseStat)
  if (stat === null || stat.state === 'X') return null
  const thread = stat.state === 'Z' ? liveThread(process, stat.pid) : null
  if (stat.state === 'Z' && thread === null) return null
  const directory = thread === null ? '.' : `task/${thread}`
  const status = readParsed(process, thread === null ? 'status' : `${directory}/status`, parseStatus)
  const pressure = readParsed(proc, 'pressure/memory', parsePressure)
  const { pid, startTime, comm, startStack, startCode } = stat
  return {
    figures: known({
      ...(status === null ? {} : statusFigures(status)),
      threads: stat.numThreads,
      minorFaults: stat.minflt,
      majorFaults: stat.majflt,
      pressureSome: pressure?.some?.avg10 ?? null,
      pressureFull: pressure?.full?.avg10 ?? null,
    }),
    identity: {
      pid,
      startTime,
      comm,
      placedAt: startStack === null || startCode === null ? null : [startStack, startCode],
      peakSize: status?.vmPeak ?? null,
    },
    status,
    directory,
  }
}

function statusFigures(status: ProcStatus): Readonly<Record<string, number | null>> {
  const { vmPte, vmPmd } = status
  return {
    rss: status.vmRss,
    anon: status.rssAnon,
    file: status.rssFile,
    shmem: status.rssShmem,
    swap: status.vmSwap,
    hugetlb: status.hugetlbPages,
    locked: status.vmLck,
    pageTables: vmPte === null ? null : vmPte + (vmPmd ?? 0),
    size: status.vmSize,
  }
}

function rollupFigures(bytes: Buffer): WatchFigures {
  const { pss, privateClean, privateDirty, sharedDirty, ...rollup } = parseSmapsRollup(bytes)
  const huge = [rollup.anonHugePages, rollup.shmemPmdMapped, rollup.filePmdMapped]
  return known({
    pss,
    uss: sum(privateClean, privateDirty),
    dirty: sum(sharedDirty, privateDirty),
    huge: rollup.anonHugePages === null ? null : huge.reduce<number>((total, part) => total + (part ?? 0), 0),
  })
}

function sum(a: number | null, b: number | null): number | null {
  return a === null || b === null ? null : a + b
}

/** Leaves out what this kernel does not tell. */
function known(figures: Readonly<Record<string, number | null>>): WatchFigures {
  return Object.fromEntries(Object.entries(figures).filter(([, value]) => value !== null))
}
