import { topicsOf } from '../topic.ts'

const SHOWN = 'mmapctl maps PID: perms, kind and --flags'

/** Flags of mmap(2). */
export const MMAP_FLAGS = topicsOf('mmap flag', { shownBy: SHOWN, reference: 'mmap(2)' }, [
  [
    'MAP_SHARED',
    null,
    'Stores reach the file and everybody who maps it.',
    's in perms. Without the write right on the file there is s, but no sh in VmFlags.',
  ],
  ['MAP_SHARED_VALIDATE', '4.15', 'MAP_SHARED that refuses flags it does not know; needed for MAP_SYNC.'],
  [
    'MAP_PRIVATE',
    null,
    'Stores make a copy of the page for this process (copy on write).',
    'p in perms; the copies are Anonymous in smaps.',
  ],
  ['MAP_ANONYMOUS', null, 'No file: memory that begins as zeros.'],
  [
    'MAP_FIXED',
    null,
    'At exactly this address; what lay there is gone without a word.',
    'Use MAP_FIXED_NOREPLACE unless that is meant.',
  ],
  ['MAP_FIXED_NOREPLACE', '4.17', 'At exactly this address, or not at all.'],
  [
    'MAP_POPULATE',
    '2.5.46',
    'Fault all pages in at once, before mmap returns.',
    'Those faults are not counted as the program’s: `mmapctl faults` names the difference.',
    'mmapctl faults',
  ],
  [
    'MAP_LOCKED',
    '2.5.37',
    'Fault in and lock; but a page that cannot be had is no error.',
    'lo in VmFlags. mlock(2) reports the failure that MAP_LOCKED hides.',
  ],
  [
    'MAP_NORESERVE',
    null,
    'Do not count it against the commit limit.',
    'nr in VmFlags. Without effect in overcommit mode 2.',
    'mmapctl overcommit PID',
  ],
  [
    'MAP_HUGETLB',
    '2.6.32',
    'Pages from the hugetlb pool.',
    'ht in VmFlags; in neither Rss nor Pss.',
    'mmapctl maps PID --kind hugetlb, mmapctl thp',
  ],
  [
    'MAP_HUGE_2MB',
    '3.8',
    'With MAP_HUGETLB: from the pool of 2 MiB pages. Other sizes by log2 of the size, shifted by MAP_HUGE_SHIFT (26).',
    'ENOMEM where there is no such pool, or it has too few pages.',
    'mmapctl thp',
  ],
  ['MAP_HUGE_1GB', '3.8', 'With MAP_HUGETLB: from the pool of 1 GiB pages.', '', 'mmapctl thp'],
  ['MAP_NONBLOCK', '2.5.46', 'With MAP_POPULATE: map in what is in memory alone; since Linux 2.6.23 that is nothing.'],
  ['MAP_32BIT', null, 'Below 2 GiB, on x86-64 alone.', 'A small room that fragments: without need leave it out.'],
  ['MAP_ABOVE4G', '6.6', 'Above 4 GiB, on x86-64 alone, for shadow stacks.'],
  ['MAP_FILE', null, 'Nothing: a name for the absence of MAP_ANONYMOUS.'],
  ['MAP_DENYWRITE', null, 'Nothing: ignored.', 'It once kept others from writing to the file.'],
  ['MAP_EXECUTABLE', null, 'Nothing: ignored.'],
  [
    'MAP_GROWSDOWN',
    null,
    'A mapping that grows downwards on a fault below it, as stacks do.',
    'gd in VmFlags. Not for thread stacks.',
  ],
  [
    'MAP_STACK',
    '2.6.27',
    'For a thread’s stack; since Linux 6.7 it keeps huge pages away.',
    'nh in VmFlags is how mmapctl knows thread stacks.',
  ],
  [
    'MAP_SYNC',
    '4.15',
    'Stores to persistent memory are durable without msync, once flushed from the CPU’s caches.',
    'sf in VmFlags.',
    'mmapctl dirty PID',
  ],
  ['MAP_DROPPABLE', '6.11', 'Memory whose pages may vanish under pressure, reading as zeros then.', 'dp in VmFlags.'],
  ['MAP_UNINITIALIZED', '2.6.33', 'Do not clear the pages; only where the kernel was built without an MMU.'],
])

/** Flags of msync(2). */
export const MSYNC_FLAGS = topicsOf('msync flag', { shownBy: 'mmapctl dirty PID', reference: 'msync(2)' }, [
  [
    'MS_SYNC',
    null,
    'Write the dirty pages of the range to the file and wait until they are on the device.',
    'The only way to be durable besides fsync and MAP_SYNC.',
  ],
  [
    'MS_ASYNC',
    null,
    'Nothing since Linux 2.6.19: dirty pages are written in time anyway.',
    'No durability, and no error to see.',
  ],
  [
    'MS_INVALIDATE',
    null,
    'Nothing on Linux, where all mappings of a file share its pages; EBUSY where they are locked.',
  ],
])
