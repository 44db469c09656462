/** Why bytes could not be had. Each asks something else of the user, so each is told apart. */
export type RefusalReason =
  /** The process ended, or was never there: ENOENT or ESRCH. */
  | 'gone'
  /** Ptrace access is needed, or an LSM said no: EACCES or EPERM. */
  | 'denied'
  /** The kernel does not offer the file: switched off, or too old. */
  | 'missing'
  /** A capture was asked for what was not read when it was made. */
  | 'not-captured'
  /** The answer was longer than any honest one. */
  | 'too-long'
  /** Anything else the system said. */
  | 'failed'

/** A read that gave nothing. */
export interface Refusal {
  readonly reason: RefusalReason
  /** `EACCES`, `ESRCH`, …; empty when no system call failed. */
  readonly errno: string
  /** The path as a user would type it. */
  readonly path: string
}

/** One source as it was read: what a report needs to state its cost and to be traced. */
export interface SourceRead {
  /** The path as a user would type it, such as `/proc/1234/smaps`. */
  readonly path: string
  /** Milliseconds since the report's first read. */
  readonly at: number
  readonly durationMs: number
  readonly bytes: number
  /** System calls that returned bytes; the kernel gives at most about 4 KiB of maps or smaps at a time. */
  readonly reads: number
  /**
   * The longest single read, in milliseconds. The kernel holds the target's mmap lock no longer than one read, so this
   * bounds how long the target's own mmap calls may have waited.
   */
  readonly longestReadMs: number
  readonly refused: Refusal | null
}

/** The outcome of a read. */
export type Read<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly refusal: Refusal }
