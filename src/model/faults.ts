/**
 * What `mmapctl faults` measures: one run as it was recorded, and one counter of it.
 *
 * The path of a figure: a runner fills a `RawRun`, `parsers/perf-run.ts` makes a `FaultRun` of it, the analysis a
 * `FaultsReport` (`faults-report.ts`) of one or more of those, and every form of output is written from that alone.
 */

import type { HostEvents } from './host-events.ts'
import type { PerfFailure } from './perf-failure.ts'

/** How a program ended: exactly one of the two is known, or neither while it still runs. */
export interface ProgramExit {
  readonly code: number | null
  /** `SIGSEGV`, … */
  readonly signal: string | null
}

/** What perf gave for one run, not yet parsed. */
export interface RawPerf {
  /** The version as `perf --version` prints it, without `perf version `: `6.1.192`. */
  readonly version: string
  /** The file of `-x ';' -o FILE`; `null` when perf never made it. */
  readonly statFile: Uint8Array | null
  /** What perf itself said, a binary string. The program's own stderr is not in it. */
  readonly stderr: string
  /** How perf ended, which is not how the program ended. */
  readonly exit: ProgramExit
  /** The events asked for, as given to `-e`. */
  readonly requested: readonly string[]
  /** Events that were wanted, and that perf would have refused all others for. */
  readonly refused?: readonly RefusedEvent[]
}

/** An event that perf does not count here, and why. */
export interface RefusedEvent {
  readonly event: string
  readonly failure: PerfFailure
}

/** Faults as the kernel counts them in a process's own figures, of the same run that perf counted. */
export interface KernelCounts {
  /** Faults that no device had to be waited for; the wrapper's own are subtracted. */
  readonly minor: number
  /** Faults that waited for a device, or that the kernel had to retry. */
  readonly major: number
  /** Where it was read, for the reader: `/proc/self/stat: cminflt, cmajflt`. */
  readonly source: string
  /**
   * Whose faults: `reaped tree` is the program, its threads and every descendant that was waited for; `process` is one
   * process with its threads, live and dead.
   */
  readonly includes: 'reaped tree' | 'process'
  /** Faults taken while the accounts began and ended, so that they may be in one and not in the other; 0 unless given. */
  readonly uncertain?: number
  /** The process ended after it was last read: what it took then is missing. */
  readonly endUnseen?: boolean
}

/** Fault counts at one moment of a process that is being watched. */
export interface RateSample {
  /** Milliseconds since the watch began. */
  readonly atMs: number
  /** Totals since the process began: /proc/PID/stat minflt and majflt. */
  readonly minflt: number
  readonly majflt: number
}

/** What of the machine decides which counters there are and what they mean. */
export interface FaultHost {
  /** `vendor_id` of /proc/cpuinfo (`GenuineIntel`, `AuthenticAMD`), `ARM` for an implementer; `null` if unknown. */
  readonly cpuVendor: string | null
  readonly cpuModel: string | null
  /** Kernel release, as `uname -r` prints it. */
  readonly kernel: string
  /** kernel.perf_event_paranoid; `null` when it cannot be read. */
  readonly paranoid: number | null
  readonly uid: number
  /** Bytes of a page of the base size. */
  readonly pageSize: number
  /** /sys/kernel/mm/transparent_hugepage/enabled: `always`, `madvise`, `never`; `null` where the kernel has none. */
  readonly thp: string | null
}

/** One run of a program, or one attachment to a process, as a runner hands it over. */
export interface RawRun {
  /** The program and its arguments, or what is known of the process; binary strings. */
  readonly argv: readonly string[]
  /** The process; of a program that could not be started, `null`. */
  readonly pid: number | null
  /** How it ended; neither code nor signal when it was only watched. */
  readonly exit: ProgramExit
  /** From the moment the program was let go to its end, or the length of the watch. */
  readonly wallMs: number
  /** Milliseconds since 1970. */
  readonly startedAt: number
  /** Before the first run that counts: its figures are shown, but are in no statistic. */
  readonly warmup: boolean
  /** perf's answer; `null` when it was not started, and then `perfAbsent` says why. */
  readonly perf: RawPerf | null
  readonly perfAbsent: PerfFailure | null
  /** `null` only when the program could not be started, or the process was gone before the end. */
  readonly kernel: KernelCounts | null
  /** Highest RSS in bytes (VmHWM as last seen, hence a lower bound), of a watched process since it began; `null` if never seen. */
  readonly peakRssBytes: number | null
  /** Moments of a watch (`--pid`); empty otherwise. */
  readonly samples: readonly RateSample[]
  /** /proc/vmstat at the beginning and at the end of `wallMs`; `null` where it could not be read. */
  readonly vmstat: { readonly before: Uint8Array; readonly after: Uint8Array } | null
  readonly host: FaultHost
}

