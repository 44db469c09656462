import type { ThpSettings } from '../../model/thp-settings.ts'

/**
 * Who may have large folios of a size: `always` any memory, `advised` only memory with MADV_HUGEPAGE, `within-size`
 * also files as far as they reach, `never` none.
 */
export type Policy = 'always' | 'within-size' | 'advised' | 'never'

/** What decides about the shared memory behind a mapping. */
export type ShmemOwner =
  /**
   * Shared anonymous memory, memfd and System V: the switches by size, and `shmem_enabled`. mm/shmem.c shmem_mmap takes
   * every file that has no name for anonymous.
   */
  | { readonly owner: 'anonymous' }
  /** A tmpfs mount: its `huge=` option, `null` when it has none. */
  | { readonly owner: 'mount'; readonly huge: string | null }

const WORDS: Readonly<Record<string, Policy>> = {
  always: 'always',
  force: 'always',
  within_size: 'within-size',
  madvise: 'advised',
  advise: 'advised',
}

/** The policy for anonymous memory: include/linux/huge_mm.h thp_vma_allowable_orders. Before 6.8 there is one size. */
export function anonymousPolicy(settings: ThpSettings, size: number): Policy {
  const own = settings.sizes.find((each) => each.size === size)
  if (own === undefined) return size === settings.pmdSize ? policyOf(settings.enabled) : 'never'
  if (own.enabled === null) return 'never'
  return policyOf(own.enabled === 'inherit' ? settings.enabled : own.enabled)
}

/**
 * The policy for shared memory: mm/shmem.c shmem_allowable_huge_orders and shmem_huge_global_enabled. `deny` and `force`
 * of `shmem_enabled` stand above everything else.
 */
export function shmemPolicy(settings: ThpSettings, size: number, owner: ShmemOwner): Policy {
  const global = settings.shmemEnabled
  if (global === null || global === 'deny') return 'never'
  const own = settings.sizes.find((each) => each.size === size)?.shmemEnabled ?? null
  if (owner.owner === 'anonymous' && own !== null) {
    if (global === 'force') return own === 'inherit' ? 'always' : 'never'
    return policyOf(own === 'inherit' ? global : own)
  }
  if (size !== settings.pmdSize) return 'never'
  if (global === 'force') return 'always'
  return policyOf(owner.owner === 'mount' ? (owner.huge ?? 'never') : global)
}

/** Whether a policy lets a mapping have large folios. What lies beyond the end of a file only its owner knows. */
export function allows(policy: Policy, advised: boolean): boolean {
  return policy === 'always' || policy === 'within-size' || (policy === 'advised' && advised)
}

/**
 * Whether khugepaged runs: mm/khugepaged.c hugepage_pmd_enabled. It is started when anonymous or shared memory may have
 * the PMD size. `null` is unknown: a kernel built with READ_ONLY_THP_FOR_FS starts it for files alone too.
 */
export function khugepagedRuns(settings: ThpSettings): boolean | null {
  if (anonymousPolicy(settings, settings.pmdSize) !== 'never') return true
  const bySize = settings.sizes.length > 0
  if (bySize && shmemPolicy(settings, settings.pmdSize, { owner: 'anonymous' }) !== 'never') return true
  return bySize && settings.enabled !== 'never' ? null : false
}

/** Bytes a second that khugepaged looks through at most, of all processes together; `null` when it is not known. */
export function khugepagedSpeed(settings: ThpSettings, pageSize: number): number | null {
  const { pagesToScan, scanSleepMillisecs } = settings.khugepaged ?? {}
  if (pagesToScan == null || scanSleepMillisecs == null || scanSleepMillisecs === 0) return null
  return (pagesToScan * pageSize * 1000) / scanSleepMillisecs
}

function policyOf(word: string): Policy {
  return WORDS[word] ?? 'never'
}
