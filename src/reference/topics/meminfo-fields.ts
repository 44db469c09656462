import { type TopicEntry, topicsOf } from '../topic.ts'

const RAM: readonly TopicEntry[] = [
  [
    'MemTotal',
    null,
    'RAM that the kernel manages: without what firmware, its own image and memory for a crash kernel take.',
  ],
  ['MemFree', null, 'RAM that nobody uses.', 'Little of it is no bad sign: memory that is not needed is page cache.'],
  [
    'MemAvailable',
    '3.14',
    'An estimate of what programs can still be given without swapping: free memory and the part of page cache and slab that can be had, above the watermarks.',
    'tmpfs and shared memory are not in it, nor what must be written back slowly; it does not know the limits of cgroups.',
  ],
  ['Buffers', null, 'Page cache of block devices: metadata of file systems.'],
  [
    'Cached',
    null,
    'Page cache of files, without Buffers and SwapCached; tmpfs and shared memory (Shmem) are in it.',
    'Cached − Shmem is what reclaim can drop, after writing what is dirty.',
  ],
  [
    'SwapCached',
    null,
    'Pages that are in RAM and in swap too: swapped out and read back, unchanged since.',
    'They are in AnonPages as well, and can be dropped without being written again.',
  ],
  ['Active', null, 'Pages used lately: Active(anon) + Active(file).'],
  ['Inactive', null, 'Pages that reclaim looks at first: Inactive(anon) + Inactive(file).'],
  ['Active(anon)', '2.6.28', 'Anonymous and shared memory used lately.'],
  ['Inactive(anon)', '2.6.28', 'Anonymous and shared memory that would be swapped first.', 'tmpfs is on these lists.'],
  ['Active(file)', '2.6.28', 'Page cache used lately.'],
  ['Inactive(file)', '2.6.28', 'Page cache that reclaim takes first.'],
  ['Unevictable', '2.6.28', 'Pages that reclaim may not take: mlock, SHM_LOCK, ramfs, secret memory.'],
  ['Mlocked', '2.6.28', 'Pages that mlock(2) keeps, a part of Unevictable.', 'Of smaps, Locked adds up to it.'],
  ['HardwareCorrupted', '2.6.32', 'Pages that are out of use because the hardware found errors in them.'],
  ['Percpu', '4.19', 'Memory of the per-CPU allocator of the kernel.', 'Grows with CPUs and cgroups.'],
  ['CmaTotal', '3.1', 'Memory kept for devices that need it in one piece; others may borrow it.'],
  ['CmaFree', '3.1', 'Part of CmaTotal that is free.'],
  ['Unaccepted', '6.5', 'Memory of a confidential virtual machine that the guest has not accepted yet.'],
  ['Balloon', '6.16', 'Memory that a virtual machine has given back to its host.'],
]

const SWAP: readonly TopicEntry[] = [
  ['SwapTotal', null, 'Swap space of all areas.'],
  ['SwapFree', null, 'Swap space that is not in use.', 'Pages in SwapCached hold their place in swap.'],
  ['Zswap', '5.19', 'RAM that zswap uses for compressed pages.'],
  ['Zswapped', '5.19', 'Memory that is compressed in zswap, at its full size.', 'It counts as used swap space too.'],
]

