/** One run of the plan. */
export interface PlannedRun {
  /** Which program, from 0. */
  readonly program: number
  readonly warmup: boolean
}

/**
 * The order of runs. Two programs take turns, and turns at going first (A B, B A, A B, …), so that a machine which gets
 * slower, or a cache that gets warmer, is not taken for a difference.
 */
export function* abbaOrder(programs: number, warmups: number, runs: number): Generator<PlannedRun> {
  for (let round = 0; round < warmups + runs; round++) {
    const warmup = round < warmups
    for (let place = 0; place < programs; place++) {
      const forth = (warmup ? round : round - warmups) % 2 === 0
      yield { program: forth ? place : programs - 1 - place, warmup }
    }
  }
}
