import type { FaultHost, KernelCounts, RateSample, RawRun, RefusedEvent } from '../model/faults.ts'
import type { PerfFailure } from '../model/perf-failure.ts'
import type { ProcStat } from '../parsers/stat.ts'
import { between, readVmstat } from './host-events.ts'
import type { PerfTool } from './perf-tool.ts'
import { readStat } from './proc-counters.ts'
import type { RecordPlan } from './record.ts'
import { attachRecording } from './record-bounded.ts'
import { finishRecording, type Recorded } from './run-program.ts'
import type { SignalGuard } from './signals.ts'
import { attachStat, isSession } from './stat.ts'
import { type Watched, watchSamples } from './watch-samples.ts'

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

/** Watches a process: perf from without, and the process's own fault counts every now and then. Ends cleanly. */
export async function watchProcess(
  plan: WatchPlan,
): Promise<{ readonly raw: RawRun; readonly recorded: Recorded | null }> {
  const { pid, perf } = plan
  const before = readStat(pid)
  const [stat, recorder] = await Promise.all([
    perf === null ? null : attachStat(perf, pid, plan.events),
    perf === null || plan.record === null ? null : attachRecording(perf, pid, plan.record),
  ])
  const spans = [stat, recorder].flatMap((each) => (each !== null && 'begin' in each ? [each] : []))
  const opening = readStat(pid)
  await Promise.all(spans.map((span) => span.begin()))
  const startedAt = Date.now()
  const from = performance.now()
  const vmstatBefore = readVmstat()
  const watched = await watchSamples(pid, plan)
  const wallMs = performance.now() - from
  const vmstatAfter = readVmstat()
  await Promise.all(spans.map((span) => span.pause()))
  const closed = readStat(pid)
  const [counted, recorded] = await Promise.all([
    stat === null ? null : isSession(stat) ? stat.finish() : stat,
    recorder === null ? null : finishRecording(recorder),
  ])
  const told = spans.every((span) => span.told)
  const outside = told ? { from: opening, to: closed } : { from: before, to: readStat(pid) }
  const raw: RawRun = {
    argv: plan.command,
    pid,
    exit: { code: null, signal: null },
    wallMs,
    startedAt,
    warmup: false,
    perf: counted === null ? null : { ...counted, refused: plan.refused },
    perfAbsent: counted === null ? plan.perfAbsent : null,
    kernel: kernelCounts(pid, watched, outside),
    peakRssBytes: watched.peakRssBytes,
    samples: watched.samples,
    vmstat: between(vmstatBefore, vmstatAfter),
    host: plan.host,
  }
  return { raw, recorded }
}

/**
 * What the process's own counts say of the watch. perf's begin and end between two readings each, so that faults in
 * between may be in one account and not in the other.
 */
function kernelCounts(
  pid: number,
  { samples, end }: Watched,
  outside: { readonly from: ProcStat | null; readonly to: ProcStat | null },
): KernelCounts | null {
  const first = samples[0]
  const last = samples.at(-1)
  if (first === undefined || last === undefined) return null
  const since = (from: Counts | null, to: Counts | null): number =>
    from === null || to === null ? 0 : Math.max(0, to.minflt + to.majflt - from.minflt - from.majflt)
  return {
    minor: last.minflt - first.minflt,
    major: last.majflt - first.majflt,
    source: `/proc/${pid}/stat: minflt, majflt`,
    includes: 'process',
    uncertain: since(outside.from, first) + (end === 'running' ? since(last, outside.to) : 0),
    endUnseen: end === 'gone',
  }
}

type Counts = Pick<RateSample, 'minflt' | 'majflt'>
