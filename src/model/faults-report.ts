/**
 * `mmapctl/faults@1`: plain data, everything that any form of `mmapctl faults` shows. Made by `analysis/faults/`.
 * Unknown is `null`, never 0, and carries its reason beside it.
 */

import type { CounterState, FaultHost, FaultRun, RateSample, UnknownReason } from './faults.ts'
import type { PerfFailure } from './perf-failure.ts'

export const FAULTS_SCHEMA = 'mmapctl/faults@1'

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

/** A program, or a process, that was measured. */
export interface FaultSubject {
  readonly command: readonly string[]
  /** All runs, warm-ups first. */
  readonly runs: readonly RunReport[]
  /** Of the last run that counts; with `--repeat` of the run whose fault count is the median. */
  readonly figures: RunFigures
  readonly repeat: RepeatReport | null
}

export type Verdict =
  /** Beyond the threshold, and the runs are too far apart for chance. */
  | 'more'
  | 'fewer'
  /** Within the threshold, or the runs overlap as chance lets them. */
  | 'no-change'
  /** Beyond the threshold, but too few runs to tell it from chance. */
  | 'unproven'
  /** One side varies too much from run to run to compare. */
  | 'unstable'
  | 'unknown'

/** One line of a comparison. */
export interface ComparisonRow {
  readonly metric: MetricId
  readonly before: Spread | null
  readonly after: Spread | null
  /** after − before, of the medians. */
  readonly delta: number | null
  /** delta ÷ before; `null` when before is 0. */
  readonly relative: number | null
  /** What a change must exceed to count: max(2 %, floor, 2 σ). */
  readonly threshold: number | null
  /** One-sided Mann–Whitney probability of such runs if nothing had changed. */
  readonly p: number | null
  readonly verdict: Verdict
}

/** Why two programs were not compared. */
export type ComparisonRefusal =
  | { readonly code: 'run-failed'; readonly side: 'before' | 'after'; readonly failed: number }
  | { readonly code: 'modes-differ' }
  | { readonly code: 'no-runs'; readonly side: 'before' | 'after' }

/** What may explain a difference beside the programs. */
export type ComparisonWarning = 'perf-differs' | 'kernel-differs' | 'cpu-differs' | 'arguments-differ'

/** The second program beside the first, which is the reference. */
export interface Comparison {
  readonly after: FaultSubject
  readonly rows: readonly ComparisonRow[]
  readonly refusal: ComparisonRefusal | null
  readonly warnings: readonly ComparisonWarning[]
}

/** What a fault was for. */
export const FAULT_KINDS = [
  ['first-touch', 'the first access to a page of anonymous memory: the kernel finds a page and zeroes it'],
  ['file', 'a page of a file mapped in: from the page cache, or read from the device when major'],
  ['shared', 'a page of shared memory or of a memfd'],
  ['text', 'a page of code fetched'],
  ['cow', 'a write to a private page that was there to read: it is copied, or taken over'],
  ['dirty', 'the first write to a shared file page, which the kernel must know of to write it back'],
  ['swap-in', 'a page brought back from swap'],
  [
    'returned',
    'an anonymous page that had been there, on a host that swapped: from the swap cache, or given back before',
  ],
  ['stack', 'the stack grew by a page'],
  ['huge', 'a huge page: of hugetlb, or a transparent one where the size of the page was recorded'],
  ['kernel', 'the kernel itself touched the program’s memory: read(2), write(2), execve(2)'],
  ['unknown', 'no mapping was seen for the address'],
] as const

export type FaultKind = (typeof FAULT_KINDS)[number][0]

export const FAULT_KIND_NAMES: readonly FaultKind[] = FAULT_KINDS.map(([name]) => name)

/** What hot spots are told apart by. */
export const FAULT_GROUPINGS = ['mapping', 'file', 'kind', 'symbol', 'thread', 'time'] as const
export type FaultGrouping = (typeof FAULT_GROUPINGS)[number]

/** A program that ran while faults were recorded. */
export interface ProgramRef {
  /** The process that executed it; others may have been forked from that. */
  readonly pid: number
  /** The kernel's name for it when it was executed, a binary string. */
  readonly comm: string
}

/** What the programs of one name faulted. */
export interface ProgramShare {
  /** A binary string. */
  readonly comm: string
  readonly faults: number
  /** Of all faults recorded, 0…1. */
  readonly share: number
  /** How often it was executed. */
  readonly executed: number
  /** Processes that ran it and faulted. */
  readonly processes: number
}

/** Programs that stand out; `null` where none did any such thing. */
export interface BusiestPrograms {
  /** It took most copies of pages that were there before a fork. */
  readonly copies: (ProgramRef & { readonly faults: number; readonly forks: number }) | null
  /** Most anonymous mappings appeared in it; `faults` are its first touches. */
  readonly mappings: (ProgramRef & { readonly faults: number; readonly mappings: number }) | null
  /** It brought most pages back from swap. */
  readonly swapIns: (ProgramRef & { readonly faults: number }) | null
}

