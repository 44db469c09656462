/** The settings of the host that rules look at, by their name below `/proc/sys`. */
export const RULE_SYSCTLS = [
  'kernel/numa_balancing',
  'kernel/randomize_va_space',
  'vm/compaction_proactiveness',
  'vm/dirty_background_bytes',
  'vm/dirty_background_ratio',
  'vm/dirty_bytes',
  'vm/dirty_expire_centisecs',
  'vm/dirty_ratio',
  'vm/dirty_writeback_centisecs',
  'vm/laptop_mode',
  'vm/max_map_count',
  'vm/min_free_kbytes',
  'vm/nr_overcommit_hugepages',
  'vm/overcommit_kbytes',
  'vm/overcommit_memory',
  'vm/overcommit_ratio',
  'vm/panic_on_oom',
  'vm/swappiness',
  'vm/zone_reclaim_mode',
] as const

export type RuleSysctl = (typeof RULE_SYSCTLS)[number]

/** Values of settings; one that this kernel lacks is not there. */
export type SysctlValues = ReadonlyMap<RuleSysctl, number>
