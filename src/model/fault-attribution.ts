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
