import type { RawSnapshot, RawTree, Weight } from '../../model/raw-measurement.ts'

/** How the first process of a program ended: signals by number, as the kernel tells them. */
export interface RootEnd {
  readonly code: number | null
  readonly signal: number | null
}

/** What a program is started with, when its descriptors are in place. */
export interface Start {
  readonly argv: readonly [string, ...string[]]
  readonly env: NodeJS.ProcessEnv
  /** Its descriptors 0, 1 and 2, as numbers of ours. */
  readonly stdio: readonly [number, number, number]
  readonly randomisation: 'off' | 'as-it-is'
  /** How high another run of it came, so that most looks can be where it is highest; `null` when that is not known. */
  readonly expected: Weight | null
}

/** A program that is there and does not run yet, and then one that runs, watched in one of the ways. */
export interface Rung {
  readonly pid: number
  /** Its process group; another one than ours. */
  readonly group: number
  /** Whether its addresses are randomised; `null` when that was left as it is. */
  readonly randomised: boolean | null
  /** Lets it run; the clock starts. */
  release(): void
  /** Looks at it; what that took, in milliseconds. */
  look(): number
  /** Whether it is about as high as it is expected to come. */
  isNear(): boolean
  checkpoint(): RawSnapshot
  /** What it holds by the cheapest figures, what its processes share counted in each. */
  weigh(): Weight
  /** Processes that there are, as far as is known. */
  pids(): readonly number[]
  /** When its first process has ended. */
  readonly ended: Promise<RootEnd>
  /** When all its processes have. */
  readonly over: Promise<void>
  /** What was seen, all in all. */
  report(): RawTree
  elapsedMs(): number
}

/** Why a program cannot be watched in a way, in plain words. */
export interface RungRefusal {
  readonly refused: string
}
