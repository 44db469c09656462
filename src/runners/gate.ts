import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process'
import { setTimeout as delay } from 'node:timers/promises'
import { gateCommand } from './gate-shell.ts'
import type { Inherited } from './inherited.ts'
import { readStat } from './proc-counters.ts'
import { bothEnds, hasStarted } from './streams.ts'

/** How a program ended, as its parent is told. */
export interface ProgramEnd {
  /** Exit status; `null` when a signal ended it. */
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

/** What to start, and with which streams. */
export interface Launch {
  /** Program and arguments, the program as typed; binary strings. */
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
  /** What it is to be given beside them. */
  readonly inherited: Inherited
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

/** Of these one leads to the shell that waits; dash knows descriptors of a single digit. */
const GATES = [9, 8, 7, 6, 5, 4, 3]
const PATIENCE_MS = 5000
const POLL_MS = 1

/** The descriptor by which a program can be held; `null` when all that would do are the program's. */
export function freeGate({ descriptors }: Inherited): number | null {
  return GATES.find((each) => !descriptors.includes(each)) ?? null
}

/**
 * Starts the process of a program and holds it just before the program begins: a shell that waits for a line and then
 * becomes the program.
 *
 * It waits on a socket and not in a stop: when we die, however we die, the socket closes and the shell goes away, so
 * that nothing is left behind; and no terminal or job control ever hears of a stopped process.
 */
export async function holdProgram(launch: Launch, env: NodeJS.ProcessEnv): Promise<HeldProgram> {
  const { argv, inherited, before = [], ownSession = false } = launch
  const descriptor = freeGate(inherited)
  if (descriptor === null) throw new RangeError('no descriptor is left to hold a program by')
  const gated = gateCommand(argv, { env, inherited, descriptor })
  const [file = gated.file, ...args] = [...before, gated.file, ...gated.args]
  const child = spawn(file, args, { stdio: stdioOf(launch, descriptor), env, detached: ownSession })
  const held = watch(child)
  await Promise.race([hasStarted(child), held.ended])
  const gate = bothEnds(child, descriptor)
  const first = await Promise.race([
    new Promise<boolean>((resolve) => gate.once('data', () => resolve(true))),
    held.ended.then(() => false),
  ])
  const program: HeldProgram = Object.assign(held, {
    pid: child.pid as number,
    release: () => {
      if (child.exitCode !== null || child.signalCode !== null) return false
      return gate.end('go\n') !== undefined
    },
    abandon: async () => {
      gate.destroy()
      await held.ended
    },
  })
  if (first) await untilAsleep(program.pid)
  return program
}

/** What the program's descriptors are; those between the inherited ones stay closed. */
function stdioOf({ stdin, stdout, stderr, inherited }: Launch, gate: number): StdioOptions {
  const highest = Math.max(gate, ...inherited.descriptors)
  const passed = Array.from({ length: highest + 1 }, (): 'ignore' | 'pipe' | number => 'ignore')
  for (const descriptor of inherited.descriptors) passed[descriptor] = descriptor
  passed[gate] = 'pipe'
  return [stdin ?? 'inherit', stdout ?? 'inherit', stderr ?? 'inherit', ...passed.slice(3)]
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
