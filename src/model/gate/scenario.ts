import type { GroupLimit, RelativeLimit } from './limit.ts'
import type { GateMetric } from './metrics.ts'

/** A value of the configuration, with where it stands: a failure points there. */
export interface Placed<Value> {
  readonly value: Value
  /** Line in the configuration, from 1; `null` for what a flag or nobody said. */
  readonly line: number | null
}

/** Which variables a program gets. */
export interface ScenarioEnv {
  /** `clean`: PATH, HOME and LANG alone, so that its figures do not depend on who calls. */
  readonly mode: 'clean' | 'inherit'
  /** Variables of ours that pass. */
  readonly pass: readonly string[]
  readonly set: Readonly<Record<string, string>>
}

/** When a server is ready. */
export type Ready =
  | { readonly when: 'port'; readonly port: number }
  | { readonly when: 'log'; readonly pattern: string }
  | { readonly when: 'url'; readonly url: string }

/** How a server that never exits is driven. */
export interface ServerPlan {
  readonly ready: Ready
  readonly readyMs: number
  /** Shell commands. The warm-up must be the same work as the load: else warming up looks like a leak. */
  readonly warmupDrive: string | null
  readonly drive: string | null
  /** How many requests `drive` makes; growth is told by the request then. */
  readonly requests: number | null
  readonly settleMs: number
  /** Sent before each checkpoint, where the program offers to collect its garbage on a signal. */
  readonly gcSignal: string | null
  readonly stopSignal: string
  readonly graceMs: number
}

/** One program and what is asked of it. */
export interface Scenario {
  readonly name: string
  /** Where it stands in the configuration. */
  readonly line: number | null
  readonly argv: readonly string[]
  readonly cwd: string
  /** A file for its stdin; nothing otherwise. */
  readonly stdin: string | null
  readonly env: ScenarioEnv
  readonly server: ServerPlan | null
  readonly expectExit: number
  readonly timeoutMs: number | null
  readonly warmup: number
  /** Runs at first, and at most when those are suspicious. */
  readonly runs: number
  readonly maxRuns: number
  /** Runs that a baseline is made of. */
  readonly baselineRuns: number
  readonly aslr: 'on' | 'off'
  /** What was asked for against the baseline; `null` where that metric shall not be compared. */
  readonly limits: ReadonlyMap<GateMetric, Placed<RelativeLimit | null>>
  /** Budgets: promises, whatever the baseline says. */
  readonly max: ReadonlyMap<GateMetric, Placed<number>>
  /** By the key of a group, or a glob of keys. */
  readonly groups: ReadonlyMap<string, Placed<GroupLimit>>
  /** Budgets count although a peak could only be polled. */
  readonly acceptPolled: boolean
}

/** What a scenario has that states nothing. */
export const SCENARIO_DEFAULTS = {
  warmup: 1,
  runs: 3,
  maxRuns: 8,
  baselineRuns: 10,
  aslr: 'off',
  acceptPolled: false,
} as const

/** A configuration that was read. */
export interface CheckConfig {
  /** The file, and the directory that its paths are relative to. */
  readonly file: string
  readonly root: string
  readonly scenarios: readonly Scenario[]
}
