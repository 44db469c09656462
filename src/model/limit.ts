/** What may run out. */
export const LIMIT_IDS = [
  'memory',
  'commit',
  'cgroup-max',
  'cgroup-limit',
  'cgroup-high',
  'cgroup-swap',
  'cgroup-memsw',
  'cgroup-kmem',
  'rlimit-as',
  'rlimit-data',
  'rlimit-stack',
  'rlimit-memlock',
  'max-map-count',
  'hugetlb',
] as const

export type LimitId = (typeof LIMIT_IDS)[number]

/** What happens to a process that reaches a limit. */
export const CONSEQUENCES = [
  /** The OOM killer ends a process of the host. */
  'oom-kill',
  /** It ends a process of the cgroup. */
  'cgroup-kill',
  /** It ends all processes of the cgroup. */
  'group-kill',
  /** The processes of the cgroup wait until somebody frees memory. */
  'wait',
  /** Allocations are made to wait, more and more. */
  'slow',
  /** Nothing more is swapped out. */
  'no-swap',
  /** System calls fail with ENOMEM. */
  'refused',
  /** The stack cannot grow: SIGSEGV. */
  'segfault',
  /** mlock fails. */
  'no-lock',
  /** mmap fails with ENOMEM; what was mapped without a reserve gets SIGBUS. */
  'no-huge-page',
] as const

export type Consequence = (typeof CONSEQUENCES)[number]

/** A limit and how far it is; bytes, of `max-map-count` mappings. `NaN` is unknown. */
export interface Limit {
  readonly id: LimitId
  /** Which one, where there are several: the path of a cgroup (a binary string), the size of huge pages. */
  readonly where: string
  readonly used: number
  /** `Infinity` where none is set. */
  readonly limit: number
  readonly effect: Consequence
}
