import { readdirSync, readlinkSync } from 'node:fs'
import { constants } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'
import type { ProgramExit } from '../model/faults.ts'
import { within } from './bounded.ts'
import { type Detached, startDetached } from './detached.ts'
import type { PerfTool } from './perf-tool.ts'

/** perf as it was asked to do something, and what it said when it did not. */
export interface PerfRefusal {
  /** Its exit status, 128 and more for a signal; `null` when it had to be given up. */
  readonly status: number | null
  readonly stderr: string
}

/** When a perf that is attached counts. */
export interface CountingSpan {
  /** Whether it can be told; a perf without `--control` (before 5.10) counts from when it is attached to its end. */
  readonly told: boolean
  /** Lets it count; it does so when this resolves. */
  begin(): Promise<void>
  /** Ends that. */
  pause(): Promise<void>
}

/** A perf that watches a process. */
export interface Attached extends CountingSpan {
  /** Ends the watch; gives what perf wrote to its descriptor 5, and how it ended. */
  finish(): Promise<PerfRefusal & { readonly log: string }>
}

/** How long perf may take to open its events, and to write what it has and end. */
const ATTACH_MS = 10_000
const FINISH_MS = 60_000
/** How long what was ended may hold on to its pipes. */
const GRACE_MS = 1000
const POLL_MS = 2
/** After its events are open an old perf enables them at once. */
const SETTLE_MS = 40

type Attachment =
  | { readonly ok: true; readonly attached: Attached }
  | { readonly ok: false; readonly refusal: PerfRefusal }

/** A perf that says a newer version than it is, or a build without it. */
const NO_CONTROL = /unknown (?:option|switch) .?(?:control|D)\b/

/**
 * Starts perf on a process, and resolves once its events are open and it can be told to let them count.
 *
 * Attached, and not as the program's parent: as a parent perf hides the program's signals, changes its environment,
 * leaks a descriptor into it, and from 6.15 on does not run it at all when no event is supported.
 */
export async function attach(perf: PerfTool, args: readonly string[]): Promise<Attachment> {
  const first = await attachOnce(perf, args, perf.control)
  const retry = !first.ok && perf.control && NO_CONTROL.test(first.refusal.stderr)
  return retry ? attachOnce(perf, args, false) : first
}

async function attachOnce(perf: PerfTool, args: readonly string[], control: boolean): Promise<Attachment> {
  const flags = control ? ['-D', '-1', '--control', 'fd:3,4'] : []
  const run = await startDetached([perf.path, ...args, ...flags], perf.env)
  const failed = run.status.then((status) => ({ status, stderr: run.stderr() }))
  // To be told what it does already, it answers all the same: then it is there.
  const ready = control ? tell(run, 'disable') : untilOpened(run)
  const ok = await within(ATTACH_MS, Promise.race([ready, failed.then(() => false)]))
  if (ok === true) return { ok, attached: attachedTo(run, control) }
  // Killed first, it could not tell its status.
  const refusal = ok === undefined ? undefined : await within(GRACE_MS, failed)
  if (refusal !== undefined) return { ok: false, refusal }
  run.kill()
  await within(GRACE_MS, failed)
  return { ok: false, refusal: { status: null, stderr: run.stderr() } }
}

/** Wait statuses of a shell for the signals that end a program unasked; 129 is perf's own for wrong usage. */
const KILLED: readonly NodeJS.Signals[] = ['SIGABRT', 'SIGBUS', 'SIGFPE', 'SIGKILL', 'SIGSEGV', 'SIGTERM']
const SIGNALLED = 128

/** How perf ended; neither by status nor by signal when it had to be given up. */
export function perfExit({ status }: Pick<PerfRefusal, 'status'>): ProgramExit {
  const signal = KILLED.find((name) => status === SIGNALLED + constants.signals[name]) ?? null
  return { code: signal === null ? status : null, signal }
}

function attachedTo(run: Detached, told: boolean): Attached {
  const say = async (command: 'enable' | 'disable'): Promise<void> => {
    if (told) await within(ATTACH_MS, tell(run, command))
  }
  return { told, begin: () => say('enable'), pause: () => say('disable'), finish: () => finish(run) }
}

/** Told to do something, perf answers once it has. */
async function tell(run: Detached, command: 'enable' | 'disable'): Promise<boolean> {
  run.command(command)
  return (await run.answer()).includes('ack')
}

/** A perf without `--control` (before 5.10) counts as soon as its events are open. */
async function untilOpened(run: Detached): Promise<boolean> {
  const pid = await run.pid
  if (pid === null) return false
  for (const from = performance.now(); performance.now() - from < ATTACH_MS; await delay(POLL_MS)) {
    const open = openEvents(pid)
    if (open === null) return false
    if (open > 0) {
      await delay(SETTLE_MS)
      return openEvents(pid) !== null
    }
  }
  return false
}

/** Events a perf has open; `null` when it is gone. */
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

/** On SIGINT perf writes what it has; that the process has ended it would notice by itself within a second. */
async function finish(run: Detached): Promise<PerfRefusal & { readonly log: string }> {
  await run.signal('SIGINT')
  const status = await within(FINISH_MS, run.status)
  if (status === undefined) run.kill()
  return { status: status ?? null, stderr: run.stderr(), log: (await within(GRACE_MS, run.log)) ?? '' }
}
