import { topicsOf } from '../topic.ts'

/** Advices of madvise(2). */
export const ADVICES = topicsOf(
  'advice',
  { shownBy: 'mmapctl maps PID --flags, where it leaves a flag', reference: 'madvise(2)' },
  [
    ['MADV_NORMAL', null, 'Read around faults as usual.'],
    ['MADV_SEQUENTIAL', null, 'Read far ahead, drop what lies behind.', 'sr in VmFlags.'],
    [
      'MADV_RANDOM',
      null,
      'Read no page but the one that is needed.',
      'rr in VmFlags. Fault-around still maps what is in the page cache.',
    ],
    ['MADV_WILLNEED', null, 'Start reading now.'],
    [
      'MADV_DONTNEED',
      null,
      'Give the pages up at once: anonymous memory reads as zeros again, private copies of file pages are lost.',
      'Unlike posix_madvise of the same name this destroys data.',
    ],
    [
      'MADV_FREE',
      '4.5',
      'The pages may be taken when memory is short, until they are written again.',
      'They stay in Rss (LazyFree), so the process looks as large as before.',
    ],
    ['MADV_COLD', '5.4', 'Reclaim these first.'],
    ['MADV_PAGEOUT', '5.4', 'Reclaim these now: to swap, or to the file.'],
    [
      'MADV_HUGEPAGE',
      '2.6.38',
      'Huge pages are wanted here, also where the host’s mode is madvise.',
      'hg in VmFlags.',
      'mmapctl thp PID',
    ],
    ['MADV_NOHUGEPAGE', '2.6.38', 'No huge pages here.', 'nh in VmFlags; MAP_STACK sets it too.', 'mmapctl thp PID'],
    ['MADV_COLLAPSE', '6.1', 'Make huge pages of what is there, now, whatever the host’s mode.', '', 'mmapctl thp PID'],
    ['MADV_MERGEABLE', '2.6.32', 'KSM may merge equal pages.', 'mg in VmFlags.'],
    ['MADV_UNMERGEABLE', '2.6.32', 'Undo MADV_MERGEABLE: merged pages are copied apart again.'],
    ['MADV_DONTFORK', '2.6.16', 'Children do not get this mapping.', 'dc in VmFlags; V8 sets it on its heap.'],
    ['MADV_DOFORK', '2.6.16', 'Undo MADV_DONTFORK.'],
    ['MADV_WIPEONFORK', '4.14', 'Children find zeros here.', 'wf in VmFlags: keys and random state.'],
    ['MADV_KEEPONFORK', '4.14', 'Undo MADV_WIPEONFORK.'],
    ['MADV_DONTDUMP', '3.4', 'Leave it out of core dumps.', 'dd in VmFlags.'],
    ['MADV_DODUMP', '3.4', 'Undo MADV_DONTDUMP.'],
    ['MADV_POPULATE_READ', '5.14', 'Fault all pages in for reading, and say when one cannot be had.'],
    [
      'MADV_POPULATE_WRITE',
      '5.14',
      'Fault all pages in for writing, and say when one cannot be had.',
      'Prefaulting without a store, so that contents stay.',
    ],
    ['MADV_REMOVE', '2.6.16', 'Punch a hole into the file behind a shared mapping.'],
    [
      'MADV_GUARD_INSTALL',
      '6.13',
      'Make pages whose access ends in SIGSEGV, without a mapping of their own.',
      'gu in VmFlags (Linux 6.19).',
    ],
    ['MADV_GUARD_REMOVE', '6.13', 'Undo MADV_GUARD_INSTALL.'],
  ],
)
