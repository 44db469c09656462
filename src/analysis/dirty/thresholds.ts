import type { WritebackSettings, WritebackState } from '../../collectors/writeback.ts'
import type { Zone } from '../../parsers/zoneinfo.ts'

/** The two thresholds of dirty memory, in bytes. */
export interface Thresholds {
  /** Above it the flusher writes until it is below again. */
  readonly background: number
  /** At it a writer gets no faster than the device is. */
  readonly limit: number
}

/** The thresholds by the kernel's formula, with what they follow from; bytes. */
export interface ComputedThresholds extends Thresholds {
  /** Memory that may become dirty: free, less the reserve, and the page cache of files. */
  readonly dirtyable: number
  /** What the kernel keeps free for itself: `totalreserve_pages`. */
  readonly reserve: number
}

/**
 * The thresholds by the formula of mm/page-writeback.c (global_dirtyable_memory, domain_dirty_limits), the same from
 * Linux 4.4 to 6.19 but for its precision: ratios count in 1/page size since 4.7 and the stable kernels of that time.
 * `null` when something that it needs is unknown, or with high memory, which it treats apart.
 *
 * Free memory is meminfo's MemFree, which is the kernel's NR_FREE_PAGES; vmstat's `nr_free_pages` is smaller on guests
 * that initialise their memory when it is first used.
 */
export function computeThresholds(state: WritebackState, pageSize: number): ComputedThresholds | null {
  const { meminfo, vmstat, zones, settings } = state
  const free = (meminfo?.memFree ?? Number.NaN) / pageSize
  const files = level(vmstat, 'nr_inactive_file') + level(vmstat, 'nr_active_file')
  if (zones === null || zones.some((zone) => zone.name === 'HighMem' && zone.managed > 0)) return null
  const reserve = totalReserve(zones)
  const dirtyable = free - Math.min(free, reserve) + files + 1
  const limit = threshold(settings.dirtyBytes, settings.dirtyRatio, dirtyable, pageSize)
  const wanted = threshold(settings.dirtyBackgroundBytes, settings.dirtyBackgroundRatio, dirtyable, pageSize)
  const background = wanted >= limit ? Math.floor(limit / 2) : wanted
  const all = { background, limit, dirtyable, reserve }
  if (Object.values(all).some(Number.isNaN)) return null
  return {
    background: background * pageSize,
    limit: limit * pageSize,
    dirtyable: dirtyable * pageSize,
    reserve: reserve * pageSize,
  }
}

/** mm/page_alloc.c calculate_totalreserve_pages, which runs while no watermark is boosted. Pages. */
function totalReserve(zones: readonly Zone[]): number {
  return zones.reduce((sum, { high, boost, managed, protection }) => {
    return sum + Math.min(Math.max(...protection) + high - boost, managed)
  }, 0)
}

/** Pages; bytes rule when they are set, and are then rounded up. */
function threshold(bytes: number | null, ratio: number | null, dirtyable: number, pageSize: number): number {
  if (bytes === null || ratio === null) return Number.NaN
  if (bytes > 0) return Math.ceil(bytes / pageSize)
  const share = Math.floor((ratio * pageSize) / 100)
  return Math.floor((share * dirtyable) / pageSize)
}

/** The kernel's own thresholds, in bytes: vmstat; `null` when they could not be read. */
export function printedThresholds({ vmstat }: Pick<WritebackState, 'vmstat'>, pageSize: number): Thresholds | null {
  const background = level(vmstat, 'nr_dirty_background_threshold') * pageSize
  const limit = level(vmstat, 'nr_dirty_threshold') * pageSize
  return Number.isNaN(background + limit) ? null : { background, limit }
}

/** Where a threshold comes from, in the words of sysctl: the bytes when they are set, else the ratio. */
export type ThresholdSetting =
  | { readonly name: 'dirty_bytes' | 'dirty_background_bytes'; readonly bytes: number }
  | { readonly name: 'dirty_ratio' | 'dirty_background_ratio'; readonly percent: number }

/** The settings that rule now; `null` when they could not be read. */
export function rulingSettings(settings: WritebackSettings): {
  readonly limit: ThresholdSetting | null
  readonly background: ThresholdSetting | null
} {
  const { dirtyBytes, dirtyRatio, dirtyBackgroundBytes, dirtyBackgroundRatio } = settings
  return {
    limit: ruling('dirty', dirtyBytes, dirtyRatio),
    background: ruling('dirty_background', dirtyBackgroundBytes, dirtyBackgroundRatio),
  }
}

function ruling(
  name: 'dirty' | 'dirty_background',
  bytes: number | null,
  percent: number | null,
): ThresholdSetting | null {
  if (bytes !== null && bytes > 0) return { name: `${name}_bytes`, bytes }
  return percent === null ? null : { name: `${name}_ratio`, percent }
}

/** A level or total of vmstat; `NaN` when this kernel does not print it. */
export function level(vmstat: ReadonlyMap<string, number> | null, name: string): number {
  return vmstat?.get(name) ?? Number.NaN
}
