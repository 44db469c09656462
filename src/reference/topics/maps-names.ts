import { topicsOf } from '../topic.ts'

/** Names without a file: fs/proc/task_mmu.c show_map_vma, mm/shmem.c, mm/memfd.c. */
export const MAPS_NAMES = topicsOf(
  'name in maps',
  { shownBy: 'mmapctl maps PID, columns path and kind', reference: 'proc_pid_maps(5)' },
  [
    [
      '[heap]',
      null,
      'What the program has got by brk: malloc’s main arena in glibc.',
      'It may be several lines. Kernels up to 6.6 may call a neighbour so too.',
    ],
    [
      '[stack]',
      null,
      'The main thread’s stack.',
      'Stacks of other threads have no name; mmapctl knows them by their guard page and flags.',
    ],
    ['[stack:TID]', '3.4', 'A thread’s stack; gone again since Linux 4.5.'],
    [
      '[vdso]',
      null,
      'Code that the kernel maps into every process, so that asking the time needs no system call.',
      'One page shared by all: Rss 4 kB, Pss 0.',
    ],
    ['[vvar]', null, 'Data of the vDSO.'],
    ['[vvar_vclock]', '6.13', 'Clock pages of the vDSO.'],
    [
      '[vsyscall]',
      null,
      'The legacy gate page of x86-64; printed with every process, part of none, and not counted against vm.max_map_count.',
    ],
    ['[uprobes]', null, 'Instructions displaced by user-space probes: somebody traces this process.'],
    [
      '[anon:NAME]',
      '5.17',
      'Private memory that the program has named with prctl(PR_SET_VMA_ANON_NAME).',
      'The kernel must be built with CONFIG_ANON_VMA_NAME.',
    ],
    ['[anon_shmem:NAME]', '6.2', 'Shared anonymous memory with a name.'],
    [
      '(deleted)',
      null,
      'The name that the file had has been unlinked or replaced.',
      'Always there for memfd, System V and shared anonymous memory, which is no sign of anything. A file’s name may really end so; mmapctl asks which it is.',
    ],
    [
      '/dev/zero (deleted)',
      null,
      'Shared anonymous memory: mmap with MAP_SHARED | MAP_ANONYMOUS.',
      'No deleted file. Relatives by fork have the same inode.',
    ],
    [
      '/memfd:NAME (deleted)',
      '3.17',
      'A memfd: a file in memory without a place in the file system.',
      'Always “(deleted)”.',
    ],
    [
      '/SYSVkkkkkkkk (deleted)',
      null,
      'A System V segment with this key; the inode is its shmid.',
      'Always “(deleted)”, also while it exists.',
    ],
    ['/anon_hugepage (deleted)', null, 'Anonymous memory from the hugetlb pool.'],
    ['/secretmem (deleted)', '5.14', 'memfd_secret: memory removed from the kernel’s own mapping.'],
    ['/[aio] (deleted)', null, 'The completion ring of Linux AIO (io_setup).'],
    ['anon_inode:[io_uring]', '5.1', 'Rings shared with io_uring.'],
    ['anon_inode:[perf_event]', null, 'The ring buffer of a perf event.'],
    ['socket:[N]', null, 'The ring of a packet socket (AF_PACKET, AF_XDP).'],
  ],
)
