/**
 * Why memory that is resident is not in huge pages, in the order in which reasons are looked for: the first that fits
 * is the one. What can be mended by a setting or a call comes with what to do. The words are part of the JSON.
 */
export const THP_REASONS = [
  ['hugetlb', 'pages of the hugetlb pool: huge, by other rules'],
  ['not-applicable', 'pages of a driver or of the kernel, or persistent memory'],
  ['unknown', 'smaps was not read, which alone tells what was asked of the kernel for it'],
  ['not-resident', 'nothing of it is in memory'],
  ['no-thp', 'this kernel has no transparent huge pages, or sysfs does not show them'],
  ['copied', 'a private copy of pages of a file: these are never huge'],
  ['split', 'a hole, or a part with other rights or another advice, divides a huge page'],
  ['too-small', 'smaller than a huge page'],
  ['huge', 'all that can be huge is huge'],
  ['prctl', 'the process has switched them off for itself (PR_SET_THP_DISABLE), or inherited that'],
  ['nohugepage', 'VmFlags nh: MADV_NOHUGEPAGE, or MAP_STACK since Linux 6.7'],
  ['mode-never', 'anonymous memory: switched off for the host'],
  ['not-advised', 'anonymous memory: the mode is madvise, and nobody has asked (no VmFlags hg)'],
  ['shmem-never', 'shared memory: switched off for the host'],
  ['shmem-not-advised', 'shared memory: the mode is advise, and nobody has asked (no VmFlags hg)'],
  ['mount-never', 'a tmpfs mounted without huge='],
  ['mount-not-advised', 'a tmpfs mounted with huge=advise, and nobody has asked (no VmFlags hg)'],
  ['file', 'the file system has not put these pages into large folios'],
  ['misaligned', 'no whole huge page lies in it, or fewer than its size allows'],
  ['not-eligible', 'the kernel says that it is not eligible (THPeligible 0), and not why'],
  ['userfaultfd', 'a userfaultfd handles its faults: khugepaged leaves it alone'],
  ['swapped', 'much of it is in swap'],
  ['ksm', 'much of it is merged by KSM'],
  ['forked', 'much of it is shared with a forked process: khugepaged leaves it alone'],
  ['memcg', 'huge pages are being refused by a memory cgroup at its limit'],
  ['fragmented', 'no huge page is free: memory is fragmented'],
  ['sparse', 'too few of its pages are there for khugepaged (max_ptes_none)'],
  ['khugepaged-off', 'touched before it was eligible, and khugepaged does not run'],
  ['khugepaged-waits', 'touched before it was eligible, or no huge page was free then: it waits for khugepaged'],
] as const satisfies readonly (readonly [code: string, meaning: string])[]

export type ThpReason = (typeof THP_REASONS)[number][0]

/** Reasons that are none: nothing is missed there. */
export const NOT_MISSED: ReadonlySet<ThpReason> = new Set<ThpReason>([
  'hugetlb',
  'not-applicable',
  'not-resident',
  'unknown',
  'huge',
])
