import type { CheckpointName, Drive, Method, ServerFailure } from './raw-measurement.ts'

/**
 * What `check` measures of a program; the name is what people type in limits and what stands in a baseline.
 *
 * A program is the process that was started and all that it starts:
 *
 * - `peak-rss`: the largest VmHWM of any one process. Not a sum: peaks of processes are not at one time, and pages that
 *   they share would count again in each.
 * - `anon`: Pss_Anon + Pss_Shmem of all processes at the moment when that was highest.
 * - `minor-faults`, `major-faults`: of all processes and threads.
 * - `mappings`: the most that any one process had at its end, which is what vm.max_map_count limits.
 * - `page-tables`, `locked`, `swap`: VmPTE, VmLck, VmSwap, the highest sum over all processes that was seen.
 * - `huge`, `dirty`: of all processes at the moment of `anon`: what huge pages map, in each process that
 *   maps them, and written pages, of several processes the share of each.
 * - `file-huge`: the largest FilePmdMapped of any one process when most was resident. How a file came into the page cache
 *   decides it: of a file that was just copied two MiB are mapped at once where else only what is read and its neighbours
 *   are.
 * - `dtlb-misses`: perf's dTLB-load-misses of all processes.
 */
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
  'file-huge',
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

/**
 * A value or why there is none. A peak that the kernel does not keep itself is `polled` in a run that is `exact` too;
 * runs are compared by the run's own fidelity.
 */
export type Measured =
  | { readonly value: number; readonly fidelity: Fidelity }
  | { readonly value: null; readonly why: string }

/** One group of mappings at one moment, by a key that is the same in the next run. */
export interface MappingGroup {
  /** Such as `[heap]`, `libc.so.6`, `anonymous < 1 MiB`; a binary string. */
  readonly key: string
  readonly mappings: number
  /** Address space of all processes, bytes. */
  readonly size: number
  /**
   * Resident bytes of the whole tree, each page once: what processes of the tree share by their share, a file's pages as
   * the process with most of them has them. Who else on the machine maps a file changes nothing, as it would in Pss.
   */
  readonly rss: number
  /** Anonymous and shared memory in it, by its share (Pss_Anon + Pss_Shmem). */
  readonly anon: number
}

/** The mappings of the whole process tree at one moment. */
export interface TreeSnapshot {
  /** Seconds since the program's start. */
  readonly at: number
  readonly why: 'new-high' | 'exit' | 'checkpoint'
  /** Sum of Pss_Anon and Pss_Shmem of the tree, in bytes. */
  readonly anon: number
  /** Sum of the groups' `rss`. */
  readonly rss: number
  /** Sum of Pss, in bytes; it moves with who else runs on the machine. */
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
  /** It was still there when the run was over. */
  readonly outlived: boolean
}

/** One run of a program. Metric values are bytes or counts. */
export interface MeasuredRun {
  readonly end: RunEnd
  readonly seconds: number
  readonly fidelity: Fidelity
  /** How it was watched. */
  readonly method: Method
  /** Whether addresses were randomised; `null` when that was left as it is. */
  readonly randomised: boolean | null
  readonly metrics: Readonly<Record<MetricName, Measured>>
  /**
   * What was resident at once was not more than this, in bytes: the sum of the largest resident sets of all processes.
   * `null` where a process was not seen at its end.
   */
  readonly mostResident: number | null
  /**
   * The most mappings that any one process was ever seen with: at its end, or when most was resident or its own. `null`
   * when none were counted. What comes and goes between the looks is in no count: the kernel keeps no peak of it.
   */
  readonly mostMappings: number | null
  /** The snapshot nearest to the peak; `null` when none could be taken. */
  readonly peak: TreeSnapshot | null
  /** The one with most anonymous and shared memory, which `anon`, `huge` and `dirty` are of; mostly the same one. */
  readonly anonPeak: TreeSnapshot | null
  /** The largest ones when there are very many. */
  readonly processes: readonly MeasuredProcess[]
  /** Facts that a reader needs beside the figures, in plain words; names in them are binary strings. */
  readonly notes: readonly string[]
}

/** A server's memory at one of its moments. */
export interface ServerCheckpoint {
  readonly name: CheckpointName
  readonly snapshot: TreeSnapshot
  /** Whether the memory had come to rest; `null` when that was not waited for. Without rest there is no verdict. */
  readonly settled: boolean | null
}

/**
 * A server from its start to its stop: ready, warm after the same work as is measured, after its work. What grows from
 * warm to after is what requests leave behind.
 */
export interface MeasuredServer {
  /** Over its whole life. That the stop signal ended it, or status 128 + its number, is how a server ends well. */
  readonly run: MeasuredRun
  /** Milliseconds from its start; `null` when it never got ready. */
  readonly readyMs: number | null
  /** Those that were reached, in order. */
  readonly checkpoints: readonly ServerCheckpoint[]
  readonly drives: readonly Drive[]
  /** It did not end when it was told to, and was killed. */
  readonly killed: boolean
  /** Why not all of it was measured. */
  readonly failure: ServerFailure | null
}
