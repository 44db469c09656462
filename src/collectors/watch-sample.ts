import type { Refusal } from '../model/provenance.ts'
import type { WatchFigure, WatchTier } from '../model/watch.ts'
import { parsePressure } from '../parsers/pressure.ts'
import { parseSmapsRollup } from '../parsers/smaps-rollup.ts'
import { parseStat } from '../parsers/stat.ts'
import { type ProcStatus, parseStatus } from '../parsers/status.ts'
import type { FileTree } from '../sources/file-tree.ts'
import { countLines } from './mapping-count.ts'
import { readParsed } from './reading.ts'

export type WatchFigures = Partial<Record<WatchFigure, number>>

/** What a reading came to: figures, or why there are none. */
export type TierReading =
  | { readonly ok: true; readonly figures: WatchFigures }
  | { readonly ok: false; readonly refusal: Refusal | 'ended' }

/**
 * Reads one tier of a process, each dearer than the one before; `smaps` is read as `maps` reports do, elsewhere.
 *
 * @param process The process's directory, held open.
 * @param proc The procfs that it is in.
 */
export function readTier(process: FileTree, proc: FileTree, tier: Exclude<WatchTier, 'smaps'>): TierReading {
  switch (tier) {
    case 'status':
      return readStatus(process, proc)
    case 'maps': {
      const count = countLines(process, 'maps')
      return count.ok ? { ok: true, figures: { mappings: count.value } } : { ok: false, refusal: count.refusal }
    }
    case 'smaps_rollup': {
      const read = process.read('smaps_rollup')
      return read.ok ? { ok: true, figures: rollupFigures(read.value) } : { ok: false, refusal: read.refusal }
    }
  }
}

function readStatus(process: FileTree, proc: FileTree): TierReading {
  const stat = readParsed(process, 'stat', parseStat)
  if (stat === null || stat.state === 'Z' || stat.state === 'X') return { ok: false, refusal: 'ended' }
  const status = readParsed(process, 'status', parseStatus)
  const pressure = readParsed(proc, 'pressure/memory', parsePressure)
  return {
    ok: true,
    figures: known({
      ...(status === null ? {} : statusFigures(status)),
      threads: stat.numThreads,
      minorFaults: stat.minflt,
      majorFaults: stat.majflt,
      pressureSome: pressure?.some?.avg10 ?? null,
      pressureFull: pressure?.full?.avg10 ?? null,
    }),
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
