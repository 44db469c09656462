import type { FaultHost, ProgramExit, RawPerf, RawRun, RefusedEvent } from '../model/faults.ts'
import type { PerfFailure } from '../model/perf-failure.ts'
import type { PerfRefusal } from './attach.ts'
import { holdProgram, type Launch, type ProgramEnd } from './gate.ts'
import { between, readVmstat } from './host-events.ts'
import { PeakWatch } from './peak-watch.ts'
import type { PerfTool } from './perf-tool.ts'
import { type KernelCounters, ReapedCounter } from './proc-counters.ts'
import type { RecordPlan, RecordSession } from './record.ts'
import { attachRecording } from './record-bounded.ts'
import type { SignalGuard } from './signals.ts'
import { attachStat, isSession } from './stat.ts'

/** How a program is to be measured. */
export interface RunPlan extends Launch {
  readonly host: FaultHost
  readonly warmup: boolean
  /** `null` for the kernel's account alone; then `perfAbsent` says why. */
  readonly perf: PerfTool | null
  readonly perfAbsent: PerfFailure | null
  /** Give up rather than run the program without perf. */
  readonly perfRequired: boolean
  readonly events: readonly (readonly string[])[]
  /** Events that were wanted, and are in none of the lists. */
  readonly refused: readonly RefusedEvent[]
  readonly record: RecordPlan | null
  readonly signals: SignalGuard
  readonly env: NodeJS.ProcessEnv
  /** Tell which files it maps. */
  readonly files: boolean
}

/** A recording that was made, or what perf said instead. */
export type Recorded =
  | {
      readonly ok: true
      readonly file: string
      readonly bytes: number
      readonly period: number
      readonly errorCodes: boolean
      readonly pageSizes: boolean
    }
  | { readonly ok: false; readonly refusal: PerfRefusal }

/** One run. */
export interface MeasuredRun {
  readonly raw: RawRun
  /** `null` when none was wanted. */
  readonly recorded: Recorded | null
  /** perf was required and refused: the program was never let go. */
  readonly withheld: boolean
  /** Files that it had mapped when it was last looked at. */
  readonly mapped: readonly string[]
}

const SOURCE = '/proc/self/stat: cminflt, cmajflt'

/** Runs a program once and counts it twice: by perf, and by what the kernel adds to our own account at its end. */
export async function runProgram(plan: RunPlan): Promise<MeasuredRun> {
  const held = await holdProgram(plan, plan.env)
  plan.signals.target = held.pid
  const [stat, recorder] = await Promise.all([
    plan.perf === null ? null : attachStat(plan.perf, held.pid, plan.events),
    plan.perf === null || plan.record === null ? null : attachRecording(plan.perf, held.pid, plan.record),
  ]).catch(async (error: unknown) => {
    // Held for ever it would keep us as well.
    await held.abandon()
    throw error
  })
  await Promise.all([stat, recorder].map((each) => (each !== null && 'begin' in each ? each.begin() : undefined)))
  const refused = stat !== null && !isSession(stat)
  const withheld = plan.perfRequired && (stat === null || refused)
  const watch = new PeakWatch(held.pid, plan.files)
  const counter = new ReapedCounter(held.pid)
  let kernel: KernelCounters | null = null
  let endedAt = 0
  let vmstat: Uint8Array | null = null
  held.onReap = () => {
    endedAt = performance.now()
    kernel = counter.read()
    vmstat = readVmstat()
  }
  const vmstatBefore = readVmstat()
  const startedAt = Date.now()
  const from = performance.now()
  let end: ProgramEnd
  if (withheld) {
    await held.abandon()
    end = { code: null, signal: null }
  } else {
    held.release()
    watch.start()
    end = await held.ended
  }
  const wallMs = endedAt - from
  watch.stop()
  plan.signals.target = null
  const [perf, recorded] = await Promise.all([
    stat === null ? null : isSession(stat) ? stat.finish() : stat,
    recorder === null ? null : finishRecording(recorder),
  ])
  return {
    raw: {
      ...rawRun(plan, end, perf, kernel),
      pid: held.pid,
      wallMs,
      startedAt,
      peakRssBytes: watch.peakOf(wallMs),
      vmstat: between(vmstatBefore, vmstat),
    },
    recorded,
    withheld,
    mapped: watch.mapped,
  }
}

function rawRun(
  plan: RunPlan,
  exit: ProgramExit,
  perf: RawPerf | null,
  kernel: KernelCounters | null,
): Omit<RawRun, 'pid' | 'wallMs' | 'startedAt' | 'peakRssBytes' | 'vmstat'> {
  return {
    argv: plan.argv,
    exit,
    warmup: plan.warmup,
    perf: perf === null ? null : { ...perf, refused: plan.refused },
    perfAbsent: perf === null ? plan.perfAbsent : null,
    kernel:
      kernel === null ? null : { minor: kernel.minor, major: kernel.major, source: SOURCE, includes: 'reaped tree' },
    samples: [],
    host: plan.host,
  }
}

/** Ends a recording. */
export async function finishRecording(recorder: RecordSession | PerfRefusal): Promise<Recorded> {
  if (!('finish' in recorder)) return { ok: false, refusal: recorder }
  const outcome = await recorder.finish()
  if (!('file' in outcome)) return { ok: false, refusal: outcome }
  const { period, errorCodes, pageSizes } = recorder
  return { ok: true, ...outcome, period, errorCodes, pageSizes }
}