const USES: readonly TopicEntry[] = [
  [
    'Dirty',
    null,
    'Page cache that was changed and is not being written yet.',
    'Of files on disks alone: anonymous memory, tmpfs and memfd are never in it, though smaps calls their pages dirty. Compare it with nr_dirty_threshold of vmstat, which is no percentage of MemTotal.',
    'mmapctl dirty, ps; doctor: dirty-throttling',
  ],
  [
    'Writeback',
    null,
    'Page cache that is being written at this moment.',
    'Dirty + Writeback is what a power failure takes. Much of it for long means a slow device.',
    'mmapctl dirty; doctor: dirty-throttling',
  ],
  [
    'AnonPages',
    '2.6.18',
    'Anonymous memory that page tables map, AnonHugePages included.',
    'With Shmem and what is in swap it is what needs RAM or swap; Committed_AS above that is promised and not used yet.',
  ],
  [
    'Mapped',
    null,
    'Page cache and shared memory that page tables map, each page once.',
    'The Rss of files of all processes together is larger, for each counts a shared page.',
  ],
  [
    'Shmem',
    '2.6.32',
    'tmpfs files, memfd, System V and shared anonymous memory in RAM.',
    'Part of Cached, but leaves RAM for swap alone. What no process maps stays until its file or segment is removed.',
  ],
  ['KReclaimable', '4.20', 'SReclaimable and other memory of the kernel that it can give back.'],
  ['Slab', null, 'Memory of the kernel’s object caches: SReclaimable + SUnreclaim.', '/proc/slabinfo tells by cache.'],
  ['SReclaimable', '2.6.19', 'Slab that can be given back: mostly dentries and inodes.'],
  [
    'SUnreclaim',
    '2.6.19',
    'Slab that cannot be given back.',
    'Page tables and stacks of threads are not in it. Growth without end is a leak of the kernel’s or of a driver’s, or very many open files, sockets or cgroups.',
  ],
  ['KernelStack', '2.6.32', 'Stacks that the kernel has for threads, 16 KiB each on x86-64.'],
  [
    'PageTables',
    '2.6.18',
    'Page tables of all processes.',
    'VmPTE of status is the part of a process. Many processes that map one large segment in small pages each have their own.',
  ],
  ['SecPageTables', '6.1', 'Second page tables: those of virtual machines and of devices.'],
  ['VmallocTotal', null, 'Address space of the kernel for vmalloc.', 'Not memory: 32 TiB on x86-64.'],
  ['VmallocUsed', null, 'Memory allocated by vmalloc.', 'Always 0 from Linux 4.4 to 5.2.'],
  ['VmallocChunk', null, 'Largest free piece of that address space.', 'Always 0 since Linux 4.4.'],
  ['NFS_Unstable', '2.6.18', 'Pages sent to an NFS server and not on its disk yet.', 'Always 0 since Linux 5.8.'],
  ['Bounce', '2.6.18', 'Buffers for devices that cannot address all memory.'],
  ['WritebackTmp', '2.6.26', 'Buffers that FUSE used for writeback.'],
  ['DirectMap4k', '2.6.27', 'Part of all memory that the kernel itself maps in 4 KiB pages.'],
  ['DirectMap2M', '2.6.27', 'Part of all memory that the kernel itself maps in 2 MiB pages.', 'Nothing of a process.'],
  ['DirectMap1G', '2.6.27', 'Part of all memory that the kernel itself maps in 1 GiB pages.'],
]

const COMMIT: readonly TopicEntry[] = [
  [
    'CommitLimit',
    '2.6.10',
    'What may be promised in mode 2 of vm.overcommit_memory: (RAM − hugetlb pools) × vm.overcommit_ratio % + swap, or vm.overcommit_kbytes + swap.',
    'Computed in every mode and enforced in mode 2 alone: in modes 0 and 1 Committed_AS above it means nothing by itself. In mode 2 ordinary processes are refused a little earlier, for vm.admin_reserve_kbytes and vm.user_reserve_kbytes.',
    'mmapctl overcommit; doctor: commit-near-limit',
  ],
  [
    'Committed_AS',
    null,
    'Memory that the kernel has promised: private writable mappings in full, touched or not, and shared memory.',
    'Stacks of threads count with 8 MiB each, though they use a hundredth of it; MAP_NORESERVE memory, reservations without access (PROT_NONE) and hugetlb are not in it. Before Linux 5.9 it may be off by some MiB on machines of many CPUs.',
    'mmapctl overcommit, with who owns it; doctor: latent-overcommit, commit-near-limit',
  ],
]

