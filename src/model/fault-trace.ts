/**
 * What `perf script` tells of a recording: faults with their addresses, and the changes of the address spaces that the
 * faults fell into. Names are binary strings (one character a byte), as everywhere.
 */

import type { Address, SplitAddress } from './address.ts'

/** A place in code: what ran when the fault happened. */
export interface CodeSite {
  /** Symbol; `null` where perf printed `[unknown]` or none. */
  readonly symbol: string | null
  /** Bytes from the symbol's start; `null` when perf was not asked for it. */
  readonly offset: number | null
  /** The file of the code: a path, `[kernel.kallsyms]`, `[vdso]`, `//anon` for generated code; `null` if unknown. */
  readonly dso: string | null
}

/** What every event says of who and when. */
export interface TraceEventBase {
  readonly comm: string
  /** Process; equal to `tid` when perf printed the thread alone. */
  readonly pid: number
  readonly tid: number
  /** Seconds on perf's clock. */
  readonly time: number
}

/** One sample of a fault event. */
export interface FaultSample extends TraceEventBase {
  readonly type: 'sample'
  /** Event without modifiers: `page-faults`, `minor-faults`, `major-faults`, `exceptions:page_fault_user`, … */
  readonly event: string
  readonly modifiers: string
  /** How many faults this sample stands for; `null` when perf did not print it. */
  readonly period: number | null
  /**
   * In two parts: every question that is asked of it concerns the page (which mapping holds it, whether it faulted
   * before), and the whole is not exact in a double above 2^53, which five-level page tables reach.
   */
  readonly address: SplitAddress
  /** Instruction that faulted, in hexadecimal; `null` when perf did not print it. */
  readonly ip: string | null
  readonly site: CodeSite
  /** Stack, innermost first and `site` included, when recorded with `-g`; else empty. */
  readonly stack: readonly CodeSite[]
  /**
   * The x86 page-fault error code of the exceptions:page_fault_* tracepoints: bit 0 the page was present,
   * bit 1 a write, bit 2 from user mode, bit 4 an instruction fetch. `null` for software events, and for RISC-V,
   * whose tracepoint has another code.
   */
  readonly errorCode: number | null
  /**
   * Bytes of the page that the fault ended with, from PERF_SAMPLE_DATA_PAGE_SIZE: the kernel's event comes after the
   * page is in the table (mm/memory.c mm_account_fault), so 2 MiB is a huge page. `null` when it was not recorded, or
   * the kernel found no page.
   */
  readonly pageSize: number | null
}

/** PERF_RECORD_MMAP2: a mapping appeared, or grew. There is no record of one that goes. */
export interface MmapEvent extends TraceEventBase {
  readonly type: 'mmap'
  readonly start: Address
  /** Exclusive. */
  readonly end: Address
  /** Offset in the file, as perf printed it, in hexadecimal without `0x`. */
  readonly pgoff: string
  /** `fe:00 2146508`; `null` for anonymous memory, and where perf printed a build-id in their place. */
  readonly file: string | null
  /** `rw-p`; `null` of the older PERF_RECORD_MMAP. */
  readonly perms: string | null
  readonly name: string
}

/** PERF_RECORD_FORK: `pid`/`tid` of the base are the new task's. A thread has its parent's pid. */
export interface ForkEvent extends TraceEventBase {
  readonly type: 'fork'
  readonly parentPid: number
  readonly parentTid: number
}

/** PERF_RECORD_EXIT: `pid`/`tid` of the base are the ending task's. */
export interface ExitEvent extends TraceEventBase {
  readonly type: 'exit'
}

/** PERF_RECORD_COMM: a task has a new name; `exec` when it has a new program and address space too. */
export interface CommEvent extends TraceEventBase {
  readonly type: 'comm'
  readonly exec: boolean
  readonly name: string
}

/** PERF_RECORD_LOST or LOST_SAMPLES: so many records did not fit the ring buffer. */
export interface LostEvent extends TraceEventBase {
  readonly type: 'lost'
  readonly lost: number
}

export type TraceEvent = FaultSample | MmapEvent | ForkEvent | ExitEvent | CommEvent | LostEvent

/** How a recording was made, which decides what its shares mean. */
export interface TraceFacts {
  readonly perfVersion: string
  /** Every `period`-th fault was recorded; 1 for all. */
  readonly period: number
  /** Kernel mode was left out for want of permission. */
  readonly userOnly: boolean
  /** The exceptions:page_fault_* tracepoints were recorded as well. */
  readonly errorCodes: boolean
  /** Bytes of a page of the base size: faults within one are on the same page. */
  readonly pageSize: number
  /** A process that waited in a shell for its program to be executed: what it did before was the shell's. */
  readonly heldPid: number | null
  /** The host swapped meanwhile, whoever's pages. */
  readonly swapped: boolean
  /** Size of the recording. */
  readonly bytes: number
  /** Milliseconds that perf script took; `null` if not measured. */
  readonly scriptMs: number | null
  /** Wall time of the recorded run. */
  readonly wallMs: number
}
