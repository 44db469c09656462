import type { WatchFrame } from '../analysis/watch/frame.ts'
import type { WatchSample } from '../model/watch.ts'

/** Why a watch ended. */
export type WatchEnd = 'quit' | 'time' | 'ended'

/** What a watch does at each step. */
export interface WatchSteps {
  /** Reads; `null` when the process has ended. */
  readonly sample: (at: number) => WatchSample | null
  readonly show: (at: number, sample: WatchSample) => WatchFrame
}

/** A clock and a bell, so that tests need not wait. */
export interface Clock {
  now(): number
  /** Resolves after so many seconds, or sooner when it is woken. */
  sleep(seconds: number): Promise<void>
  /** Ends the sleep. */
  wake(): void
}

/** A clock of real seconds. */
export function realClock(): Clock {
  const origin = performance.now()
  let wake = (): void => undefined
  return {
    now: () => (performance.now() - origin) / 1000,
    sleep: (seconds) =>
      new Promise((resolve) => {
        const timer = setTimeout(resolve, seconds * 1000)
        wake = () => {
          clearTimeout(timer)
          resolve()
        }
      }),
    wake: () => wake(),
  }
}

/** Samples at the pace that `interval` says at each moment, until the time is over, it is told to quit, or there is nothing left. */
export async function watchLoop(
  steps: WatchSteps,
  clock: Clock,
  control: { readonly interval: () => number; readonly quit: () => boolean; readonly seconds: number },
): Promise<WatchEnd> {
  for (;;) {
    const at = clock.now()
    const sample = steps.sample(at)
    if (sample === null) return 'ended'
    steps.show(at, sample)
    const left = control.seconds - clock.now()
    if (left <= 0) return 'time'
    await clock.sleep(Math.min(left, Math.max(0, at + control.interval() - clock.now())))
    if (control.quit()) return 'quit'
  }
}
