/**
 * The two-letter codes of `VmFlags:`, what they are called and what they tell.
 *
 * Source: include/linux/mm.h and fs/proc/task_mmu.c `show_smap_vma_flags` up to 6.19; proc_pid_smaps(5). A code that
 * is not here comes from a newer kernel: it is kept and shown as it is.
 */
export const VM_FLAGS: Readonly<Record<string, string>> = {
  rd: 'readable',
  wr: 'writable',
  ex: 'executable',
  sh: 'shared',
  mr: 'may read',
  mw: 'may write',
  me: 'may execute',
  ms: 'may share',
  gd: 'grows down (a stack)',
  um: 'userfaultfd: missing pages',
  pf: 'raw page frames, no struct page',
  dw: 'writes to the mapped file are denied',
  gu: 'may hold guard regions',
  uw: 'userfaultfd: write protection',
  lo: 'locked in memory',
  io: 'memory-mapped I/O',
  sr: 'sequential read advised',
  rr: 'random read advised',
  dc: 'not copied on fork',
  de: 'may not grow by mremap',
  lf: 'locked on fault',
  ac: 'charged to Committed_AS',
  nr: 'no swap reserved (MAP_NORESERVE)',
  ht: 'hugetlb pages',
  sf: 'synchronous faults (MAP_SYNC)',
  nl: 'non-linear',
  ar: 'architecture specific',
  bt: 'arm64 BTI guarded',
  wf: 'wiped on fork',
  dd: 'left out of core dumps',
  sd: 'soft-dirty',
  mm: 'mixed pages and page frames',
  hg: 'huge pages advised',
  nh: 'no huge pages',
  mg: 'mergeable by KSM',
  mt: 'arm64 memory tagging',
  ss: 'shadow stack',
  dp: 'droppable',
  ui: 'userfaultfd: minor faults',
  sl: 'sealed (mseal)',
  mp: 'MPX bounds table',
}

/** What a code means, or `null` for one that no kernel up to 6.19 prints. */
export function flagMeaning(code: string): string | null {
  return VM_FLAGS[code] ?? null
}
