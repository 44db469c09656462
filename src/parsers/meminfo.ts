import { fieldsOf, kilobytes, lines, type Picked, pick, safeCount } from './lines.ts'
import { ParseError } from './parse-error.ts'

const FILE = 'meminfo'

/** Kernel names of the sizes in bytes; see proc_meminfo(5) for their meaning. Others are in `fields`. */
const SIZES = {
  /** RAM without what firmware and kernel image took. */
  memTotal: 'MemTotal',
  memFree: 'MemFree',
  /** An estimate of what can be used without swapping. */
  memAvailable: 'MemAvailable',
  buffers: 'Buffers',
  /** Page cache, tmpfs and shared memory included. */
  cached: 'Cached',
  swapCached: 'SwapCached',
  active: 'Active',
  inactive: 'Inactive',
  unevictable: 'Unevictable',
  mlocked: 'Mlocked',
  swapTotal: 'SwapTotal',
  swapFree: 'SwapFree',
  /** Linux 5.19: compressed size of zswap's pool. */
  zswap: 'Zswap',
  /** Linux 5.19: what is stored in it, uncompressed. */
  zswapped: 'Zswapped',
  dirty: 'Dirty',
  writeback: 'Writeback',
  anonPages: 'AnonPages',
  mapped: 'Mapped',
  /** tmpfs, memfd, System V and shared anonymous memory. */
  shmem: 'Shmem',
  /** Linux 4.20. */
  kReclaimable: 'KReclaimable',
  slab: 'Slab',
  sReclaimable: 'SReclaimable',
  sUnreclaim: 'SUnreclaim',
  kernelStack: 'KernelStack',
  pageTables: 'PageTables',
  /** Linux 6.1. */
  secPageTables: 'SecPageTables',
  /** The limit that vm.overcommit_memory = 2 enforces; computed in the other modes too. */
  commitLimit: 'CommitLimit',
  /** Address space that the kernel has promised to back. */
  committedAs: 'Committed_AS',
  vmallocTotal: 'VmallocTotal',
  vmallocUsed: 'VmallocUsed',
  /** Linux 4.19. */
  percpu: 'Percpu',
  hardwareCorrupted: 'HardwareCorrupted',
  /** Anonymous memory in huge pages of PMD size; smaller folios are not in it. */
  anonHugePages: 'AnonHugePages',
  /** Linux 4.8. */
  shmemHugePages: 'ShmemHugePages',
  /** Linux 4.8. */
  shmemPmdMapped: 'ShmemPmdMapped',
  /** Linux 5.4. */
  fileHugePages: 'FileHugePages',
  /** Linux 5.4. */
  filePmdMapped: 'FilePmdMapped',
  cmaTotal: 'CmaTotal',
  cmaFree: 'CmaFree',
  /** Linux 6.5. */
  unaccepted: 'Unaccepted',
  balloon: 'Balloon',
  /** Size of the default huge page. */
  hugepagesize: 'Hugepagesize',
  /** Linux 4.19: the hugetlb pools of all page sizes. */
  hugetlb: 'Hugetlb',
} as const

/** Kernel names of the counts: hugetlb pages of the default size. */
const COUNTS = {
  hugePagesTotal: 'HugePages_Total',
  hugePagesFree: 'HugePages_Free',
  /** Free ones that are promised to mappings. */
  hugePagesRsvd: 'HugePages_Rsvd',
  hugePagesSurp: 'HugePages_Surp',
} as const

/** `/proc/meminfo`: sizes in bytes, HugePages_* in huge pages; `null` where the kernel lacks a line. */
export interface Meminfo extends Picked<typeof SIZES>, Picked<typeof COUNTS> {
  /** Every size by the kernel's own name, those of later kernels too, in bytes and in the kernel's order. */
  readonly fields: ReadonlyMap<string, number>
  /** Every line without a unit by the kernel's own name. */
  readonly counts: ReadonlyMap<string, number>
  /** Lines that are neither, which only vendors' kernels add, as text. */
  readonly other: ReadonlyMap<string, string>
}

/**
 * Parses `/proc/meminfo`: fs/proc/meminfo.c, proc_meminfo(5).
 *
 * VmallocTotal may exceed 2^53 (five-level page tables); as a multiple of 1024 it is still exact in a double.
 */
export function parseMeminfo(bytes: Uint8Array): Meminfo {
  const fields = new Map<string, number>()
  const counts = new Map<string, number>()
  const other = new Map<string, string>()
  for (const { line, key, value } of fieldsOf(FILE, lines(FILE, bytes)).values()) {
    const size = kilobytes(value)
    const count = size === null ? safeCount(value.trim()) : null
    if (isCount(key) ? count === null : isSize(key) && size === null) {
      throw new ParseError(FILE, line, `${key} ${isCount(key) ? 'without a unit' : 'in kB'}`, value)
    }
    if (size !== null) fields.set(key, size)
    else if (count !== null) counts.set(key, count)
    else other.set(key, value.trim())
  }
  if (!fields.has('MemTotal')) throw new ParseError(FILE, 0, 'a line "MemTotal"')
  return { ...pick(SIZES, (key) => fields.get(key)), ...pick(COUNTS, (key) => counts.get(key)), fields, counts, other }
}

function isCount(key: string): boolean {
  return Object.values<string>(COUNTS).includes(key)
}

function isSize(key: string): boolean {
  return Object.values<string>(SIZES).includes(key)
}
