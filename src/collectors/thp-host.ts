import type { HugetlbPool } from '../model/hugetlb.ts'
import type { ThpSettings } from '../model/thp-settings.ts'
import { type BuddyZone, parseBuddyinfo } from '../parsers/buddyinfo.ts'
import { type Meminfo, parseMeminfo } from '../parsers/meminfo.ts'
import { parseVmstat } from '../parsers/vmstat.ts'
import type { Trees } from '../sources/trees.ts'
import { collectHugetlbPools } from './hugetlb.ts'
import { readParsed } from './reading.ts'
import { collectThpSettings } from './thp-settings.ts'
import { collectProcessor, type ProcessorFacts } from './tlb.ts'

/** What of the host decides about huge pages, at one moment. */
export interface ThpHost {
  /** `null` without transparent huge pages, or without sysfs. */
  readonly settings: ThpSettings | null
  readonly pools: readonly HugetlbPool[]
  readonly meminfo: Meminfo | null
  /** Free memory by block; `null` when it could not be read. */
  readonly buddy: readonly BuddyZone[] | null
  readonly processor: ProcessorFacts
}

/** Counters of the host, at one moment. */
export interface EventSnapshot {
  /** Milliseconds since any fixed moment. */
  readonly at: number
  /** /proc/vmstat by the kernel's names; `null` when it could not be read. */
  readonly counters: ReadonlyMap<string, number> | null
}

/** Reads the host. `stats`: the counters of each size of folio too, some 150 files. */
export function collectThpHost(trees: Trees, pageSize: number, stats: boolean): ThpHost {
  const meminfo = readParsed(trees.proc, 'meminfo', parseMeminfo)
  return {
    settings: collectThpSettings(trees.sys, pageSize, stats),
    pools: collectHugetlbPools(trees.sys, { defaultSize: meminfo?.hugepagesize ?? null, byNode: true }),
    meminfo,
    buddy: readParsed(trees.proc, 'buddyinfo', parseBuddyinfo),
    processor: collectProcessor(trees),
  }
}

/** Reads the counters once; two of them make rates. */
export function snapshotEvents(trees: Trees): EventSnapshot {
  return { at: performance.now(), counters: readParsed(trees.proc, 'vmstat', parseVmstat) }
}
