import type { WritebackSettings, WritebackState } from '../../collectors/writeback.ts'
import {
  type ComputedThresholds,
  computeThresholds,
  level,
  printedThresholds,
  rulingSettings,
  type ThresholdSetting,
  type Thresholds,
} from './thresholds.ts'

/** Where dirty memory stands between its thresholds. */
export type Phase =
  /** Below the background threshold: what is written waits for its age. */
  | 'idle'
  /** Above it: the flusher writes. */
  | 'flushing'
  /** Above the free-run ceiling: writers are made to sleep, up to 200 ms at a time. */
  | 'throttled'
  /** At the limit: writers are as slow as the device. */
  | 'held'
  | 'unknown'

/** Dirty memory of the host at one moment. Bytes; `NaN` is unknown. */
export interface DirtyLevel {
  /** Written and not yet on its way: nr_dirty, with NFS's nr_unstable where the kernel had it (before 5.8). */
  readonly dirty: number
  /** On its way to devices: nr_writeback. */
  readonly writeback: number
}

/** Where the host stands: what is dirty, and what happens at which amount. Bytes; `NaN` is unknown. */
export interface Standing extends DirtyLevel {
  /** The thresholds that rule: the kernel's own where it prints them, else computed; `null` when neither is to be had. */
  readonly thresholds: Thresholds | null
  /** Where they are from. */
  readonly source: 'vmstat' | 'formula' | null
  /** Half way between the two: below it no writer is slowed. */
  readonly freeRun: number
  readonly computed: ComputedThresholds | null
  /** How far the formula is from what the kernel prints, as a fraction of it; `NaN` when one of them is unknown. */
  readonly deviation: number
  readonly phase: Phase
  /** Dirty and being written, as a fraction of the free-run ceiling. */
  readonly throttleShare: number
  readonly settings: WritebackSettings
  readonly ruling: { readonly limit: ThresholdSetting | null; readonly background: ThresholdSetting | null }
  readonly flusher: Flusher
}

/** When the flusher writes without any threshold: Documentation/admin-guide/sysctl/vm.rst. Seconds. */
export interface Flusher {
  /** How often it wakes; `null` when it is switched off, `NaN` when unknown. */
  readonly interval: number | null
  /** How long data is left alone. */
  readonly expire: number
  /** The longest that data may be dirty before it is taken up: both together; `null` when that may be for ever. */
  readonly worstAge: number | null
}

/** Says where the host stands. */
export function standingOf(state: WritebackState, pageSize: number): Standing {
  const now = dirtyLevel(state, pageSize)
  const printed = printedThresholds(state, pageSize)
  const computed = computeThresholds(state, pageSize)
  const thresholds = printed ?? (computed === null ? null : { background: computed.background, limit: computed.limit })
  const freeRun = thresholds === null ? Number.NaN : freeRunCeiling(thresholds)
  return {
    ...now,
    thresholds,
    source: printed !== null ? 'vmstat' : computed !== null ? 'formula' : null,
    freeRun,
    computed,
    deviation: printed === null || computed === null ? Number.NaN : deviationOf(computed, printed),
    phase: phaseOf(now, thresholds),
    throttleShare: (now.dirty + now.writeback) / freeRun,
    settings: state.settings,
    ruling: rulingSettings(state.settings),
    flusher: flusherOf(state.settings),
  }
}

/** What is dirty and what is being written: from vmstat, else from meminfo, which prints the same counters. */
export function dirtyLevel(state: Pick<WritebackState, 'vmstat' | 'meminfo'>, pageSize: number): DirtyLevel {
  const { vmstat, meminfo } = state
  if (vmstat === null) return { dirty: meminfo?.dirty ?? Number.NaN, writeback: meminfo?.writeback ?? Number.NaN }
  return {
    dirty: (level(vmstat, 'nr_dirty') + (vmstat.get('nr_unstable') ?? 0)) * pageSize,
    writeback: level(vmstat, 'nr_writeback') * pageSize,
  }
}

/** mm/page-writeback.c dirty_freerun_ceiling, to the page. */
export function freeRunCeiling({ background, limit }: Thresholds): number {
  return (background + limit) / 2
}

/** What happens at this level: mm/page-writeback.c balance_dirty_pages. */
export function phaseOf({ dirty, writeback }: DirtyLevel, thresholds: Thresholds | null): Phase {
  const total = dirty + writeback
  if (thresholds === null || Number.isNaN(total)) return 'unknown'
  if (total > thresholds.limit) return 'held'
  if (total > freeRunCeiling(thresholds)) return 'throttled'
  return dirty > thresholds.background ? 'flushing' : 'idle'
}

function deviationOf(computed: Thresholds, printed: Thresholds): number {
  const apart = (one: number, other: number): number => (one === other ? 0 : Math.abs(one - other) / Math.max(other, 1))
  return Math.max(apart(computed.limit, printed.limit), apart(computed.background, printed.background))
}

/** When the flusher acts by itself. */
export function flusherOf({ dirtyExpireCentisecs, dirtyWritebackCentisecs }: WritebackSettings): Flusher {
  const expire = (dirtyExpireCentisecs ?? Number.NaN) / 100
  const interval = (dirtyWritebackCentisecs ?? Number.NaN) / 100
  if (interval === 0) return { interval: null, expire, worstAge: null }
  return { interval, expire, worstAge: expire + interval }
}
