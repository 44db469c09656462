import { topicsOf } from '../topic.ts'

/** Settings below /proc/sys/kernel. */
export const KERNEL_SETTINGS = topicsOf(
  'setting',
  { shownBy: 'mmapctl doctor', reference: 'Documentation/admin-guide/sysctl/kernel.rst' },
  [
    [
      'kernel.perf_event_paranoid',
      null,
      'What ordinary users may count: 2 user mode of their own programs, 1 kernel mode too, −1 everything; some distributions have 3 and 4, which forbid all.',
      '',
      'mmapctl faults',
    ],
    [
      'kernel.perf_event_mlock_kb',
      null,
      'KiB that a user’s perf buffers may lock for each CPU.',
      'Recordings of others than root have smaller buffers, and may lose faults.',
      'mmapctl faults says what was lost',
    ],
    [
      'kernel.perf_event_max_sample_rate',
      null,
      'Samples a second that perf may take; the kernel lowers it when they cost too much.',
      '',
      'not shown',
    ],
    [
      'kernel.kptr_restrict',
      '2.6.38',
      'Who sees addresses of the kernel: without them faults --by symbol has no names of kernel functions.',
      '',
      'not shown',
    ],
    ['kernel.shmmax', null, 'Largest System V segment in bytes.', '', 'not shown'],
    ['kernel.shmall', null, 'All System V memory, in pages.', '', 'not shown'],
    ['kernel.shmmni', null, 'How many System V segments there may be.', '', 'not shown'],
    ['kernel.numa_balancing', '3.13', 'Whether pages are moved to where they are used, by faults made on purpose.'],
    [
      'kernel.randomize_va_space',
      null,
      'Address randomisation: 0 off, 1 without the heap, 2 all.',
      'Fault and mapping counts vary less without it.',
    ],
    [
      'kernel.yama.ptrace_scope',
      '3.4',
      'Whose memory a user may look at: 0 all of their own processes, 1 descendants, 2 root alone, 3 nobody.',
    ],
  ],
)
