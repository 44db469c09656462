/** A pool of hugetlb pages of one size; counts are huge pages. `null` is a file that could not be read. */
export interface HugetlbPool {
  /** Bytes of a page. */
  readonly size: number
  /** Whether mmap takes pages of this size unless told otherwise; `null` when that is not known. */
  readonly isDefault: boolean | null
  /** nr_hugepages: all pages, those in surplus too. */
  readonly total: number
  readonly free: number
  /** Free pages that are promised to mappings which have not touched them yet. */
  readonly reserved: number | null
  /** Pages above the size that the pool was given, taken when it was empty; they go when they are freed. */
  readonly surplus: number | null
  /** nr_overcommit_hugepages: how many there may be in surplus. */
  readonly overcommit: number | null
  /** The pool's part on each node, where it was asked for; reservations are not made by node. */
  readonly nodes: readonly HugetlbNode[]
}

/** A pool's part on a NUMA node; counts are huge pages. */
export interface HugetlbNode {
  readonly node: number
  readonly total: number
  readonly free: number
  readonly surplus: number | null
}
