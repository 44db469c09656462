import type { MeasuredRun, TreeSnapshot } from '../measured-run.ts'
import type { ServerPlan } from './scenario.ts'

/** What to run, and how. */
export interface RunRequest {
  readonly argv: readonly string[]
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
  /** A file for its stdin; nothing otherwise. */
  readonly stdin: string | null
  readonly timeoutMs: number | null
  /** `off` where that is allowed; what it was stands in the run. */
  readonly aslr: 'on' | 'off'
  /** What another run of it needed at most, in bytes: resident, and anonymous and shared; `null` before the first. */
  readonly expected: { readonly rss: number; readonly own: number } | null
  /** Count dTLB misses, which takes perf and some time; only where they are asked for. */
  readonly dtlbMisses: boolean
  /** Aborted when somebody asks for an end. */
  readonly signal: AbortSignal
}

/** A run, with what a gate needs besides its figures. */
export interface GateRun extends MeasuredRun {
  /** `null` when it is not known. */
  readonly aslr: 'on' | 'off' | null
  /** The last of what it wrote to stderr: why it failed. A binary string. */
  readonly said: string
  /** Of a server alone. */
  readonly server: ServerRun | null
}

/** What was seen of a server besides. */
export interface ServerRun {
  readonly ready: TreeSnapshot | null
  readonly warm: TreeSnapshot | null
  readonly after: TreeSnapshot | null
  /** The checkpoints at which its memory had come to rest. */
  readonly settled: { readonly warm: boolean; readonly after: boolean }
  /** What kept it from being driven; `null` when all went as planned. */
  readonly failure: ServerFailure | null
}

/** What can go wrong with a server. */
export type ServerFailure =
  | { readonly code: 'never-ready'; readonly afterMs: number }
  /** It ended by itself, before it was told to. */
  | { readonly code: 'died'; readonly phase: ServerPhase }
  | { readonly code: 'drive-failed'; readonly phase: ServerPhase; readonly status: number | null }

export type ServerPhase = 'start' | 'warm-up' | 'load'

/** Runs programs and measures them; how is its own business. */
export interface Measurer {
  run(request: RunRequest): Promise<GateRun>
  serve(request: RunRequest, plan: ServerPlan): Promise<GateRun>
}

/** A program that cannot be watched in any way that is allowed here; the message says why, in plain words. */
export class NotMeasured extends Error {
  constructor(why: string) {
    super(why)
    this.name = 'NotMeasured'
  }
}

/** A program that cannot be started at all; a shell would say so with 126 or 127. */
export class NotStarted extends Error {
  readonly reason: 'not-found' | 'not-executable'

  constructor(reason: 'not-found' | 'not-executable', message: string) {
    super(message)
    this.name = 'NotStarted'
    this.reason = reason
  }
}
