import { topicsOf } from '../topic.ts'

/** Limits of a process that memory meets: getrlimit(2), `/proc/PID/limits`. */
export const LIMITS = topicsOf('limit', { shownBy: 'mmapctl overcommit PID', reference: 'getrlimit(2)' }, [
  [
    'RLIMIT_AS',
    null,
    'Address space: “Max address space”. mmap fails with ENOMEM above it.',
    'Compared with VmSize, reservations and PROT_NONE included: runtimes that reserve much cannot live with it.',
  ],
  [
    'RLIMIT_DATA',
    null,
    'Private writable memory: “Max data size”. brk, mmap and mprotect fail with ENOMEM above it.',
    'Compared with VmData. Before Linux 4.7 with the heap of brk alone.',
  ],
  [
    'RLIMIT_STACK',
    null,
    'How far the main thread’s stack may grow: “Max stack size”. SIGSEGV above it.',
    'Also the size of the stacks of threads that do not say one, and where mmap begins to look for room.',
  ],
  [
    'RLIMIT_MEMLOCK',
    null,
    'Locked memory: “Max locked memory”. mlock fails with ENOMEM, MAP_LOCKED with EAGAIN.',
    'Compared with VmLck; CAP_IPC_LOCK is not bound by it. perf’s buffers, secretmem and older io_uring count too.',
    'mmapctl overcommit PID, mmapctl doctor PID (locked-near-limit)',
  ],
  ['RLIMIT_RSS', null, 'Nothing: “Max resident set” has no effect since Linux 2.4.30.', '', 'not shown'],
])
