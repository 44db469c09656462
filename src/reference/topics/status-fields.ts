import { topicsOf } from '../topic.ts'

/** Memory lines of status: fs/proc/task_mmu.c task_mem. */
export const STATUS_FIELDS = topicsOf(
  'status field',
  { shownBy: 'the head of mmapctl maps PID; --json: totals', reference: 'proc_pid_status(5)' },
  [
    ['VmPeak', null, 'The largest VmSize so far.', '', 'not shown: address space is no measure of memory'],
    [
      'VmSize',
      null,
      'Address space of the process: reservations, device memory and hugetlb included.',
      'Not memory: an idle Node.js has 11 GiB of it and 50 MiB resident. RLIMIT_AS is compared with it.',
    ],
    ['VmLck', null, 'Size of locked mappings.', 'Size, not what is resident; RLIMIT_MEMLOCK is compared with it.'],
    ['VmPin', '3.2', 'Pages pinned for long by the kernel: io_uring buffers, RDMA, VFIO.'],
    [
      'VmHWM',
      null,
      'The highest VmRSS so far.',
      'Kept by the kernel, so no peak is missed; reset by exec, and by writing 5 to clear_refs.',
    ],
    [
      'VmRSS',
      null,
      'RssAnon + RssFile + RssShmem.',
      'Before Linux 6.16 some pages a CPU too low or too high; smaps is exact. Hugetlb pages are not in it.',
    ],
    ['RssAnon', '4.5', 'Resident anonymous memory.'],
    ['RssFile', '4.5', 'Resident pages of files, the vDSO and pages that drivers inserted.'],
    ['RssShmem', '4.5', 'Resident shared memory: tmpfs, memfd, System V, shared anonymous.'],
    ['VmData', null, 'Size of private writable memory but the stack.', 'RLIMIT_DATA is compared with it.'],
    ['VmStk', null, 'Size of mappings that grow downwards.'],
    ['VmExe', null, 'Size of the program’s own text.'],
    ['VmLib', null, 'Size of other executable, not writable memory: libraries, and code generated with W^X.'],
    [
      'VmPTE',
      null,
      'Page tables of the process, all levels since Linux 4.15.',
      'Kernel memory that no limit of the process covers.',
    ],
    ['VmPMD', '4.0', 'Page tables of the second level; in VmPTE since Linux 4.15.'],
    ['VmSwap', '2.6.34', 'Anonymous memory in swap.', 'Shared memory in swap is not in it; smaps shows that.'],
    ['HugetlbPages', '4.4', 'Hugetlb pages mapped.', 'Not in VmRSS.'],
    ['THP_enabled', '5.0', '0 after prctl(PR_SET_THP_DISABLE), else 1.', '', 'mmapctl thp PID, mmapctl doctor PID'],
    [
      'untag_mask',
      '6.4',
      'Bits of a pointer that are its address, where the processor ignores others (LAM).',
      'Addresses in maps are without tags.',
      'not shown',
    ],
    ['CoreDumping', '4.15', '1 while the process writes its core dump.', '', 'not shown'],
  ],
)
