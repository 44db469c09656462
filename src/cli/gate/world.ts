import type { Measurer } from '../../model/gate/measurer.ts'
import type { Trees } from '../../sources/trees.ts'

/** What a session needs of the world; tests give it another. */
export interface GateWorld {
  readonly measurer: Measurer
  readonly trees: Trees
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  /** Today, `2026-09-20`. */
  readonly day: string
  /** Aborted when somebody asks for an end. */
  readonly signal: AbortSignal
  /** Told before each run. */
  readonly progress: (moment: GateMoment) => void
  /** `mmapctl 0.1.0`. */
  readonly tool: string
}

/** Makes the world that a session works in. */
export type WorldMaker = (signal: AbortSignal, progress: GateWorld['progress']) => GateWorld

/** What is under way. */
export interface GateMoment {
  readonly scenario: string
  readonly phase: 'warm-up' | 'run' | 'advice'
  /** From 1. */
  readonly run: number
  readonly of: number
}
