import type { RateSample } from '../model/faults.ts'
import { peakRssOf, readStat } from './proc-counters.ts'
import type { SignalGuard } from './signals.ts'

/** What was seen of a process from without. */
export interface Watched {
  /** At least one, unless there was no such process. */
  readonly samples: readonly RateSample[]
  /** Highest RSS since it began, in bytes; `null` where it was never to be read. */
  readonly peakRssBytes: number | null
  /** `zombie` has its last counts still; of what is `gone` those since the last sample are missing. */
  readonly end: 'running' | 'zombie' | 'gone'
}

const INTERVAL_MS = 100
const LONGEST_INTERVAL_MS = 1000
/** So many moments are enough for a line of rates. */
const MOMENTS = 60
const MOST_SAMPLES = 2000

/** Reads a process's counts until the time is over, it has ended, or we are asked to end. */
export async function watchSamples(
  pid: number,
  { durationMs, signals }: { readonly durationMs: number | null; readonly signals: SignalGuard },
): Promise<Watched> {
  const from = performance.now()
  const first = readStat(pid)
  if (first === null) return { samples: [], peakRssBytes: null, end: 'gone' }
  let samples: RateSample[] = [moment(0, first)]
  let peak = peakRssOf(pid)
  const watched = (end: Watched['end']): Watched => ({ samples, peakRssBytes: peak, end })
  let interval =
    durationMs === null ? INTERVAL_MS : Math.min(LONGEST_INTERVAL_MS, Math.max(INTERVAL_MS / 10, durationMs / MOMENTS))
  while (signals.interrupted === null) {
    const left = durationMs === null ? Number.POSITIVE_INFINITY : durationMs - (performance.now() - from)
    if (left <= 0) break
    await pause(Math.min(interval, left), signals)
    const stat = readStat(pid)
    // What has its place has another start.
    if (stat === null || stat.startTime !== first.startTime) return watched('gone')
    samples.push(moment(performance.now() - from, stat))
    if (stat.state === 'Z' || stat.state === 'X') return watched('zombie')
    peak = peakRssOf(pid) ?? peak
    if (samples.length > MOST_SAMPLES) {
      samples = samples.filter((_each, index) => index % 2 === 0)
      interval *= 2
    }
  }
  return watched('running')
}

/** Waits, or less when a signal asks for an end. */
function pause(ms: number, signals: SignalGuard): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms)
    signals.onInterrupt = () => {
      clearTimeout(timer)
      resolve()
    }
  })
}

function moment(atMs: number, { minflt, majflt }: { readonly minflt: number; readonly majflt: number }): RateSample {
  return { atMs, minflt, majflt }
}
