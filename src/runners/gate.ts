import { type ChildProcess, spawn } from 'node:child_process'
import { setTimeout as delay } from 'node:timers/promises'
import { gateCommand } from './gate-command.ts'
import { readStat } from './proc-counters.ts'
import { readingEnd, writingEnd } from './streams.ts'

/** How a program ended, as its parent is told. */
export interface ProgramEnd {
  /** Exit status; `null` when a signal ended it. */
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

/** What to start, and with which streams. */
export interface Launch {
  /** Program and arguments, the program as typed. */
  readonly argv: readonly [string, ...string[]]
  /** A descriptor that becomes the program's stdout; our own unless given. */
  readonly stdout?: number | undefined
  /** A descriptor that becomes its stdin; our own unless given. */
  readonly stdin?: number | undefined
  /** A descriptor that becomes its stderr; our own unless given. */
  readonly stderr?: number | undefined
  /** Programs that start one another, and then the gate, each in the place of the one before; found in PATH. */
  readonly before?: readonly string[]
  /** In a session and process group of its own, away from the terminal. */
  readonly ownSession?: boolean
}

/** A program that has its process but does not run yet. */
export interface HeldProgram {
  readonly pid: number
  /** Lets it run. `false` when it is gone already. */
  release(): boolean
  /** Ends the process; the program never runs. */
  abandon(): Promise<void>
  /** When it has ended and was reaped, whoever ended it. `onReap` runs in the same turn. */
  readonly ended: Promise<ProgramEnd>
  /** Called at the moment the program is reaped. */
  onReap: () => void
}

/**
 * A shell that waits for a line and then becomes the program.
 *
 * It waits on a pipe and not in a stop: when we die, however we die, the pipe closes and the shell goes away, so that
 * nothing is left behind; and no terminal or job control ever hears of a stopped process. Descriptors 8 and 9 because
 * dash knows only single digits; those below stay what our caller made them.
 */
const GATE = { wait: 'printf . >&9; IFS= read -r mmapctl_gate <&8 || exit 125;', close: '8<&- 9>&-' }

const GO = 8
const READY = 9
const PATIENCE_MS = 5000
const POLL_MS = 1

/** Starts the process of a program and holds it just before the program begins. */
export async function holdProgram(launch: Launch, env: NodeJS.ProcessEnv): Promise<HeldProgram> {
  const { shell, args } = gateCommand(launch.argv, env, GATE)
  const [file = shell, ...rest] = [...(launch.before ?? []), shell, ...args]
  const child = spawn(file, rest, {
    stdio: [
      launch.stdin ?? 'inherit',
      launch.stdout ?? 'inherit',
      launch.stderr ?? 'inherit',
      ...Array<'ignore'>(GO - 3).fill('ignore'),
      'pipe',
      'pipe',
    ],
    env,
    detached: launch.ownSession ?? false,
  })
  const held = watch(child)
  const go = writingEnd(child, GO)
  const ready = readingEnd(child, READY)
  const first = await Promise.race([
    new Promise<boolean>((resolve) => ready.once('data', () => resolve(true))),
    held.ended.then(() => false),
  ])
  ready.destroy()
  const program: HeldProgram = Object.assign(held, {
    pid: child.pid as number,
    release: () => {
      if (child.exitCode !== null || child.signalCode !== null) return false
      return go.end('go\n') !== undefined
    },
    abandon: async () => {
      go.end()
      await held.ended
    },
  })
  if (first) await untilAsleep(program.pid)
  return program
}

function watch(child: ChildProcess): { ended: Promise<ProgramEnd>; onReap: () => void } {
  const held = { onReap: () => {} } as { ended: Promise<ProgramEnd>; onReap: () => void }
  held.ended = new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code, signal) => {
      held.onReap()
      resolve({ code, signal })
    })
  })
  return held
}

/** It has said that it is about to wait; once it sleeps, it does, and takes no further fault before it is let go. */
async function untilAsleep(pid: number): Promise<void> {
  const from = performance.now()
  while (performance.now() - from < PATIENCE_MS) {
    const state = readStat(pid)?.state
    if (state === 'S' || state === undefined) return
    await delay(POLL_MS)
  }
}