/** A mapping as a person may know it again. */
export interface FaultMapping {
  readonly pid: number
  /** The program that had it mapped, a binary string. */
  readonly comm: string
  /** Range that perf saw, as hexadecimal `0x…`; adjacent anonymous mappings that the kernel merged are one. */
  readonly start: string
  readonly end: string
  readonly size: number
  readonly perms: string | null
  /** Path, `[stack]`, …; empty for anonymous memory. A binary string. */
  readonly name: string
}

/** Faults of one mapping, file, kind, symbol, thread or stretch of time. */
export interface Hotspot {
  /** What it is grouped by, a binary string: a name, a kind, a symbol with its file, a thread, seconds. */
  readonly key: string
  /** Faults it stands for: samples times their period. */
  readonly faults: number
  /** Of all faults recorded, 0…1. */
  readonly share: number
  /** `null` when minor and major were not recorded apart. */
  readonly major: number | null
  readonly kinds: Readonly<Partial<Record<FaultKind, number>>>
  /** Distinct pages; of a sampled recording a lower bound. */
  readonly pages: number
  /**
   * Samples of a page that had faulted for the same reason before: memory given back and touched again. Of a sampled
   * recording a lower bound.
   */
  readonly refaults: number
  /** Milliseconds since the first fault, of a stretch of time; `null` for all other groupings. */
  readonly time: { readonly fromMs: number; readonly toMs: number } | null
  /** The mapping, where all faults fell into one. */
  readonly mapping: FaultMapping | null
  /** The code that faulted most in it, and how often. */
  readonly site: { readonly symbol: string | null; readonly dso: string | null; readonly faults: number } | null
  /** The thread that faulted most in it. */
  readonly thread: { readonly pid: number; readonly tid: number; readonly comm: string; readonly faults: number }
}

/** Where the faults are. */
export interface Attribution {
  readonly by: FaultGrouping
  /** Largest first, or in the order of time; cut to the limit. */
  readonly hotspots: readonly Hotspot[]
  /** How many there were before the limit. */
  readonly groups: number
  /** Whatever the grouping, all faults by kind. */
  readonly kinds: Readonly<Partial<Record<FaultKind, number>>>
  /** The hot spots by mapping, kind and code at once, largest first: what the sentences are made of. */
  readonly leading: readonly LeadingSpot[]
  readonly samples: number
  /** Faults the samples stand for. */
  readonly faults: number
  /** Every `period`-th fault was recorded. */
  readonly period: number
  /** Records that did not fit the ring buffer. */
  readonly lost: number
  /** Lines of the printed recording that were not understood, so that what they told is missing. */
  readonly unreadLines: number
  /** Faults of which no mapping was seen. */
  readonly unattributed: number
  readonly userOnly: boolean
  /** Whether kinds follow from the processor's error code, or from mapping and order alone. */
  readonly evidence: 'error-code' | 'inferred'
  /** Samples of which the processor's error code is known. */
  readonly coded: number
  /** Call stacks were recorded. */
  readonly stacks: boolean
  /** The size of each fault's page was recorded, so that transparent huge pages are told from small ones. */
  readonly pageSizes: boolean
  readonly processes: number
  /** The programs that faulted, by name, most faults first. */
  readonly programs: readonly ProgramShare[]
  /** Those that did most of what advice is given about. */
  readonly busiest: BusiestPrograms
  readonly forks: number
  /** Of the copies, those of pages that were there before a fork; the others are of files' private pages. */
  readonly copiesAfterFork: number
  /** Mappings that perf saw appear, growth of stacks left out. */
  readonly mappings: number
  /** Wall time of the recorded run in ms; recording slows a run down, so it is no measure of the program. */
  readonly wallMs: number
  readonly recordingBytes: number
}

/** One sentence's worth: these faults are of this kind, in this memory, from this code. */
export interface LeadingSpot {
  readonly faults: number
  readonly share: number
  readonly kind: FaultKind
  readonly major: number | null
  /** The mapping; `null` when many small ones are put together, or none was seen. */
  readonly mapping: FaultMapping | null
  /** Whose faults they are. */
  readonly program: ProgramRef
  /** What all of its mappings are called, a binary string; `null` when none was seen, or they have several names. */
  readonly name: string | null
  /** How many mappings it is about. */
  readonly mappings: number
  readonly symbol: string | null
  readonly dso: string | null
  readonly pages: number
  readonly refaults: number
}

/** Faults over time. */
export interface RatePoint {
  /** Milliseconds since the start, of the interval's end. */
  readonly atMs: number
  readonly spanMs: number
  readonly minor: number
  readonly major: number
}

/** Faults over time of a process that was watched. */
export interface RatesReport {
  readonly samples: readonly RateSample[]
  readonly points: readonly RatePoint[]
  /** Minor and major, per second. */
  readonly mean: number | null
  readonly peak: number | null
}

/**
 * What may be done, each following from a figure of the report, and of one program where faults were recorded: what
 * several programs did together is no reason to change any of them. The words are the output's.
 */
