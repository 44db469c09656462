/**
 * What becomes of a store through a mapping, in the order in which reports list it: the word, which is part of the JSON,
 * what it means, and the same in the width of a table.
 */
export const DURABILITIES = [
  [
    'msync',
    'a file mapped shared and writable: a store is safe once msync(MS_SYNC), fsync or the kernel’s flusher has written it',
    'safe after msync(MS_SYNC) or fsync',
  ],
  [
    'read-only',
    'a file mapped shared without write access: nothing is stored through it; what is dirty was written elsewhere',
    'stored elsewhere or through the above',
  ],
  [
    'fsync',
    'a file that is open for writing and not mapped writable: what write(2) stored is safe once fsync or the flusher has written it',
    'safe after the writer’s fsync',
  ],
  [
    'private',
    'a file mapped private: stores make copies that never reach the file; what is dirty of the file was written elsewhere',
    'copies, which never reach the file',
  ],
  [
    'map-sync',
    'persistent memory mapped with MAP_SYNC: safe once the CPU’s caches are flushed, no msync needed',
    'safe once CPU caches are flushed',
  ],
  [
    'dax',
    'persistent memory mapped without MAP_SYNC: no page cache, but msync(MS_SYNC) or fsync is still needed',
    'safe after msync(MS_SYNC) or fsync',
  ],
  [
    'unlinked',
    'a file mapped shared, or open, that has no name any more: gone with its last close, whatever is written',
    'gone with the last close',
  ],
  [
    'volatile',
    'tmpfs, memfd, System V and anonymous shared memory, hugetlb: no disk behind it, nothing to make safe',
    'no disk behind it, nothing to save',
  ],
  ['anonymous', 'private memory without a file: gone with the process', 'gone with the process'],
  ['kernel', 'a device, a driver’s object or an area of the kernel itself', 'not memory of files'],
] as const

/** What becomes of a store through a mapping. */
export type Durability = (typeof DURABILITIES)[number][0]

/** The words in report order. */
export const DURABILITY_NAMES: readonly Durability[] = DURABILITIES.map(([name]) => name)
