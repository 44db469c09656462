import type { FileFacts, FileSystemSpace } from './file-facts.ts'
import type { PageCacheRead } from './page-cache.ts'
import type { Refusal, SourceRead } from './provenance.ts'

/** The trees of files that a capture holds: `/proc`, `/sys`, the root directory, and the reader's own `/proc/self`. */
export const CAPTURE_AREAS = ['proc', 'sys', 'root', 'reader'] as const
export type CaptureArea = (typeof CAPTURE_AREAS)[number]

/** What a question about a path was answered with. */
export type Captured =
  | { readonly kind: 'file'; readonly bytes: Buffer; readonly read: SourceRead }
  | { readonly kind: 'list'; readonly names: readonly string[] }
  | { readonly kind: 'link'; readonly target: Buffer }
  | { readonly kind: 'facts'; readonly facts: FileFacts }
  | { readonly kind: 'space'; readonly space: FileSystemSpace }
  | { readonly kind: 'cache'; readonly cache: PageCacheRead }
  /** What was read at chosen places of a file of 64-bit words, run-length coded. */
  | { readonly kind: 'words'; readonly runs: Buffer; readonly read: SourceRead }
  | { readonly kind: 'directory' }
  | { readonly kind: 'refused'; readonly refusal: Refusal; readonly read: SourceRead | null }

/** The ways of asking about a path; each has an answer of its own. */
export type CaptureQuestion = 'file' | 'list' | 'link' | 'facts' | 'space' | 'cache' | 'words' | 'directory'

/** A process that a capture was made of. */
export interface CaptureTarget {
  readonly pid: number
  /** Ticks since boot, as in `stat`: with the PID it tells one process from all others of that boot. */
  readonly startTime: number
  /** Thread name, a binary string. */
  readonly comm: string
}

/** What a capture says of itself. */
export interface CaptureInfo {
  readonly tool: { readonly name: string; readonly version: string }
  /** When it was made, ISO 8601 in UTC. */
  readonly createdAt: string
  readonly kernel: string
  readonly targets: readonly CaptureTarget[]
  /** Whether whoever made it was root: decides what a refusal in it means. */
  readonly asRoot: boolean
  /** Names hashed, command lines and environments left out. */
  readonly redacted: boolean
}

/** Everything in a capture. */
export interface Capture {
  readonly info: CaptureInfo
  /** Answers by `answerKey`. */
  readonly answers: ReadonlyMap<string, Captured>
}

/** The key of a question about a path; paths are relative to their area, without `.` and `..`. */
export function answerKey(question: CaptureQuestion, area: CaptureArea, path: string): string {
  return `${question}:${area}/${path}`
}
