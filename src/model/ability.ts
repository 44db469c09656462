/** What mmapctl may be able to do on a host, in the order in which it is told. */
export const ABILITY_IDS = [
  'own-smaps',
  'foreign-smaps',
  'memory-contents',
  'all-processes',
  'map-files',
  'page-frames',
  'frame-flags',
  'cachestat',
  'pagemap-scan',
  'procmap-query',
  'soft-dirty',
  'perf',
  'fault-counts',
  'kernel-faults',
  'hardware-events',
  'fault-records',
  'error-codes',
  'native-calls',
  'exact-measuring',
  'strace',
  'fixed-addresses',
  'cgroup-memory',
  'pressure',
  'huge-page-settings',
  'cap-sys-ptrace',
  'cap-dac-read-search',
  'cap-sys-admin',
  'cap-perfmon',
  'cap-checkpoint-restore',
  'cap-ipc-lock',
  'terminal',
  'colours',
] as const

export type AbilityId = (typeof ABILITY_IDS)[number]

/** What came of trying. */
export type AbilityState =
  | 'works'
  /** It is there, and this reader may not. */
  | 'refused'
  /** This kernel, machine or installation does not have it. */
  | 'absent'
  /** There was nothing to try it on. */
  | 'untried'

/** One ability as it was tried. */
export interface Ability {
  readonly id: AbilityId
  readonly state: AbilityState
  /** What was done and what came of it: text, no binary string. */
  readonly found: string
}

/** Who reads, and inside of what. */
export interface ReaderFacts {
  /** Effective user and group. */
  readonly uid: number
  readonly gid: number
  /** A bit each (linux/capability.h); `null` where status does not tell. */
  readonly capabilities: { readonly effective: bigint | null; readonly bounding: bigint | null }
  /** Signs of a container: files and namespaces, each as it was found; none for none. */
  readonly container: readonly string[]
  /** `null` where status does not tell. */
  readonly seccomp: 'off' | 'strict' | 'filter' | null
  readonly noNewPrivileges: boolean | null
}
