import { topicsOf } from '../topic.ts'

/** Other settings below /proc/sys/vm: where mappings lie, large pages and compaction, what users may do. */
export const VM_SETTINGS = topicsOf(
  'setting',
  { shownBy: 'mmapctl doctor', reference: 'Documentation/admin-guide/sysctl/vm.rst' },
  [
    [
      'vm.mmap_min_addr',
      '2.6.23',
      'Lowest address that mmap gives: what lies below stays unmapped, against null pointers.',
      '',
      'not shown',
    ],
    ['vm.mmap_rnd_bits', '4.5', 'Bits of chance in the addresses of mappings.', '', 'not shown'],
    [
      'vm.legacy_va_layout',
      '2.6.9',
      'Mappings upwards from a third of the address space, as in Linux 2.4.',
      '',
      'not shown',
    ],
    [
      'vm.unprivileged_userfaultfd',
      '5.2',
      'Whether all users may handle faults of the kernel by userfaultfd.',
      '',
      'not shown',
    ],
    [
      'vm.memfd_noexec',
      '6.3',
      'Whether a memfd may be executed: 0 as it asks, 1 when it asks, 2 never.',
      '',
      'not shown',
    ],
    [
      'vm.nr_hugepages',
      null,
      'Size of the default hugetlb pool in pages: RAM that nothing else can use.',
      '',
      'mmapctl thp',
    ],
    [
      'vm.nr_overcommit_hugepages',
      '2.6.24',
      'Hugetlb pages that may be made beyond the pool while they are used (surplus).',
      '',
      'mmapctl thp',
    ],
    [
      'vm.compaction_proactiveness',
      '5.9',
      'How hard the kernel keeps memory in large pieces in the background: 0 to 100.',
      '',
      'mmapctl thp',
    ],
    [
      'vm.compact_memory',
      '2.6.35',
      'Written to, it makes large pieces of free memory now.',
      'Processes may stall meanwhile.',
      'not shown',
    ],
    [
      'vm.compact_unevictable_allowed',
      null,
      'Whether locked pages may be moved to make large pieces.',
      '0 on real-time systems: a moved page costs a minor fault.',
      'not shown',
    ],
    [
      'vm.extfrag_threshold',
      '2.6.35',
      'How fragmented memory must be before it is compacted rather than reclaimed: 0 to 1000.',
      '',
      'not shown',
    ],
    ['vm.hugetlb_shm_group', null, 'The group that may use the hugetlb pool for System V memory.', '', 'not shown'],
    ['vm.nr_hugepages_mempolicy', '2.6.32', 'As vm.nr_hugepages, on the NUMA nodes of who writes it.', '', 'not shown'],
  ],
)
