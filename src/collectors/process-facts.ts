import type { WalkFigures } from '../parsers/quick-rollup.ts'
import type { QuickStatus } from '../parsers/quick-status.ts'

/** Files that a list of processes may need of each, besides `status`; in the order of their cost to the process. */
export const FACT_SOURCES = [
  'stat',
  'cgroup',
  'oom_score',
  'oom_score_adj',
  'cmdline',
  'maps',
  'smaps_rollup',
  'smaps',
] as const
export type FactSource = (typeof FACT_SOURCES)[number]

/** Why the pages of a process were not walked, so that PSS, USS and the like are unknown. */
export type WalkGap =
  /** Nothing that was asked for needs it. */
  | { readonly why: 'not-asked' }
  /** Ptrace access is needed. */
  | { readonly why: 'denied' }
  /** The process's own mmap calls would have waited longer than allowed. */
  | { readonly why: 'too-costly'; readonly stallMs: number }
  /** This kernel has neither smaps_rollup nor smaps (CONFIG_PROC_PAGE_MONITOR). */
  | { readonly why: 'not-offered' }
  /** The system said something else. */
  | { readonly why: 'failed'; readonly errno: string }

/** The result of a page walk, and the file that told it. */
export type Walk =
  | { readonly source: 'smaps_rollup' | 'smaps'; readonly figures: WalkFigures; readonly gap: null }
  | { readonly source: null; readonly figures: null; readonly gap: WalkGap }

/** The mappings counted, and charged as the kernel charges them; `NaN` is unknown. */
export interface MappingFacts {
  /** Those that count against `vm.max_map_count`. */
  readonly mappings: number
  /** Bytes of private memory that the kernel has promised to back: Σ Size of mappings with the VmFlag `ac`. */
  readonly commit: number
}

/** One process of a list, as read. Numbers are `NaN`, the others `null`, where unknown or not asked for. */
export interface ProcessFacts {
  readonly pid: number
  readonly status: QuickStatus
  /** Name of the effective user, or its number as text. */
  readonly user: string
  readonly minflt: number
  readonly majflt: number
  /** Seconds since it started. */
  readonly ageSeconds: number
  readonly walk: Walk
  readonly space: MappingFacts
  readonly oomScore: number
  readonly oomScoreAdj: number
  /** Arguments, binary strings. */
  readonly cmdline: readonly string[] | null
  /** Path of the cgroup that its memory is accounted to, a binary string. */
  readonly cgroup: string | null
  /** Short id of its container; empty when it is in none that is known by its cgroup. */
  readonly container: string | null
  /** Set when the leading thread has exited, so that another thread's files were read. */
  readonly threadRead: number | null
}

/** Why a directory in /proc is no process of the list. */
export type NoFacts = 'vanished' | 'kernel-thread' | 'zombie' | 'hidden' | 'other-user'
