import type { Refusal } from './provenance.ts'
import type { Severity } from './severity.ts'

/** A process named only by what identifies it to a person. */
export interface ProcessName {
  readonly pid: number
  /** Thread name, a binary string. */
  readonly comm: string
}

/** A candidate when a name fits several processes. */
export interface Candidate extends ProcessName {
  /** Arguments, binary strings. */
  readonly cmdline: readonly string[]
}

/**
 * Why a question has no answer. Plain data: how it is worded is the output's business, and which exit status it has
 * is the command line's.
 */
export type Failure =
  | { readonly code: 'no-such-process'; readonly pid: number }
  | { readonly code: 'hidden-process'; readonly pid: number }
  | {
      readonly code: 'no-such-name'
      readonly name: string
      readonly similar: readonly string[]
      /** Whether a capture in the working directory is called so. */
      readonly capture: boolean
    }
  | { readonly code: 'no-match'; readonly what: string }
  | {
      readonly code: 'empty-cgroup'
      readonly path: string
      /** Whether there is such a cgroup, without a process; `null` when that cannot be told. */
      readonly exists: boolean | null
      readonly similar: readonly string[]
    }
  | { readonly code: 'ambiguous'; readonly name: string; readonly candidates: readonly Candidate[] }
  | { readonly code: 'kernel-thread'; readonly process: ProcessName }
  | { readonly code: 'zombie'; readonly process: ProcessName; readonly parent: number }
  | { readonly code: 'vanished'; readonly pid: number }
  | {
      readonly code: 'no-permission'
      readonly process: ProcessName
      /** Whose process it is; `null` when unknown. */
      readonly user: string | null
      /** Whether the reader is root already. */
      readonly root: boolean
      /** Whether that reader made a capture, which is read now. */
      readonly captured: boolean
    }
  | { readonly code: 'figures-not-read'; readonly pid: number; readonly flag: string; readonly reason: string }
  /** Rules that could not be checked, for whose findings a status was asked for; none where nothing was checked. */
  | { readonly code: 'not-checked'; readonly severity: Severity; readonly rules: readonly string[] }
  | { readonly code: 'not-procfs'; readonly path: string }
  | { readonly code: 'capture-too-large'; readonly limit: number }
  | { readonly code: 'bad-capture'; readonly path: string; readonly what: string }
  /** A file given as a recording of `watch` is none, or nothing of it can be trusted. */
  | { readonly code: 'bad-recording'; readonly path: string; readonly what: string }
  | { readonly code: 'unreadable'; readonly refusal: Refusal }

/** Thrown where a question turns out to have no answer. */
export class FailureError extends Error {
  readonly failure: Failure

  constructor(failure: Failure) {
    super(failure.code)
    this.name = 'FailureError'
    this.failure = failure
  }
}
