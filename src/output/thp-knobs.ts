import { khugepagedRuns, khugepagedSpeed } from '../analysis/thp/policy.ts'
import type { Khugepaged, ThpSettings } from '../model/thp-settings.ts'
import { formatAge, formatBytes, formatCount, formatMilliseconds } from './units.ts'

/** A switch: its file below transparent_hugepage, its value, and what that means in effect. */
export interface Knob {
  readonly name: string
  readonly value: string
  readonly meaning: string
}

const ENABLED: Readonly<Record<string, string>> = {
  always: 'all anonymous memory may be huge, asked for or not',
  madvise: 'only anonymous memory that asks for it (MADV_HUGEPAGE) may be huge',
  never: 'no anonymous memory becomes huge',
}

const DEFRAG: Readonly<Record<string, string>> = {
  always: 'a fault without a free huge page waits until memory is reclaimed and compacted for one',
  defer: 'a fault without a free huge page takes small ones and wakes kswapd and kcompactd for later',
  'defer+madvise': 'as defer; in memory that asked (MADV_HUGEPAGE) the fault waits for a huge page',
  madvise: 'in memory that asked (MADV_HUGEPAGE) a fault waits for a huge page; elsewhere it takes what is free',
  never: 'a fault never waits: where no huge page is free it takes small ones',
}

const SHMEM: Readonly<Record<string, string>> = {
  always: 'shared memory (anonymous, memfd, System V) is huge wherever it can',
  within_size: 'shared memory is huge as far as the file reaches, or where asked (MADV_HUGEPAGE)',
  advise: 'shared memory is huge only where asked (MADV_HUGEPAGE)',
  never: 'shared memory is never huge, not even where asked; tmpfs mounts have their own huge= option',
  deny: 'no shared memory is huge, whatever tmpfs mounts say',
  force: 'all shared memory is huge, whatever tmpfs mounts say: for testing',
}

/** The switches of all sizes together, with what they mean. Those that this kernel lacks are left out. */
export function knobs(settings: ThpSettings, pageSize: number): readonly Knob[] {
  const { enabled, defrag, shmemEnabled, useZeroPage, shrinkUnderused } = settings
  return [
    { name: 'enabled', value: enabled, meaning: (ENABLED[enabled] ?? '') + bySize(settings) },
    ...optional('defrag', defrag, (value) => DEFRAG[value] ?? ''),
    ...optional('shmem_enabled', shmemEnabled, (value) => SHMEM[value] ?? ''),
    ...optional('use_zero_page', useZeroPage, (on) =>
      on
        ? 'reading untouched memory maps one shared huge page of zeros, which costs nothing'
        : 'reading untouched memory that may be huge allocates a whole huge page',
    ),
    ...optional('shrink_underused', shrinkUnderused, (on) =>
      on
        ? 'when memory is short, huge pages of mostly zeros are split and the zeros given back'
        : 'huge pages of mostly zeros are kept',
    ),
    ...khugepagedKnobs(settings, pageSize),
  ]
}

/** Where sizes have their own switches, this one decides for those that inherit it. */
function bySize({ sizes }: ThpSettings): string {
  return sizes.length === 0 ? '' : '; decides for the sizes below that say inherit'
}

function khugepagedKnobs(settings: ThpSettings, pageSize: number): readonly Knob[] {
  const { khugepaged } = settings
  if (khugepaged === null) return []
  const perBlock = settings.pmdSize / pageSize
  const part = (pages: number): string => `${formatCount(pages)} of ${formatCount(perBlock)}`
  return [
    { name: 'khugepaged', ...running(settings, pageSize) },
    ...optional('khugepaged/defrag', khugepaged.defrag, (on) =>
      on ? 'it compacts memory to get a huge page' : 'it takes only huge pages that are free',
    ),
    ...optional('khugepaged/max_ptes_none', khugepaged.maxPtesNone, (pages) => noneMeaning(pages, perBlock)),
    ...optional(
      'khugepaged/max_ptes_swap',
      khugepaged.maxPtesSwap,
      (pages) => `it swaps in up to ${part(pages)} pages`,
    ),
    ...optional(
      'khugepaged/max_ptes_shared',
      khugepaged.maxPtesShared,
      (pages) => `it leaves a block alone with more than ${part(pages)} pages shared (after a fork)`,
    ),
    ...optional('khugepaged/pages_collapsed', khugepaged.pagesCollapsed, () => 'huge pages it has made since boot'),
    ...optional('khugepaged/full_scans', khugepaged.fullScans, () => 'times it has gone through all memory since boot'),
  ]
}

function running(settings: ThpSettings, pageSize: number): { readonly value: string; readonly meaning: string } {
  const runs = khugepagedRuns(settings)
  if (runs === false)
    return { value: 'off', meaning: 'small pages are never put together; huge pages come from faults alone' }
  const value = runs === null ? 'unknown' : 'runs'
  return { value, meaning: paceText(settings.khugepaged, khugepagedSpeed(settings, pageSize), pageSize) }
}

const GIB = 2 ** 30

function paceText(khugepaged: Khugepaged | null, speed: number | null, pageSize: number): string {
  const { pagesToScan, scanSleepMillisecs, allocSleepMillisecs } = khugepaged ?? {}
  if (pagesToScan == null || scanSleepMillisecs == null) return 'puts small pages together to huge ones'
  const step = `looks through ${formatBytes(pagesToScan * pageSize)} every ${formatMilliseconds(scanSleepMillisecs)}`
  const pace = speed === null ? '' : `: ${formatAge(GIB / speed)} for a GiB, of all processes together`
  const failed =
    allocSleepMillisecs == null ? '' : `; rests ${formatMilliseconds(allocSleepMillisecs)} when no huge page is free`
  return step + pace + failed
}

function noneMeaning(pages: number, perBlock: number): string {
  if (pages >= perBlock - 1) {
    return `it makes a huge page even where 1 of ${formatCount(perBlock)} pages is there: memory may grow ${formatCount(perBlock)}-fold`
  }
  return pages === 0
    ? 'it makes a huge page only where all pages are there: memory does not grow'
    : `it makes a huge page where at most ${formatCount(pages)} of ${formatCount(perBlock)} pages are missing`
}

function optional<Value extends string | number | boolean>(
  name: string,
  value: Value | null,
  meaning: (value: Value) => string,
): readonly Knob[] {
  if (value === null) return []
  const shown = typeof value === 'string' ? value : typeof value === 'number' ? formatCount(value) : value ? '1' : '0'
  return [{ name, value: shown, meaning: meaning(value) }]
}
