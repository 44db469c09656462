import type { RawPerf } from '../model/faults.ts'
import { type Attached, attach, type CountingSpan, type PerfRefusal, perfExit } from './attach.ts'
import type { PerfTool } from './perf-tool.ts'

/** `perf stat` counting a process. */
export interface StatSession extends CountingSpan {
  finish(): Promise<RawPerf>
}

/**
 * Attaches `perf stat`, event list after event list until perf takes one: a single event that it does not know, or may
 * not open, makes it refuse the whole list. The program is held meanwhile, so that trying costs it nothing.
 */
export async function attachStat(
  perf: PerfTool,
  pid: number,
  eventLists: readonly (readonly string[])[],
): Promise<StatSession | RawPerf> {
  let last: RawPerf | null = null
  for (const events of eventLists) {
    // No comma between fields: a locale may put one into a number, and a name may have one.
    const args = ['stat', '-x', ';', '--log-fd', '5', '-e', events.join(','), '-p', String(pid)]
    const outcome = await attach(perf, args)
    if (outcome.ok) return session(perf, events, outcome.attached)
    last = answer(perf, events, outcome.refusal, null)
    // A perf that never answered will not answer to another list.
    if (outcome.refusal.status === null) break
  }
  if (last === null) throw new RangeError('no events to count')
  return last
}

export function isSession(outcome: StatSession | RawPerf): outcome is StatSession {
  return 'finish' in outcome
}

function session(perf: PerfTool, events: readonly string[], attached: Attached): StatSession {
  const { told, begin, pause } = attached
  return {
    told,
    begin,
    pause,
    finish: async () => {
      const { log, ...end } = await attached.finish()
      return answer(perf, events, end, log === '' ? null : log)
    },
  }
}

const INTERRUPTED = 130

function answer(perf: PerfTool, requested: readonly string[], end: PerfRefusal, log: string | null): RawPerf {
  return {
    version: perf.version,
    statFile: log === null ? null : Buffer.from(log),
    stderr: end.stderr,
    // It was told to end by a signal, which some releases then die of.
    exit: perfExit(end.status === INTERRUPTED ? { status: 0 } : end),
    requested,
  }
}
