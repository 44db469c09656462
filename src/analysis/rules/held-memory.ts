import type { Meminfo } from '../../parsers/meminfo.ts'

/** Of the host's memory; what is locked or pinned beyond is much. */
export const MUCH_HELD = 0.3

/** The cause of findings on that. */
export const HELD_FAST = 'memory held fast'

/** What of the host's memory can neither be swapped nor moved, in bytes; the two may be the same pages. */
export function memoryHeld(
  { unevictable }: Meminfo,
  vmstat: ReadonlyMap<string, number>,
  pageSize: number,
): { readonly unevictable: number; readonly pinned: number } {
  // Linux 5.7; older kernels do not count pins. A page that is pinned twice counts twice.
  const pins = (vmstat.get('nr_foll_pin_acquired') ?? 0) - (vmstat.get('nr_foll_pin_released') ?? 0)
  return { unevictable: unevictable ?? Number.NaN, pinned: Math.max(0, pins) * pageSize }
}
