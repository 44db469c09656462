import type { CounterState, FaultRun, UnknownReason } from './faults.ts'

/** A figure of the report: a number, or the reason for none. */
export interface Figure {
  readonly value: number | null
  readonly reason: UnknownReason | null
}

/** One event, put together of every PMU's line for it. */
export interface CounterReport extends Figure {
  readonly unit: string
  /** `perf stat 6.1.192: page-faults:u`, or the kernel file. */
  readonly source: string
  readonly state: CounterState
  /** `u` when kernel mode is left out: such a count is not comparable with one of both modes. */
  readonly modifiers: string
  /** Smallest share of the time any PMU counted it; 100 for software events; `null` if unknown. */
  readonly percentRunning: number | null
  /** The PMUs that were added up, each un-scaled, on CPUs that have several; else empty. */
  readonly pmus: readonly PmuCount[]
}

/** What one PMU of a hybrid CPU counted. */
export interface PmuCount extends Figure {
  readonly pmu: string
  readonly percentRunning: number | null
}

/** The figures of one run: counters, the two accounts side by side, and what follows from them. */
export interface RunFigures {
  /** By perf's event name, in the order in which they were asked for. */
  readonly counters: Readonly<Record<string, CounterReport>>
  readonly accounting: Accounting
  readonly derived: Readonly<Record<DerivedId, Derived>>
}

/** One run, with its figures. */
export interface RunReport extends RunFigures {
  readonly run: FaultRun
}

/** Names of the differences between perf's count and the kernel's. */
export type DifferenceId =
  /** Faults in kernel mode, which perf was not allowed to count, and pages the kernel filled in without a fault. */
  | 'kernel-mode-or-pre-faulted'
  /** Pages that the kernel filled in without a fault: MAP_POPULATE, mlock, direct I/O, an execve’s arguments. */
  | 'pre-faulted'
  /** Faults of descendants that nobody waited for: daemons, children of a parent that ignores SIGCHLD. */
  | 'unreaped'
  /** Faults of children that were born during a watch, which only perf follows. */
  | 'descendants'
  /** Faults taken between the last reading of a watched process and its end, which only perf counts. */
  | 'unseen-end'
  /** Faults that failed (SIGSEGV) or were retried: perf counts attempts, the kernel the ones it settled. */
  | 'failed-or-retried'

/** A difference with its name, and how sure the name is. */
export interface Difference {
  readonly id: DifferenceId
  /** Faults; positive. */
  readonly faults: number
  /** Other causes that would look the same from outside; empty when there are none. */
  readonly orElse: readonly DifferenceId[]
}

/** perf's account and the kernel's of the same run. */
export interface Accounting {
  /** All faults: the kernel's count where there is one, perf's otherwise. */
  readonly total: Figure
  readonly minor: Figure
  readonly major: Figure
  /** The account that `total` is taken from. */
  readonly from: 'kernel' | 'perf' | null
  readonly perf: {
    /** page-faults in all modes; unknown when only user mode could be counted. */
    readonly all: Figure
    readonly user: Figure
    readonly kernel: Figure
  }
  /** minor + major of the kernel's own account. */
  readonly kernel: Figure
  readonly kernelSource: string | null
  readonly includes: 'reaped tree' | 'process' | null
  /** What the two differ by; empty when they agree or one is missing. */
  readonly differences: readonly Difference[]
  /** Pages filled in without a fault, where they can be told apart. */
  readonly preFaulted: Figure
}

export type DerivedId =
  | 'faultsPerSecond'
  | 'faultsPerMiB'
  | 'dtlbWalksPer1000Instructions'
  | 'itlbWalksPer1000Instructions'
  | 'walkCyclesShare'
  | 'minorFaultTime'
  | 'majorFaultTime'

/** A figure made of others. */
export interface Derived extends Figure {
  readonly id: DerivedId
  readonly unit: 'per-second' | 'per-mib' | 'per-1000-instructions' | 'share' | 'ms'
  /** True when it rests on an assumed cost per fault, which `costNs` then is. */
  readonly estimate: boolean
  /** Nanoseconds that one fault is taken to cost; `null` for figures without such a cost. */
  readonly costNs: number | null
  /** How it is made: `dTLB-load-misses ÷ instructions × 1000`. */
  readonly how: string
  /** What keeps it from being the whole truth; empty if nothing does. */
  readonly caveats: readonly DerivedCaveat[]
}

export type DerivedCaveat =
  /** AMD counts walks of loads and stores together. */
  | 'loads-and-stores'
  /** Load and store walks may overlap; before Ice Lake, Intel leaves nested walks of virtual machines out. */
  | 'walks-overlap'
  /** Kernel mode is left out. */
  | 'user-mode-only'
  /** The peak was polled, so it may have been higher, and the figure lower. */
  | 'peak-is-lower-bound'
  /** The hardware counter was shared out in time. */
  | 'multiplexed'
  /** Not every kind of core counts all that it is made of: it is of those that do. */
  | 'some-cores'

/** Several runs of one figure. */
export interface Spread {
  readonly n: number
  readonly median: number
  readonly min: number
  readonly max: number
  /** Robust standard deviation: the greater of 1.4826 × MAD and range ÷ 3.85. */
  readonly sigma: number
  /** Every run, in order. */
  readonly values: readonly number[]
}

/** Figures that are followed over several runs, and compared. */
export type MetricId =
  | 'faults'
  | 'minor-faults'
  | 'major-faults'
  /** What perf counts in both modes: without pages that the kernel filled in for itself. */
  | 'taken-faults'
  | 'user-faults'
  | 'kernel-faults'
  | 'pre-faulted'
  | 'dtlb-walks-per-1000-instructions'
  | 'walk-cycles-share'
  | 'peak-rss'
  | 'wall'

/** The runs of one program put together; `null` for what was not known in every run. */
export interface RepeatReport {
  readonly runs: number
  readonly warmups: number
  /** Runs left out because they failed. */
  readonly failed: number
  readonly metrics: Readonly<Partial<Record<MetricId, Spread>>>
}
