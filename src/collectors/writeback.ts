import { type Meminfo, parseMeminfo } from '../parsers/meminfo.ts'
import { parseInteger } from '../parsers/sysfs.ts'
import { parseVmstat } from '../parsers/vmstat.ts'
import { parseZoneinfo, type Zone } from '../parsers/zoneinfo.ts'
import type { Trees } from '../sources/trees.ts'
import { readParsed } from './reading.ts'

/** `/proc/sys/vm/NAME` by our names; see Documentation/admin-guide/sysctl/vm.rst. */
const SETTINGS = {
  /** Per cent of dirtyable memory at which writers are held; 0 while `dirtyBytes` rules. */
  dirtyRatio: 'dirty_ratio',
  dirtyBytes: 'dirty_bytes',
  /** Per cent at which the flusher starts; 0 while `dirtyBackgroundBytes` rules. */
  dirtyBackgroundRatio: 'dirty_background_ratio',
  dirtyBackgroundBytes: 'dirty_background_bytes',
  /** How long data may stay dirty before the flusher's next round takes it. Hundredths of a second. */
  dirtyExpireCentisecs: 'dirty_expire_centisecs',
  /** How often the flusher wakes; 0: never by itself. Hundredths of a second. */
  dirtyWritebackCentisecs: 'dirty_writeback_centisecs',
  /** Linux 4.2: how long changed times of inodes may wait (lazytime). Seconds. */
  dirtytimeExpireSeconds: 'dirtytime_expire_seconds',
  /** Not 0: the flusher waits for the higher threshold, so that a disk can rest. */
  laptopMode: 'laptop_mode',
  /** 32-bit kernels with high memory alone. */
  highmemIsDirtyable: 'highmem_is_dirtyable',
} as const

/** The settings of writeback; `null` where the kernel lacks one or it could not be read. */
export type WritebackSettings = { readonly [Name in keyof typeof SETTINGS]: number | null }

/** The counters of writeback at one moment. */
export interface WritebackCounters {
  /** Milliseconds on a clock that only goes forward. */
  readonly at: number
  readonly meminfo: Meminfo | null
  /** `/proc/vmstat` by the kernel's names; `null` when it could not be read. */
  readonly vmstat: ReadonlyMap<string, number> | null
}

/** What the thresholds of the host follow from. */
export interface WritebackState extends WritebackCounters {
  readonly settings: WritebackSettings
  readonly zones: readonly Zone[] | null
}

/** Reads the counters: two small files. */
export function readWritebackCounters(trees: Trees): WritebackCounters {
  const at = performance.now()
  const meminfo = readParsed(trees.proc, 'meminfo', parseMeminfo)
  const vmstat = readParsed(trees.proc, 'vmstat', parseVmstat)
  return { at, meminfo, vmstat }
}

/** Reads the counters, the settings and the zones. */
export function readWritebackState(trees: Trees): WritebackState {
  const zones = readParsed(trees.proc, 'zoneinfo', parseZoneinfo)
  const settings = readWritebackSettings(trees)
  return { ...readWritebackCounters(trees), zones, settings }
}

/** Reads the settings. */
export function readWritebackSettings(trees: Trees): WritebackSettings {
  const entries = Object.entries(SETTINGS).map(([name, file]) => [
    name,
    readParsed(trees.proc, `sys/vm/${file}`, (bytes) => parseInteger(bytes, file)),
  ])
  return Object.fromEntries(entries) as WritebackSettings
}