/** How a counter came by its value, or why it has none. */
export type CounterState =
  /** Counted from beginning to end. */
  | 'counted'
  /** Counted part of the time, for want of hardware counters, and scaled up by perf. */
  | 'scaled'
  /** `<not supported>`: this CPU, VM or kernel does not have the event. */
  | 'not-supported'
  /** `<not counted>`: it has it, but no counter was ever free for it, or nothing ran. */
  | 'not-counted'
  /**
   * A zero that cannot be (a program cannot run without page faults, nor a CPU without cycles), or that says nothing,
   * because kernel mode was left out and the event happens there too.
   */
  | 'suspicious-zero'
  /** It was not asked for. */
  | 'not-asked'

/** Why a figure is unknown. The words are in `output/faults-reasons.ts`. */
export type UnknownReason =
  /** perf did not count; the run's `PerfFailure` says why. */
  | 'no-perf'
  /** The figure is made of counters that this run was not asked for. */
  | 'not-asked'
  /** The CPU, the VM or the kernel does not have the event. */
  | 'not-supported'
  /** No hardware event works at all here: a virtual machine without a PMU, or a container without it. */
  | 'no-pmu'
  /** The event was never given a hardware counter, or the program never ran while it was enabled. */
  | 'not-counted'
  /** Counted for so short a part of the run that scaling it up would invent a number. */
  | 'too-short'
  /** perf says zero page faults: it lost its counters when the program changed its user (setuid, file capabilities). */
  | 'lost-at-exec'
  /** Hardware events say zero: the hypervisor offers counters that do not count. */
  | 'hypervisor-zero'
  /** What is counted under this name differs by vendor, and this vendor's is not known. */
  | 'unknown-cpu'
  /** This CPU has no event for it. */
  | 'no-such-event'
  /** Kernel mode may not be counted (kernel.perf_event_paranoid). */
  | 'user-mode-only'
  /** Only root may read what the tracepoint looks like (tracefs). */
  | 'tracefs'
  /** This perf was built without tracepoints. */
  | 'no-libtraceevent'
  /** perf or the kernel refuses the event, for want of a right or for another reason of its own. */
  | 'refused'
  /** Too short a time, too small a peak or no count to divide by. */
  | 'nothing-to-divide-by'
  /** The peak of the resident memory was not seen. */
  | 'no-peak'
  /** The run was so short that its peak may have come and gone between two looks. */
  | 'short-run'
  /** Descendants took faults too, and only the program's own memory was seen. */
  | 'descendants'
  /** The peak is that of the process's whole life, the faults are those of the watch. */
  | 'lifetime-peak'
  /** Neither perf nor the kernel's own count is there. */
  | 'not-measured'

/** One line of perf stat. */
export interface Counter {
  /** perf's name of the event without PMU and modifiers: `page-faults`, `dTLB-load-misses`. */
  readonly event: string
  /** `u`, `k`, `uk`, … in perf's order; empty when none. `u` means that kernel mode was left out. */
  readonly modifiers: string
  /** The PMU where perf names it (`cpu_core`, `cpu_atom`, `armv8_pmuv3_0`); else `null`. */
  readonly pmu: string | null
  /** The count, scaled up by perf when `scaled`; `null` is unknown. */
  readonly value: number | null
  /** `''` for a count; `msec` for the clocks. */
  readonly unit: string
  readonly state: CounterState
  /** Share of the enabled time during which it was counted; `null` when perf did not say. */
  readonly percentRunning: number | null
  /** Nanoseconds during which it was counted, over all CPUs; `null` when perf did not say. */
  readonly runNs: number | null
  /** Why the value is unknown; `null` when it is known. */
  readonly reason: UnknownReason | null
}

/** Lines of one interval, of one CPU or of one thread, before they are put together. */
export interface CounterRow extends Counter {
  /** Seconds since the start, of `-I`; `summary` of `--summary`; `null` for a plain line. */
  readonly interval: number | 'summary' | null
  /** `CPU0`, `S0`, `thr-16295`, …; `null` for a line that is about everything. */
  readonly aggregate: string | null
}

/** One run with perf's answer read. */
export interface FaultRun extends Omit<RawRun, 'perf' | 'perfAbsent' | 'vmstat'> {
  readonly counters: readonly Counter[]
  /** `null` when perf was not started. */
  readonly perfVersion: string | null
  /** Why there are no counters; `null` when there are. */
  readonly failure: PerfFailure | null
  /** What the whole host counted meanwhile; `null` if unknown. */
  readonly hostEvents: HostEvents | null
}
