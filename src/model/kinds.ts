/** What a mapping is, in the order in which reports list kinds. The words are part of the JSON and of `--kind`. */
export const KINDS = [
  ['program', 'the executable itself: its text, constants and initialised data'],
  ['library', 'a shared object: a file mapped with an executable segment that is not the program'],
  ['file-private', 'a file mapped MAP_PRIVATE without an executable segment: data files, locales, archives'],
  ['file-shared', 'a file on a real file system mapped MAP_SHARED: stores reach the file'],
  ['heap', 'the brk heap, [heap]'],
  ['stack', 'the main thread’s stack, [stack]'],
  ['thread-stack', 'the stack of another thread (a pattern: see the evidence)'],
  ['anonymous', 'private anonymous memory: malloc, arenas, runtime heaps'],
  ['anonymous-named', 'private anonymous memory that the program has named, [anon:…]'],
  ['anonymous-shared', 'shared anonymous memory, inherited over fork'],
  ['shmem', 'a file on tmpfs, or POSIX shared memory'],
  ['sysv', 'a System V shared memory segment'],
  ['memfd', 'a memfd: a nameless tmpfs file'],
  ['hugetlb', 'memory from the hugetlb pool; counted neither in RSS nor in PSS'],
  ['secretmem', 'memfd_secret: removed from the kernel’s own mapping, locked'],
  ['jit', 'anonymous executable memory: generated code'],
  ['uffd', 'memory whose faults a userfaultfd handles'],
  ['droppable', 'MAP_DROPPABLE: pages may vanish under pressure'],
  ['shadow-stack', 'a hardware shadow stack'],
  ['guard', 'a small inaccessible area that stops overruns'],
  ['reserved', 'a large inaccessible reservation: address space, not memory'],
  ['dax', 'a file or device on persistent memory, mapped without page cache'],
  ['device', 'device memory or a device file'],
  ['io-uring', 'rings shared with io_uring'],
  ['aio', 'a Linux AIO completion ring'],
  ['perf', 'a perf event ring buffer'],
  ['packet-ring', 'a packet socket’s ring'],
  ['bpf', 'a BPF map or ring buffer'],
  ['driver', 'an object of a driver behind an anonymous inode: KVM, VFIO, DRM, …'],
  ['vdso', 'code the kernel maps into every process'],
  ['vvar', 'data of the vDSO'],
  ['vsyscall', 'the legacy gate page; it belongs to no process'],
  ['special', 'another area the kernel itself maps: uprobes, signal page, …'],
] as const

export type Kind = (typeof KINDS)[number][0]

/** Kind words in report order. */
export const KIND_NAMES: readonly Kind[] = KINDS.map(([name]) => name)

const INDEX = new Map<Kind, number>(KIND_NAMES.map((name, index) => [name, index]))

/** Position of a kind in report order; what the classification stores per row. */
export function kindIndex(kind: Kind): number {
  return INDEX.get(kind) as number
}

/** The kind at a position in report order. */
export function kindAt(index: number): Kind {
  return KIND_NAMES[index] as Kind
}
