import { safeCount } from './lines.ts'

const KIB = 1024

/**
 * The page size in bytes of a directory `hugepages-2048kB`, as the kernel names those of mTHP sizes
 * (mm/huge_memory.c thpsize_create) and of hugetlb pools (mm/hugetlb.c hugetlb_add_hstate); `null` for any other name.
 */
export function hugepageDirectory(name: string): number | null {
  const kib = safeCount(/^hugepages-([0-9]{1,12})kB$/.exec(name)?.[1] ?? '')
  return kib === null ? null : kib * KIB
}
