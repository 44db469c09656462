import { topicsOf } from '../topic.ts'

/** Settings below /proc/sys/vm of nodes and zones of memory, of the kernel's own counters, and of broken memory. */
export const ZONE_SETTINGS = topicsOf(
  'setting',
  { shownBy: 'not shown', reference: 'Documentation/admin-guide/sysctl/vm.rst' },
  [
    [
      'vm.lowmem_reserve_ratio',
      null,
      'How much of a lower zone (DMA, DMA32) is kept back from those who could use a higher one: one part in so many of what lies above, a number for each zone.',
      'A smaller number keeps more back, 0 nothing. /proc/zoneinfo has the pages (protection); they are free and not to be had, and MemAvailable leaves them out.',
    ],
    [
      'vm.percpu_pagelist_high_fraction',
      '5.14',
      'The part of a zone that may lie in lists of free pages of the CPUs, all together: one in so many, 8 at least; 0 lets the kernel choose.',
      'Pages in these lists are in no MemFree. vm.percpu_pagelist_fraction, up to Linux 5.13, was another measure.',
    ],
    [
      'vm.min_unmapped_ratio',
      '2.6.18',
      'Per cent of a NUMA node in page cache that nobody maps, below which vm.zone_reclaim_mode reclaims none of it: usually 1.',
      'Without vm.zone_reclaim_mode it does nothing. With 4 in that, mapped pages and those of tmpfs count too.',
    ],
    [
      'vm.min_slab_ratio',
      '2.6.19',
      'Per cent of a NUMA node in slab that can be reclaimed, below which vm.zone_reclaim_mode reclaims none of it: usually 5.',
      'Without vm.zone_reclaim_mode it does nothing.',
    ],
    [
      'vm.numa_zonelist_order',
      '2.6.23',
      'In which order zones of several nodes are asked for memory. Always Node: the zones of one node before the next.',
      'Since Linux 4.14 nothing else can be written.',
    ],
    [
      'vm.numa_stat',
      '4.15',
      'Whether the kernel counts on which node memory was had (numa_hit, numa_miss, numa_foreign, local_node, other_node).',
      'Turned off, these counters are 0, which says nothing of the nodes; numa_hint_faults and numa_maps go on.',
    ],
    [
      'vm.stat_interval',
      '2.6.22',
      'Seconds between two times that each CPU adds its part to the levels of /proc/vmstat and /proc/meminfo: usually 1.',
      'So old, and some hundred pages for each CPU off, a level such as nr_dirty may be. What counts events (pgfault) is summed up when it is read.',
    ],
    [
      'vm.stat_refresh',
      '4.7',
      'Read or written by root, it has every CPU add its part to the levels of /proc/vmstat now.',
      'It wakes every CPU. EINVAL says that a level came out negative, which is warned of in the kernel’s log.',
    ],
    [
      'vm.page_lock_unfairness',
      '5.9',
      'How often others may take the lock of a page before one who waits for it, until it is handed to that one: usually 5.',
      'Threads that fault on one page of a file wait for this lock: a smaller number is fairer, and slower where many do.',
    ],
    [
      'vm.vfs_cache_pressure_denom',
      '6.16',
      'What vm.vfs_cache_pressure is a part of: usually 100, so that that is per cent.',
      'The pressure is the one divided by the other: who reads the one alone may be wrong by the other.',
    ],
    [
      'vm.memory_failure_early_kill',
      '2.6.32',
      'Whether processes that map a page of broken memory get SIGBUS at once (1), or when they touch it (0).',
      'Of one process prctl(PR_MCE_KILL) decides. A page that can be read again from its file is replaced, and nobody told.',
    ],
    [
      'vm.memory_failure_recovery',
      '2.6.32',
      'Whether the host goes on after a memory error: 1, or panics: 0.',
      'HardwareCorrupted of /proc/meminfo has what was lost so far.',
    ],
  ],
)
