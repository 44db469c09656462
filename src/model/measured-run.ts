/** What `check` measures of a program; the name is what people type in limits and what stands in a baseline. */
export const METRICS = [
  'peak-rss',
  'anon',
  'minor-faults',
  'major-faults',
  'mappings',
  'page-tables',
  'locked',
  'swap',
  'huge',
  'dirty',
  'dtlb-misses',
] as const

export type MetricName = (typeof METRICS)[number]

/** How a run was measured; runs of unlike fidelity are never compared. */
export type Fidelity =
  /** Read while the program was held at its exit and at every exec: nothing is missed. */
  | 'exact'
  /** Read from outside again and again: a peak is a lower bound. */
  | 'polled'

/** How the program ended. */
export type RunEnd =
  | { readonly how: 'exited'; readonly status: number }
  | { readonly how: 'killed'; readonly signal: string; readonly oom: boolean }
  /** Still running when the time was over, and killed for it. */
  | { readonly how: 'timeout'; readonly afterMs: number }

/** A value or why there is none. */
export type Measured =
  | { readonly value: number; readonly fidelity: Fidelity }
  | { readonly value: null; readonly why: string }

/** One group of mappings at one moment, by a key that is the same in the next run. */
export interface MappingGroup {
  /** Such as `[heap]`, `libc.so.6`, `anonymous < 1 MiB`; a binary string. */
  readonly key: string
  readonly mappings: number
  /** Bytes; of the whole tree, shared pages counted by their share (Pss) so that sums are true. */
  readonly size: number
  readonly rss: number
  readonly anon: number
}

/** The mappings of the whole process tree at one moment. */
export interface TreeSnapshot {
  /** Seconds since the program's start. */
  readonly at: number
  readonly why: 'new-high' | 'exit' | 'checkpoint'
  /** Sum of Pss_Anon and Pss_Shmem of the tree, in bytes. */
  readonly anon: number
  /** Sum of Pss, in bytes. */
  readonly pss: number
  readonly processes: number
  readonly groups: readonly MappingGroup[]
}

/** One process of the tree, as it was last seen. */
export interface MeasuredProcess {
  readonly pid: number
  readonly parent: number
  /** Thread name and executable, binary strings. */
  readonly comm: string
  readonly exe: string | null
  /** VmHWM at its end, bytes; `null` when it was not seen at its end. */
  readonly peakRss: number | null
}

/** One run of a program. Metric values are bytes or counts. */
export interface MeasuredRun {
  readonly end: RunEnd
  readonly seconds: number
  readonly fidelity: Fidelity
  readonly metrics: Readonly<Record<MetricName, Measured>>
  /** The snapshot nearest to the peak; `null` when none could be taken. */
  readonly peak: TreeSnapshot | null
  readonly processes: readonly MeasuredProcess[]
  /** Facts that a reader needs beside the figures, in plain words. */
  readonly notes: readonly string[]
}
