import type { RiskTotal } from '../analysis/dirty/report.ts'
import { nextTick, WATCH_WINDOW, type WatchTick } from '../analysis/dirty/watch.ts'
import type { HostFacts } from '../collectors/host.ts'
import { readWritebackCounters, readWritebackSettings } from '../collectors/writeback.ts'
import { writeWatchCsv, writeWatchJson, writeWatchLine } from '../output/dirty-watch.ts'
import { formatMilliseconds } from '../output/units.ts'
import type { Trees } from '../sources/trees.ts'
import type { WatchRequest } from './dirty-request.ts'
import { type DirtyViewFlags, textStyle } from './dirty-view.ts'
import type { Io } from './io.ts'
import { pause } from './pause.ts'

/** So much longer than looking at processes takes is waited, so that they and the machine are left alone. */
const REST = 100
/** On a terminal the titles come again after so many lines. */
const LINES_A_PAGE = 20

/** What to watch, and how to tell. */
export interface WatchOptions {
  readonly request: WatchRequest
  /** Looks at the TARGETs; `null` without. May throw when none is left. */
  readonly look: (() => RiskTotal) | null
  readonly io: Io
  readonly flags: DirtyViewFlags
}

/** Writes a line for every interval until Ctrl-C, or so many as were asked for. */
export async function watchDirty(trees: Trees, host: HostFacts, options: WatchOptions): Promise<void> {
  const { request, look, io, flags } = options
  // The first look loads what the later ones use, and would make the first wait a long one.
  look?.()
  let ticks: readonly WatchTick[] = []
  let told = false
  for (let line = 0; request.count === null || line < request.count; line++) {
    const from = performance.now()
    const cpu = process.cpuUsage()
    const target = look?.() ?? null
    const facts = {
      target,
      time: Date.now(),
      settings: readWritebackSettings(trees),
      counters: readWritebackCounters(trees),
    }
    trees.ledger.take()
    const tick = nextTick(ticks, facts, host.pageSize)
    ticks = [...ticks, tick].slice(-WATCH_WINDOW)
    show(tick, line, io, flags)
    const busy = look === null ? 0 : busyMs(cpu)
    const interval = Math.max(request.intervalMs, busy * REST)
    if (interval > request.intervalMs && !told) told = tellStretched(busy, options)
    const wait = interval - (performance.now() - from)
    if (line + 1 !== request.count && !(await pause(Math.max(0, wait)))) return
  }
}

/** CPU time since then, ours and the kernel's on our behalf: on a busy machine the clock would tell of others. */
function busyMs(since: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(since)
  return (user + system) / 1000
}

/** Says once that lines come more slowly than they were asked for. */
function tellStretched(busy: number, { io, flags }: WatchOptions): true {
  const text = `looking takes ${formatMilliseconds(busy)}, so lines come at least ${formatMilliseconds(busy * REST)} apart`
  if (!flags.quiet) io.stderr.write(`${text}\n`)
  return true
}

function show(tick: WatchTick, line: number, io: Io, flags: DirtyViewFlags): void {
  const write = (text: string): void => io.stdout.write(text)
  if (flags.json) writeWatchJson(tick, write)
  else if (flags.csv) writeWatchCsv(tick, flags.header && line === 0, write)
  else {
    const titled = line === 0 || (io.stdout.isTerminal && line % LINES_A_PAGE === 0)
    writeWatchLine(tick, flags.header && titled, textStyle(io, flags), write)
  }
  io.stdout.flush()
}
