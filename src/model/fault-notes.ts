import type { FaultMapping, ProgramRef } from './fault-attribution.ts'
import type { PerfFailure } from './perf-failure.ts'

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
