/**
 * Why perf gave no counts, each cause asking something else of the user. What they look like in perf's words is known
 * to `parsers/perf-failure.ts`, what a person is told to `output/perf-failure-text.ts`.
 */
export type PerfCause =
  /** `--backend proc`: perf was not to be used. */
  | 'not-wanted'
  /** No `perf` on the PATH. */
  | 'not-installed'
  /** The script that distributions install in its place found no perf for the running kernel. */
  | 'wrapper'
  /** Older than 5.10: it cannot be attached to a stopped program and told when to begin. */
  | 'too-old'
  /** EPERM of perf_event_open: a container's seccomp filter, or a kernel locked down. */
  | 'forbidden'
  /** EACCES of perf_event_open: kernel.perf_event_paranoid. */
  | 'paranoid'
  /** ENOSYS of perf_event_open: a sandbox such as gVisor, or a kernel without CONFIG_PERF_EVENTS. */
  | 'no-perf-events'
  /** No event that was asked for is one of this machine's. */
  | 'no-supported-event'
  /** An event that this perf does not know; it then runs nothing. */
  | 'unknown-event'
  /** A tracepoint whose description only root may read (tracefs is 0700). */
  | 'tracefs'
  /** perf was built without libtraceevent (Ubuntu 24.04's 6.8), so that no tracepoint works, not even as root. */
  | 'no-libtraceevent'
  /** EMFILE: every event of every CPU and thread takes a file descriptor. */
  | 'too-many-files'
  /** ENODEV and other errors of perf_event_open that perf reports by number. */
  | 'refused'
  /** The ring buffer of `perf record` exceeds kernel.perf_event_mlock_kb. */
  | 'mlock'
  /** The process to attach to had ended. */
  | 'no-such-process'
  /** perf could not write its output. */
  | 'no-output'
  /** The program could not be run: perf says why, in the words of strerror(3). */
  | 'no-program'
  /** A flag that this perf does not know. */
  | 'unknown-flag'
  /** A recording whose records name events that it does not have: another perf recorded the same faults. */
  | 'mixed-up'
  /** perf was killed. */
  | 'killed'
  /** perf was started and neither answered nor ended; it was given up. */
  | 'no-answer'
  /** What is called perf is something else: it names no version. */
  | 'not-perf'
  /** Anything else; `detail` has perf's first line. */
  | 'other'

/** A perf that gave no counts. Plain data: the words are the output's. */
export interface PerfFailure {
  readonly cause: PerfCause
  /** The event that perf names, where it names one. */
  readonly event: string | null
  /** The line of perf's that says most, a binary string; `null` where the cause says it all. */
  readonly detail: string | null
  /** The level of kernel.perf_event_paranoid that perf quotes. */
  readonly paranoid: number | null
  /** Packages that a distribution's wrapper script names. */
  readonly packages: readonly string[]
}
