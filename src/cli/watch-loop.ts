import type { WatchSample } from '../model/watch.ts'
import type { StopSignal } from './watch-signals.ts'

/** Why a watch ended: the user quit, its time was over, there is nothing left, or a signal. */
export type WatchEnd = 'quit' | 'time' | 'ended' | StopSignal

/** What a watch does at each step. */
export interface WatchSteps {
  /** Reads; `null` when the process has ended. */
  readonly sample: (at: number) => WatchSample | null
  readonly show: (at: number, sample: WatchSample) => void
}

/** What tells a loop how to go on. */
export interface LoopControl {
  /** Seconds between steps, as of now. */
  readonly interval: () => number
  /** Why to stop; `null` to go on. */
  readonly stop: () => WatchEnd | null
  /** Seconds in all. */
  readonly seconds: number
}

/** A clock and a bell, so that tests need not wait. */
export interface Clock {
  now(): number
  /** Resolves after so many seconds, or sooner when it is woken. */
  sleep(seconds: number): Promise<void>
  /** Ends the sleep. */
  wake(): void
}

/** Timers hold at most 2^31 − 1 milliseconds. */
const LONGEST_SLEEP = 2_000_000

/** A clock of real seconds. */
export function realClock(): Clock {
  const origin = performance.now()
  let wake = (): void => undefined
  return {
    now: () => (performance.now() - origin) / 1000,
    sleep: (seconds) =>
      new Promise((resolve) => {
        const timer = setTimeout(resolve, Math.min(seconds, LONGEST_SLEEP) * 1000)
        wake = () => {
          clearTimeout(timer)
          resolve()
        }
      }),
    wake: () => wake(),
  }
}

/** Samples at the pace of each moment, until the time is over, it is told to stop, or there is nothing left. */
export async function watchLoop(steps: WatchSteps, clock: Clock, control: LoopControl): Promise<WatchEnd> {
  for (;;) {
    const at = clock.now()
    const sample = steps.sample(at)
    if (sample === null) return 'ended'
    steps.show(at, sample)
    for (;;) {
      const stop = control.stop()
      if (stop !== null) return stop
      const left = control.seconds - clock.now()
      if (left <= 0) return 'time'
      // Whoever wakes the sleeper may have changed the pace, or shown something, and no sample is due yet.
      const rest = at + control.interval() - clock.now()
      if (rest <= 0) break
      await clock.sleep(Math.min(left, rest))
    }
  }
}
