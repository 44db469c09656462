import type { PerfFailure } from './perf-failure.ts'

/** A program's run as its helper saw it, before anything is computed from it. Bytes, counts, and texts of the kernel. */

/** How a program is watched, best first. */
export const METHODS = ['ptrace', 'strace', 'poll'] as const
export type Method = (typeof METHODS)[number]

/** What a process was when it was last looked at. */
export interface RawProcess {
  readonly pid: number
  readonly parent: number
  /** It is the one that was started. */
  readonly root: boolean
  /** It ended before the one that was started became the last of the programs that it has been. */
  readonly ofLauncher: boolean
  /** Thread name, a binary string. */
  readonly comm: string
  /** Target of `exe`, a binary string; `null` where it may not be read. */
  readonly exe: string | null
  /** VmHWM of its last image; `null` when it was never seen with memory. */
  readonly peakRss: number | null
  /** The same of the images that it had before, by what the kernel keeps for getrusage(2); 0 for none. */
  readonly earlierPeakRss: number
  /** It was held at its end, and looked at there. */
  readonly seenAtEnd: boolean
  /** It went on when the run was over. */
  readonly outlived: boolean
  /** Mappings at its end; `null` when it was not seen there. */
  readonly mappings: number | null
  /** Its own faults, all threads, from when it began as a process of the program; `null` when not known. */
  readonly minorFaults: number | null
  readonly majorFaults: number | null
  /** Minor faults of the images before its last one; `null` when they were not told apart. */
  readonly earlierMinorFaults: number | null
  /** Thread names of the programs that it has been, first to last, binary strings; none for a mere fork. */
  readonly images: readonly string[]
  /** It was to run as another user or group by its file's set-user-ID or set-group-ID bit. */
  readonly setId: boolean
}

/** The memory of one process in a snapshot. Texts are binary strings. */
export interface RawMemory {
  readonly pid: number
  readonly comm: string
  readonly exe: string | null
  readonly smaps: string
  /** smaps_rollup; `null` when the process was alone, and so shared its pages with none of the tree. */
  readonly rollup: string | null
  readonly mountinfo: string | null
}

/** What a tree holds, roughly and at once, in bytes. */
export interface Weight {
  /** Resident. */
  readonly rss: number
  /** Private anonymous and shared memory: what only the program itself can give back. */
  readonly own: number
}

/** The memory of all processes of a program at one moment. */
export interface RawSnapshot {
  /** Milliseconds since the program began. */
  readonly at: number
  readonly why: 'new-high' | 'exit' | 'checkpoint'
  /** By the figures that the moment was chosen with. */
  readonly weight: Weight
  readonly processes: readonly RawMemory[]
  /** Processes whose memory may not be read. */
  readonly refused: number
}

/** Highest sums over the whole tree, in bytes; `null` where the kernel does not tell. */
export interface RawHighs {
  /** Private anonymous and shared memory, shared pages counted once. */
  readonly own: number | null
  readonly pageTables: number | null
  readonly locked: number | null
  readonly swap: number | null
}

/** What the watch over a program has seen when it is over. */
export interface RawTree {
  readonly processes: readonly RawProcess[]
  readonly highs: RawHighs
  /** Where most was resident. */
  readonly peak: RawSnapshot | null
  /** Where most was the program's own; `null` when that is `peak`. */
  readonly ownPeak: RawSnapshot | null
  /** Faults by what the kernel adds up for the parent that has waited; `null` where it cannot be read. */
  readonly reaped: { readonly minor: number; readonly major: number } | null
  /** `/proc/PID/cgroup` of the first process when it was last seen, a binary string. */
  readonly cgroups: string | null
  /** Milliseconds that were spent on looking, with nothing held. */
  readonly lookingMs: number
  /** Looks at the tree between its stops. */
  readonly looks: number
}

/** A way to watch that could not be gone, and why, in plain words. */
export interface RefusedMethod {
  readonly method: Method
  readonly why: string
}

/** How a program ended, as its parent is told. */
export interface RawEnd {
  readonly code: number | null
  /** Such as `SIGKILL`; `SIGRT` and a number for a real-time signal. */
  readonly signal: string | null
  /** It was ended because its time was over, after so many milliseconds. */
  readonly timedOutMs: number | null
}

/** One run, as it was measured. */
export interface RawMeasurement {
  readonly method: Method
  /** Better ways, that could not be gone. */
  readonly passedOver: readonly RefusedMethod[]
  readonly end: RawEnd
  /** From when it was let go to its end. */
  readonly seconds: number
  /** `null` when that was left as it is. */
  readonly randomised: boolean | null
  readonly tree: RawTree
  /** Processes that the kernel killed meanwhile for want of memory; `null` where it does not count them. */
  readonly oomKills: number | null
  /** perf's count of dTLB-load-misses; `null` when it was not asked for. */
  readonly dtlbMisses: { readonly value: number } | { readonly failure: PerfFailure } | null
}

/** The moments at which a server's memory is looked at: ready, after its warm-up, after its work. */
export type CheckpointName = 'ready' | 'warm' | 'after'

/** Why a server's measurement came to an early end. */
export type ServerFailure =
  | { readonly what: 'never-ready'; readonly afterMs: number }
  /** Before it was told to. */
  | { readonly what: 'ended'; readonly before: CheckpointName | 'stop' }
  | { readonly what: 'drive-failed'; readonly command: string; readonly status: number }
  | { readonly what: 'aborted' }

/** A command that gave a server its work. */
export interface Drive {
  readonly command: string
  /** Its exit status, 128 and more for a signal. */
  readonly status: number
  readonly seconds: number
}

/** The memory of a server at one of its moments. */
export interface RawCheckpoint {
  readonly name: CheckpointName
  readonly snapshot: RawSnapshot
  /** Whether the memory had come to rest; `null` when that was not waited for. */
  readonly settled: boolean | null
}

/** A server from its start to its stop. */
export interface RawServer {
  readonly run: RawMeasurement
  /** From when it was let go until it was ready; `null` when it never was. */
  readonly readyMs: number | null
  readonly checkpoints: readonly RawCheckpoint[]
  readonly drives: readonly Drive[]
  /** It did not end when it was told to, and was killed. */
  readonly killed: boolean
  readonly failure: ServerFailure | null
}
