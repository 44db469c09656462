/**
 * The switches of transparent huge pages: /sys/kernel/mm/transparent_hugepage, Documentation/admin-guide/mm/transhuge.rst.
 * `null` is a file that this kernel does not have, or that could not be read.
 */
export interface ThpSettings {
  /** Bytes of a huge page that one entry of the second-lowest page table maps. */
  readonly pmdSize: number
  /** `sysfs`: hpage_pmd_size. `assumed`: older kernels do not say; it is what the base page size makes it. */
  readonly pmdSizeSource: 'sysfs' | 'assumed'
  /** `always`, `madvise` or `never`: anonymous memory and, with khugepaged, files. */
  readonly enabled: string
  /** What a page fault does when no huge page is free: `always`, `defer`, `defer+madvise`, `madvise`, `never`. */
  readonly defrag: string | null
  /** `always`, `within_size`, `advise`, `never`, `deny`, `force`: the kernel's own tmpfs. Linux 4.8. */
  readonly shmemEnabled: string | null
  readonly useZeroPage: boolean | null
  /** Linux 6.12. */
  readonly shrinkUnderused: boolean | null
  readonly khugepaged: Khugepaged | null
  /** Sizes that have their own switches, ascending; empty before Linux 6.8. */
  readonly sizes: readonly ThpSize[]
}

/** The kernel thread that makes huge pages of small ones. Counts are pages, times are milliseconds. */
export interface Khugepaged {
  readonly defrag: boolean | null
  readonly pagesToScan: number | null
  readonly scanSleepMillisecs: number | null
  readonly allocSleepMillisecs: number | null
  readonly maxPtesNone: number | null
  readonly maxPtesSwap: number | null
  /** Linux 5.8. */
  readonly maxPtesShared: number | null
  /** Huge pages made since boot. */
  readonly pagesCollapsed: number | null
  readonly fullScans: number | null
}

/** One size of large folio. */
export interface ThpSize {
  /** Bytes. */
  readonly size: number
  /** `always`, `inherit`, `madvise`, `never`; `null` for a size that anonymous memory cannot have. */
  readonly enabled: string | null
  /** `always`, `inherit`, `within_size`, `advise`, `never`; `null` before Linux 6.11. */
  readonly shmemEnabled: string | null
  /** Counters by the kernel's name; empty before Linux 6.10, and where they were not asked for. */
  readonly stats: Readonly<Record<string, number>>
}
