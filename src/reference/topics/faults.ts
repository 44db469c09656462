import { topicsOf } from '../topic.ts'

/** Kinds of page faults: mm/memory.c. */
export const FAULTS = topicsOf(
  'fault',
  { shownBy: 'mmapctl faults --by kind -- ./program', reference: 'getrusage(2), perf-stat(1)' },
  [
    [
      'minor fault',
      null,
      'A page fault that was served without waiting for a device: a first touch, a copy on write, a page that was in memory already.',
      'It still costs: some tenths of a microsecond to microseconds each, more where the page is cleared or copied.',
    ],
    [
      'major fault',
      null,
      'A page fault that waited for a device: a file’s page that was not cached, or a page in swap.',
      'A page that another thread is reading counts as major too. With zram no device is slow, and it still counts.',
    ],
    [
      'first touch',
      null,
      'The first access to anonymous memory: a zeroed page is allocated; for reading the shared zero page serves.',
    ],
    [
      'copy on write',
      null,
      'A store to a page that is shared with a relative by fork, or belongs to a file that is mapped privately: it is copied.',
      'After fork each page costs one fault in whoever writes first.',
    ],
    [
      'file map-in',
      null,
      'A page of a file that is in the page cache gets its entry in the page table; its neighbours, up to 64 KiB, with it (fault-around).',
    ],
    [
      'write-notify',
      null,
      'The first store to a clean page of a shared file mapping: the kernel must know that it is dirty. Again after every writeback.',
    ],
    ['swap-in', null, 'A page comes back from swap: major, or minor where it is still in the swap cache.'],
    [
      'NUMA hint',
      '3.8',
      'A fault made on purpose by NUMA balancing to see who uses a page.',
      'A minor fault without a new page.',
      'mmapctl faults, mmapctl doctor',
    ],
    ['spurious', null, 'Another thread has served the fault meanwhile, or the TLB was stale.'],
    [
      'SIGBUS',
      null,
      'How a fault ends that no page can serve: wholly behind the end of a file, without room on the file system, without a page in the hugetlb pool, or on memory that is broken.',
      'The signal kills a program that does not handle it. mmap itself had succeeded.',
      'mmapctl doctor (beyond-end-of-file, hugetlb-exhausted)',
    ],
  ],
)
