import type { FaultHost, RateSample, RawRun, RefusedEvent } from '../model/faults.ts'
import type { PerfFailure } from '../model/perf-failure.ts'
import type { PerfTool } from './perf-tool.ts'
import { readStat } from './proc-counters.ts'
import type { RecordPlan } from './record.ts'
import { attachRecording } from './record-bounded.ts'
import { finishRecording, type Recorded } from './run-program.ts'
import type { SignalGuard } from './signals.ts'
import { attachStat, isSession } from './stat.ts'

/** How a running process is to be watched. */
export interface WatchPlan {
  readonly pid: number
  readonly command: readonly string[]
  /** `null` until it ends, or until Ctrl-C. */
  readonly durationMs: number | null
  readonly host: FaultHost
  readonly perf: PerfTool | null
  readonly perfAbsent: PerfFailure | null
  readonly events: readonly (readonly string[])[]
  /** Events that were wanted, and are in none of the lists. */
  readonly refused: readonly RefusedEvent[]
  readonly record: RecordPlan | null
  readonly signals: SignalGuard
}

const INTERVAL_MS = 100
const LONGEST_INTERVAL_MS = 1000
/** So many moments are enough for a line of rates. */
const MOMENTS = 60
const MOST_SAMPLES = 2000

/** Watches a process: perf from without, and the process's own fault counts every now and then. Ends cleanly. */
export async function watchProcess(
  plan: WatchPlan,
): Promise<{ readonly raw: RawRun; readonly recorded: Recorded | null }> {
  const { pid, perf } = plan
  const [stat, recorder] = await Promise.all([
    perf === null ? null : attachStat(perf, pid, plan.events),
    perf === null || plan.record === null ? null : attachRecording(perf, pid, plan.record),
  ])
  const startedAt = Date.now()
  const from = performance.now()
  const samples = await sample(plan, from)
  const wallMs = performance.now() - from
  const [counted, recorded] = await Promise.all([
    stat === null ? null : isSession(stat) ? stat.finish() : stat,
    recorder === null ? null : finishRecording(recorder),
  ])
  const first = samples[0]
  const last = samples.at(-1)
  const raw: RawRun = {
    argv: plan.command,
    pid,
    exit: { code: null, signal: null },
    wallMs,
    startedAt,
    warmup: false,
    perf: counted === null ? null : { ...counted, refused: plan.refused },
    perfAbsent: counted === null ? plan.perfAbsent : null,
    kernel:
      first === undefined || last === undefined
        ? null
        : {
            minor: last.minflt - first.minflt,
            major: last.majflt - first.majflt,
            source: `/proc/${pid}/stat: minflt, majflt`,
            includes: 'process',
          },
    peakRssBytes: null,
    samples,
    host: plan.host,
  }
  return { raw, recorded }
}

/** Reads the process's counts until the time is over, it has ended, or we are asked to end. */
async function sample(plan: WatchPlan, from: number): Promise<readonly RateSample[]> {
  const { pid, durationMs, signals } = plan
  const first = readStat(pid)
  if (first === null) return []
  let wake: () => void = () => undefined
  signals.onInterrupt = () => wake()
  let interval =
    durationMs === null ? INTERVAL_MS : Math.min(LONGEST_INTERVAL_MS, Math.max(INTERVAL_MS / 10, durationMs / MOMENTS))
  let samples: RateSample[] = [moment(0, first)]
  while (signals.interrupted === null) {
    const left = durationMs === null ? Number.POSITIVE_INFINITY : durationMs - (performance.now() - from)
    if (left <= 0) break
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, Math.min(interval, left))
      wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
    const stat = readStat(pid)
    // A zombie has its last counts still; what has its place has another start.
    if (stat === null || stat.startTime !== first.startTime) break
    samples.push(moment(performance.now() - from, stat))
    if (stat.state === 'Z' || stat.state === 'X') break
    if (samples.length > MOST_SAMPLES) {
      samples = samples.filter((_each, index) => index % 2 === 0)
      interval *= 2
    }
  }
  return samples
}

function moment(atMs: number, { minflt, majflt }: { readonly minflt: number; readonly majflt: number }): RateSample {
  return { atMs, minflt, majflt }
}