export type Advice =
  /** `thp` is what the host does about huge pages. */
  | {
      readonly code: 'huge-pages'
      readonly faults: number
      readonly share: number
      readonly mapping: FaultMapping
      readonly thp: string | null
    }
  | { readonly code: 'prefault'; readonly faults: number; readonly share: number; readonly mapping: FaultMapping }
  | { readonly code: 'keep-memory'; readonly refaults: number; readonly share: number; readonly mapping: FaultMapping }
  | { readonly code: 'map-populate'; readonly faults: number; readonly share: number; readonly mapping: FaultMapping }
  | { readonly code: 'read-ahead'; readonly major: number; readonly share: number; readonly mapping: FaultMapping }
  | {
      readonly code: 'copy-after-fork'
      readonly faults: number
      readonly share: number
      readonly forks: number
      readonly program: ProgramRef
    }
  | {
      readonly code: 'small-mappings'
      readonly mappings: number
      readonly faults: number
      readonly share: number
      readonly program: ProgramRef
    }
  | { readonly code: 'swapping'; readonly faults: number; readonly share: number; readonly program: ProgramRef }
  | { readonly code: 'pre-faulted'; readonly pages: number; readonly share: number }
  | { readonly code: 'page-walks'; readonly share: number }

/** What the reader must know to read the figures right. The words are the output's. */
export type Note =
  /** Counted by the kernel's own account alone. */
  | { readonly code: 'no-perf'; readonly failure: PerfFailure }
  /** `events` were 0 in user mode, so that they are unknown. */
  | { readonly code: 'user-mode-only'; readonly paranoid: number | null; readonly events: readonly string[] }
  | { readonly code: 'no-pmu'; readonly events: readonly string[] }
  | { readonly code: 'hypervisor-zero'; readonly events: readonly string[] }
  | { readonly code: 'lost-at-exec' }
  | { readonly code: 'multiplexed'; readonly events: readonly string[]; readonly percent: number }
  | { readonly code: 'hybrid-sum'; readonly events: readonly string[] }
  | { readonly code: 'run-failed'; readonly failed: number; readonly runs: number }
  | { readonly code: 'lost-records'; readonly lost: number; readonly samples: number }
  | { readonly code: 'unread-lines'; readonly lines: number }
  /** `counted` is how many faults there were, where it is known: `faults` is what the samples stand for. */
  | { readonly code: 'sampled'; readonly period: number; readonly faults: number; readonly counted: number | null }
  | { readonly code: 'unattributed'; readonly faults: number; readonly share: number }
  | { readonly code: 'kinds-inferred'; readonly cause: NoErrorCode }
  /** Recorded without the sizes of pages, while the host gave huge pages at faults: how many, if that is known. */
  | { readonly code: 'huge-untold'; readonly allocated: number | null }
  /** Pages moved between memory and swap, on the whole host: some minor faults may have found theirs in the swap cache. */
  | { readonly code: 'swap-cache'; readonly swappedIn: number; readonly swappedOut: number; readonly readAhead: number }
  | { readonly code: 'existing-children' }
  | { readonly code: 'dropped-cache'; readonly drop: CacheDrop }

/** Why the processor's error code, which tells kinds of fault apart, is not known of every fault. */
export type NoErrorCode =
  /** Only `--by kind` records it: it costs as much again as the recording itself. */
  | 'not-by-kind'
  /** The tracepoints are root's. */
  | 'not-root'
  /** A sampled tracepoint belongs to another fault than the sampled fault does. */
  | 'sampled'
  /** They are not recorded beside call stacks. */
  | 'stacks'
  /** The tracepoints are of x86 and RISC-V, of which only x86's code is known, and need a perf with libtraceevent. */
  | 'no-tracepoint'
  /** Recorded, but some are missing. */
  | 'incomplete'

/** What `--cold` did before a run. */
export interface CacheDrop {
  readonly files: number
  /** `null` where fincore(1) is not there to tell. */
  readonly bytes: number | null
  /** Files that could not be opened, or kept their pages (dirty, or mapped by somebody else). */
  readonly kept: number
}

/** One thing that was started or read to make the report. */
export interface FaultProvenance {
  /** A command line or a path; a binary string. */
  readonly source: string
  /** Milliseconds since the report's begin. */
  readonly at: number
  readonly durationMs: number
  readonly bytes: number
}

export type Backend = 'auto' | 'perf' | 'proc'

/** The whole answer. The counters, runs and figures at the top are the reference's when two programs are compared. */
export interface FaultsReport extends FaultSubject {
  readonly schema: typeof FAULTS_SCHEMA
  /** The process that was attached to; `null` when a program was run. */
  readonly target: { readonly pid: number; readonly comm: string } | null
  readonly host: FaultHost
  readonly backend: {
    readonly asked: Backend
    readonly used: 'perf' | 'proc'
    readonly perfVersion: string | null
    readonly failure: PerfFailure | null
  }
  readonly comparison: Comparison | null
  readonly attribution: Attribution | null
  readonly rates: RatesReport | null
  /** At most three. */
  readonly advice: readonly Advice[]
  readonly notes: readonly Note[]
  readonly provenance: readonly FaultProvenance[]
}
