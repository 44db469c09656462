import { type TopicEntry, topicsOf } from '../topic.ts'

const OF_FAULTS = 'mmapctl faults --json: hostEvents'
const OF_DIRTY = 'mmapctl dirty'
const NOWHERE = 'not shown: mmapctl ps, watch and doctor tell of processes and of pressure'

const FAULTS: readonly TopicEntry[] = [
  [
    'pgfault',
    null,
    'Page faults of all processes, minor and major.',
    'Of one process: minflt and majflt of stat.',
    NOWHERE,
  ],
  [
    'pgmajfault',
    null,
    'Page faults that waited for a device: a file was read, or a page came back from swap.',
    'What readahead has brought in time is a minor fault, and is not here.',
    NOWHERE,
  ],
  [
    'numa_pte_updates',
    '3.8',
    'Pages that NUMA balancing took access from, so that it sees who uses them next.',
    '',
    NOWHERE,
  ],
  [
    'numa_hint_faults',
    '3.8',
    'Faults on such pages: minor faults that bring no memory.',
    'More than 10,000 a second cost time that nobody asked for.',
    `${OF_FAULTS}; doctor: numa-hint-faults`,
  ],
  [
    'numa_hint_faults_local',
    '3.8',
    'Those of them whose page was on the right node already.',
    '',
    'doctor: numa-hint-faults',
  ],
  ['numa_pages_migrated', '3.8', 'Pages that were moved to the node that uses them.', '', NOWHERE],
]

const SWAP: readonly TopicEntry[] = [
  [
    'pswpin',
    null,
    'Pages read from swap.',
    'Also neighbours that are read with the one that faulted. From zswap nothing is read: that is zswpin.',
    `${OF_FAULTS}; doctor: swapped-working-set`,
  ],
  [
    'pswpout',
    null,
    'Pages written to swap.',
    'Cold memory that goes once is no harm; pswpin and pswpout together are.',
    OF_FAULTS,
  ],
  ['swap_ra', '4.14', 'Pages read from swap before somebody asked for them.', '', NOWHERE],
  ['swap_ra_hit', '4.14', 'Of those, the ones that were used.', '', OF_FAULTS],
  ['swpin_zero', '6.12', 'Pages of zeros that came back from swap without being read.', '', OF_FAULTS],
  ['swpout_zero', '6.12', 'Pages of zeros that were noted as such instead of being written to swap.', '', OF_FAULTS],
  ['zswpin', '5.19', 'Pages that came back from zswap, which takes no device.', '', OF_FAULTS],
  ['zswpout', '5.19', 'Pages that were compressed into zswap.', '', OF_FAULTS],
]

const RECLAIM: readonly TopicEntry[] = [
  [
    'allocstall_*',
    '4.8',
    'How often an allocation had to reclaim memory by itself, by the zone that it wanted (allocstall_normal, allocstall_movable, …).',
    'The program waited meanwhile: it is direct reclaim. kswapd was too slow, or the memory was too short. Memory pressure (PSI) says how long.',
    NOWHERE,
  ],
  ['pgscan_kswapd', null, 'Pages that kswapd looked at, in the background.', '', NOWHERE],
  ['pgscan_direct', null, 'Pages that programs looked at while they waited for memory.', '', NOWHERE],
  [
    'pgsteal_kswapd',
    null,
    'Pages that kswapd reclaimed.',
    'Far fewer than pgscan_kswapd: most of what it sees is in use.',
    NOWHERE,
  ],
  ['pgsteal_direct', null, 'Pages that programs reclaimed while they waited for memory.', '', NOWHERE],
  ['pgsteal_anon', '5.8', 'Reclaimed pages that were anonymous or shared memory: they went to swap.', '', NOWHERE],
  ['pgsteal_file', '5.8', 'Reclaimed pages of files.', '', NOWHERE],
  [
    'workingset_refault_anon',
    '5.9',
    'Pages that came back from swap soon after they had been reclaimed.',
    'The sign of a working set that does not fit. Before Linux 5.9 workingset_refault counted pages of files alone.',
    NOWHERE,
  ],
  [
    'workingset_refault_file',
    '5.9',
    'Pages of files that were read again soon after they had been reclaimed.',
    'Programs whose code comes from disk over and over are seen here.',
    NOWHERE,
  ],
  ['workingset_activate_anon', '5.9', 'Those of workingset_refault_anon that were needed at once.', '', NOWHERE],
  ['workingset_activate_file', '5.9', 'Those of workingset_refault_file that were needed at once.', '', NOWHERE],
  [
    'oom_kill',
    '4.13',
    'Processes that the OOM killer has ended, of the host and at limits of cgroups alike.',
    'memory.events of a cgroup has its own count.',
    'mmapctl overcommit',
  ],
  [
    'drop_pagecache',
    '3.15',
    'How often somebody wrote to vm.drop_caches for page cache.',
    'Cold caches after it are no fault of the programs.',
    NOWHERE,
  ],
  ['drop_slab', '3.15', 'How often somebody wrote to vm.drop_caches for slab.', '', NOWHERE],
]

const LEVELS: readonly TopicEntry[] = [
  ['nr_dirty', null, 'Pages of files that were changed and are not being written: Dirty of meminfo.', '', OF_DIRTY],
  ['nr_writeback', null, 'Pages of files that are being written: Writeback of meminfo.', '', OF_DIRTY],
  ['nr_unstable', null, 'Pages that an NFS server has not on disk yet.', 'Always 0 since Linux 5.8.', OF_DIRTY],
  [
    'nr_dirtied',
    '2.6.37',
    'Pages of files that were made dirty since boot.',
    'Not a level, as nr_ suggests.',
    OF_DIRTY,
  ],
  ['nr_written', '2.6.37', 'Pages of files that were written since boot.', 'Not a level, as nr_ suggests.', OF_DIRTY],
  [
    'nr_dirty_threshold',
    '2.6.37',
    'Dirty pages at which writers are stopped until some are written.',
    'Of the memory that can be dirty, which is less than RAM; writers are slowed from half way between this and the background threshold.',
    'mmapctl dirty; doctor: dirty-throttling, dirty-at-risk',
  ],
  [
    'nr_dirty_background_threshold',
    '2.6.37',
    'Dirty pages at which the kernel begins to write in the background.',
    '',
    'mmapctl dirty; doctor: dirty-throttling',
  ],
  [
    'nr_foll_pin_acquired',
    '5.7',
    'Pages pinned for devices since boot: io_uring buffers, RDMA, VFIO.',
    'Not a level: what is pinned now is nr_foll_pin_acquired − nr_foll_pin_released.',
    'doctor: unevictable-memory',
  ],
  ['nr_foll_pin_released', '5.7', 'Pins of devices that were given back since boot.', '', 'doctor: unevictable-memory'],
  [
    'nr_tlb_remote_flush',
    '3.12',
    'TLB flushes that other CPUs were asked for.',
    'Only in kernels with CONFIG_DEBUG_TLBFLUSH; the row TLB of /proc/interrupts is always there on x86.',
    'doctor: tlb-shootdowns',
  ],
]

/** Lines of vmstat that are no events of huge pages, which `thp` defines: mm/vmstat.c vmstat_text. */
export const VMSTAT_COUNTERS = topicsOf(
  'counter of vmstat',
  { shownBy: 'mmapctl doctor', reference: 'proc_vmstat(5)' },
  [...FAULTS, ...SWAP, ...RECLAIM, ...LEVELS],
)