const HUGE: readonly TopicEntry[] = [
  [
    'AnonHugePages',
    '2.6.38',
    'Anonymous memory in transparent huge pages (2 MiB on x86-64), of the whole host.',
    'Smaller large folios are not in it. The field of the same name in smaps is the part of a mapping.',
    'mmapctl thp',
  ],
  [
    'ShmemHugePages',
    '4.8',
    'tmpfs and shared memory in huge pages, mapped or not.',
    'See transparent_hugepage/shmem_enabled and huge= of the mount.',
    'mmapctl thp',
  ],
  [
    'ShmemPmdMapped',
    '4.8',
    'tmpfs and shared memory that page tables map by huge entries.',
    'The field of smaps is the part of a mapping.',
    'mmapctl thp',
  ],
  ['FileHugePages', '5.4', 'Page cache of files in huge pages, mapped or not.', '', 'mmapctl thp'],
  [
    'FilePmdMapped',
    '5.4',
    'Page cache of files that page tables map by huge entries.',
    'The field of smaps is the part of a mapping.',
    'mmapctl thp',
  ],
  [
    'HugePages_Total',
    null,
    'Pages of the hugetlb pool of the default size: a count.',
    'Taken from everybody else’s memory whether used or not. Pools of other sizes are in /sys/kernel/mm/hugepages alone.',
    'mmapctl thp; doctor: hugetlb-idle',
  ],
  [
    'HugePages_Free',
    null,
    'Pages of that pool that no memory is in.',
    'HugePages_Rsvd of them are promised: Free − Rsvd is what a new mapping can have.',
    'mmapctl thp; doctor: hugetlb-exhausted',
  ],
  [
    'HugePages_Rsvd',
    '2.6.17',
    'Free pages that are promised to mappings which have not touched them yet.',
    'They are in HugePages_Free as well. A database that has just started has most of its pool here.',
    'mmapctl thp; doctor: hugetlb-exhausted',
  ],
  [
    'HugePages_Surp',
    '2.6.24',
    'Pages above vm.nr_hugepages, made when needed and given back when free.',
    'vm.nr_overcommit_hugepages limits them.',
    'mmapctl thp',
  ],
  ['Hugepagesize', null, 'Size of the default huge page of hugetlb.', '', 'mmapctl thp'],
  [
    'Hugetlb',
    '4.19',
    'Memory in the hugetlb pools of all page sizes.',
    'Not in Rss, AnonPages or Cached.',
    'mmapctl thp',
  ],
]

const IN_PS = 'where all of the RAM is: mmapctl ps'

/** What reports read of meminfo; what stands nowhere here is in no report. */
const SHOWN: ReadonlyMap<string, string> = new Map([
  ...[
    'MemTotal',
    'MemFree',
    'MemAvailable',
    'Buffers',
    'Cached',
    'SwapTotal',
    'SwapFree',
    'Zswap',
    'AnonPages',
    'Mapped',
    'Shmem',
    'Slab',
    'SReclaimable',
    'KernelStack',
    'PageTables',
    'SecPageTables',
    'Percpu',
  ].map((id) => [id, IN_PS] as const),
  ['SwapCached', 'no report by itself; mmapctl overcommit reckons with it'],
  ['Unevictable', 'evidence of mmapctl doctor: unevictable-memory'],
  ['Mlocked', 'evidence of mmapctl doctor: unevictable-memory'],
])

function shown([id, since, what, reading = '', shownBy]: TopicEntry): TopicEntry {
  return [id, since, what, reading, shownBy ?? SHOWN.get(id)]
}

/** Lines of meminfo: fs/proc/meminfo.c meminfo_proc_show. */
export const MEMINFO_FIELDS = topicsOf(
  'meminfo field',
  { shownBy: 'no report; mmapctl capture keeps the file', reference: 'proc_meminfo(5)' },
  [...RAM, ...SWAP, ...USES, ...COMMIT, ...HUGE].map(shown),
)
