import { setTimeout as delay } from 'node:timers/promises'
import { readdirSync, readlinkSync } from 'node:fs'
import { type Detached, startDetached } from './detached.ts'
import type { PerfTool } from './perf-tool.ts'

/** perf as it was asked to do something, and what it said when it did not. */
export interface PerfRefusal {
  /** Its arguments. */
  readonly args: readonly string[]
  /** Exit status; `null` when it had to be given up. */
  readonly status: number | null
  readonly stderr: string
}

/** perf counting a process. */
export interface StatSession {
  readonly events: readonly string[]
  readonly pid: number | null
  /** Ends the counting and gives what perf printed: lines of `-x ';'`. */
  finish(): Promise<{ readonly text: string; readonly refusal: PerfRefusal | null }>
  /** Called for lines as they come, when intervals were asked for. */
  onText(listener: (text: string) => void): void
  /** Resolves when perf has ended by itself. */
  readonly ended: Promise<void>
}

/** How long perf may take to open its events, and to print and end. */
const ATTACH_MS = 10_000
const FINISH_MS = 5000
const POLL_MS = 2

export interface StatOptions {
  /** Print every so many milliseconds. */
  readonly intervalMs?: number | undefined
}

/**
 * Attaches `perf stat` to a process that is held, event list after event list until perf takes one.
 *
 * Attached and not as the parent of the program, because perf hides the program's signals, changes its environment,
 * and from 6.15 on refuses to run it at all when no event is supported.
 */
export async function attachStat(
  perf: PerfTool,
  pid: number,
  eventLists: readonly (readonly string[])[],
  options: StatOptions = {},
): Promise<{ readonly session: StatSession | null; readonly refusals: readonly PerfRefusal[] }> {
  const refusals: PerfRefusal[] = []
  for (const events of eventLists) {
    const outcome = await attachOnce(perf, pid, events, options)
    if ('finish' in outcome) return { session: outcome, refusals }
    refusals.push(outcome)
  }
  return { session: null, refusals }
}

async function attachOnce(
  perf: PerfTool,
  pid: number,
  events: readonly string[],
  { intervalMs }: StatOptions,
): Promise<StatSession | PerfRefusal> {
  // The separator is no comma, which a locale may put into a number and a name into itself.
  const args = ['stat', '-x', ';', '--log-fd', '5', '-e', events.join(','), '-p', String(pid)]
  if (intervalMs !== undefined) args.push('-I', String(intervalMs))
  if (perf.control) args.push('-D', '-1', '--control', 'fd:3,4')
  const run = await startDetached([perf.path, ...args], perf.env)
  const failed = run.status.then((status) => ({ args, status, stderr: run.stderr() }))
  const attached = perf.control ? handshake(run) : untilOpened(run)
  const outcome = await Promise.race([
    attached,
    failed.then(() => false),
    delay(ATTACH_MS, false, { ref: false }),
  ])
  if (!outcome) {
    await run.signal('SIGKILL')
    return Promise.race([failed, delay(FINISH_MS, { args, status: null, stderr: run.stderr() }, { ref: false })])
  }
  return {
    events,
    pid: await run.pid,
    onText: run.onLog,
    ended: run.status.then(() => undefined),
    finish: () => finish(run, args),
  }
}

/** Told to begin, perf answers once the events count. */
async function handshake(run: Detached): Promise<boolean> {
  run.command('enable')
  return (await run.answer()).includes('ack')
}

/** A perf without `--control` (before 5.10) counts as soon as its events are open; then it sleeps. */
async function untilOpened(run: Detached): Promise<boolean> {
  const pid = await run.pid
  if (pid === null) return false
  for (const from = performance.now(); performance.now() - from < ATTACH_MS; await delay(POLL_MS)) {
    const open = openEvents(pid)
    if (open === null) return false
    if (open > 0) {
      await delay(20 * POLL_MS)
      return openEvents(pid) === open
    }
  }
  return false
}

function openEvents(pid: number): number | null {
  try {
    const directory = `/proc/${pid}/fd`
    return readdirSync(directory).filter((name) => linkOf(`${directory}/${name}`).includes('[perf_event]')).length
  } catch {
    return null
  }
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path)
  } catch {
    return ''
  }
}

/** On SIGINT perf prints what it has, whether or not the process is still there; by itself it would look once a second. */
async function finish(
  run: Detached,
  args: readonly string[],
): Promise<{ readonly text: string; readonly refusal: PerfRefusal | null }> {
  await run.signal('SIGINT')
  const late = delay(FINISH_MS, null, { ref: false })
  const text = await Promise.race([run.log, late])
  if (text === null) {
    await run.signal('SIGKILL')
    return { text: '', refusal: { args, status: null, stderr: run.stderr() } }
  }
  const status = await run.status
  const interrupted = 130
  if (status === 0 || status === interrupted || text !== '') return { text, refusal: null }
  return { text, refusal: { args, status, stderr: run.stderr() } }
}
