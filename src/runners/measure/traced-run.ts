import { closeSync, openSync, readSync, writeSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { failed } from '../../native/libc.ts'
import { isNative, type Native, nativeUntried } from '../../native/native.ts'
import type { WaitStatus } from '../../native/wait-status.ts'
import { gateCommand } from '../gate-command.ts'
import { readStat } from '../proc-counters.ts'
import type { RootEnd, Rung, RungRefusal, Start } from './rung.ts'
import { TRACE_OPTIONS, TracedTree } from './traced-tree.ts'
import { TreeWatch } from './tree-watch.ts'

/** Descriptors of the gate besides the program's: what it says, and what it waits for. */
const ERRORS = 7
const GO = 8
const READY = 9

/**
 * The gate is the child of a shell and not our own: the kernel keeps the largest RSS of every image that a process has
 * had, and in a child of ours that would be our own. It tells its PID, which no shell knows of its subshells.
 */
const GATE = {
  wait:
    'IFS=" " read -r mmapctl_pid mmapctl_rest </proc/self/stat; printf "%s\\n" "$mmapctl_pid" >&9; ' +
    'IFS= read -r mmapctl_gate <&8 || exit 125; exec 2>&7 7>&-;',
  close: '8<&- 9>&-',
  wrap: (script: string) => `( ${script} ); exit`,
}

const DRAIN_MS = 20
const PATIENCE_MS = 5000

/** Starts a program held at its gate, and has every process of it stop at its end. */
export async function traceProgram(start: Start): Promise<Rung | RungRefusal> {
  const layer = nativeUntried()
  if (!isNative(layer)) return { refused: layer.unavailable }
  const { processes, tracing } = layer
  processes.becomeSubreaper()
  const randomised = start.randomisation === 'off' ? failed(processes.setRandomisation(false)) : null
  const { images, ...gate } = startGate(layer, start)
  if (randomised === false) processes.setRandomisation(true)
  if ('refused' in gate) return gate
  const { parent, pid, go } = gate
  await untilAsleep(pid)
  const seized = tracing.seize(pid, TRACE_OPTIONS)
  if (failed(seized)) {
    closeSync(go)
    return { refused: `ptrace(2) is refused (${seized.errno})` }
  }
  return new TracedRun(layer, { parent, pid, go, images }, randomised, start.expected)
}

interface Gate {
  readonly parent: number
  readonly pid: number
  readonly go: number
}

function startGate(
  { processes }: Native,
  { argv, env, stdio }: Start,
): (Gate | RungRefusal) & { readonly images: number } {
  const { shell, args, images } = gateCommand(argv, env, GATE)
  const go = processes.pipe()
  const ready = processes.pipe()
  if (failed(go) || failed(ready)) return { refused: 'no pipe can be made', images }
  const nothing = openSync('/dev/null', 'r+')
  const [stdin, stdout, stderr] = stdio
  const parent = processes.spawn({
    path: shell,
    argv: ['sh', ...args],
    env: Object.entries(env).map(([name, value]) => `${name}=${value ?? ''}`),
    // The shell above the gate says nothing: what it thinks of the program's end is none of the program's output.
    descriptors: [
      [stdin, 0],
      [stdout, 1],
      [nothing, 2],
      [stderr, ERRORS],
      [go[0], GO],
      [ready[1], READY],
    ],
  })
  for (const descriptor of [nothing, go[0], ready[1]]) closeSync(descriptor)
  const pid = failed(parent) ? Number.NaN : readPid(ready[0])
  closeSync(ready[0])
  if (failed(parent)) return { refused: `${shell} cannot be started (${parent.errno})`, images }
  if (Number.isNaN(pid)) return { refused: `${shell} did not wait`, images }
  return { parent, pid, go: go[1], images }
}

function readPid(descriptor: number): number {
  const buffer = Buffer.alloc(32)
  const count = readSync(descriptor, buffer)
  return Number.parseInt(buffer.toString('latin1', 0, count), 10)
}

/** It has said that it is about to wait; once it sleeps, it does, and takes no further fault before it is let go. */
async function untilAsleep(pid: number): Promise<void> {
  const from = performance.now()
  while (performance.now() - from < PATIENCE_MS) {
    const state = readStat(pid)?.state
    if (state === 'S' || state === undefined) return
    await delay(1)
  }
}

class TracedRun implements Rung {
  readonly pid: number
  readonly group: number
  readonly randomised: boolean | null
  readonly #native: Native
  readonly #go: number
  readonly #parent: number
  readonly #tree: TracedTree
  #parentGone = false
  #resolveEnded: (end: RootEnd) => void = () => undefined
  #resolveOver: () => void = () => undefined
  readonly ended = new Promise<RootEnd>((resolve) => {
    this.#resolveEnded = resolve
  })
  readonly over = new Promise<void>((resolve) => {
    this.#resolveOver = resolve
  })

  constructor(
    native: Native,
    gate: Gate & { readonly images: number },
    randomised: boolean | null,
    expected: Start['expected'],
  ) {
    this.#native = native
    this.pid = gate.pid
    this.group = gate.parent
    this.#go = gate.go
    this.#parent = gate.parent
    this.randomised = randomised
    this.#tree = new TracedTree(native.tracing, gate.pid, gate.images, (members) => new TreeWatch(members, expected))
    this.#tree.onRootEnd = (status) => this.#resolveEnded(endOf(status))
    // Every stop and every end comes with the signal; the timer is for one that was lost on the way.
    process.on('SIGCHLD', () => this.#drain())
    setInterval(() => this.#drain(), DRAIN_MS).unref()
  }

  release(): void {
    this.#tree.root.startCounting()
    this.#tree.watch.start()
    writeSync(this.#go, 'go\n')
    closeSync(this.#go)
  }

  look(): number {
    return this.#tree.watch.look()
  }

  isNear(): boolean {
    return this.#tree.watch.isNear
  }

  checkpoint(): ReturnType<Rung['checkpoint']> {
    return this.#tree.watch.checkpoint()
  }

  weigh(): ReturnType<Rung['weigh']> {
    return this.#tree.watch.weigh()
  }

  pids(): readonly number[] {
    return this.#tree.pids
  }

  elapsedMs(): number {
    return this.#tree.watch.elapsedMs
  }

  report(): ReturnType<Rung['report']> {
    const { cgroups } = this.#tree.root
    return { ...this.#tree.watch.report(), processes: this.#tree.report(), reaped: null, cgroups }
  }

  #drain(): void {
    for (;;) {
      const waited = this.#native.tracing.wait()
      if (waited === null || failed(waited)) break
      if (!this.#tree.follow(waited) && waited.tid === this.#parent) this.#parentGone = true
    }
    if (this.#parentGone && this.#tree.isEmpty) this.#resolveOver()
  }
}

function endOf(status: WaitStatus): RootEnd {
  return {
    code: status.what === 'exited' ? status.code : null,
    signal: status.what === 'killed' ? status.signal : null,
  }
}
