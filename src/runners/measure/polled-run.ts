import { spawnSync } from 'node:child_process'
import { constants } from 'node:os'
import { type HeldProgram, holdProgram, type Launch } from '../gate.ts'
import type { Inherited } from '../inherited.ts'
import { type KernelCounters, ReapedCounter } from '../proc-counters.ts'
import { findProgram } from '../program.ts'
import { PolledTree } from './polled-tree.ts'
import { readProc } from './proc-files.ts'
import type { RootEnd, Rung, RungRefusal, Start } from './rung.ts'

/**
 * strace beside the program, not above it (-D); nothing but exit_group(2) stops (--seccomp-bpf, strace 5.3), and that for
 * long enough to be seen.
 */
const STRACE = ['-D', '-f', '--seccomp-bpf', '-qq', '-o', '/dev/null']
const AT_END = ['-e', 'trace=exit_group', '-e', 'inject=exit_group:delay_enter=250ms']

/** The program has its three streams and its environment alone. */
const NOTHING: Inherited = { descriptors: [], ignored: [], variables: new Map(), openFiles: null }

/** Starts a program that is looked at from outside, and held at its end by strace where that is wanted. */
export async function pollProgram(start: Start, withStrace: boolean): Promise<Rung | RungRefusal> {
  const { PATH } = start.env
  const before: string[] = []
  let randomised: boolean | null = null
  if (start.randomisation === 'off') {
    randomised = !works('setarch', ['-R', 'true'], PATH)
    if (!randomised) before.push('setarch', '-R')
  }
  if (withStrace) {
    if (!straceTraces(PATH)) {
      return { refused: 'there is no strace of 5.3 or later that may trace' }
    }
    before.push('strace', ...STRACE, ...AT_END)
  }
  const [stdin, stdout, stderr] = start.stdio
  const [name, ...words] = start.argv
  const argv: Launch['argv'] = [binary(name), ...words.map(binary)]
  const held = await holdProgram(
    { argv, stdin, stdout, stderr, inherited: NOTHING, before, ownSession: true },
    start.env,
  )
  return new PolledRun(held, withStrace, randomised, start.expected)
}

function binary(text: string): string {
  return Buffer.from(text).toString('latin1')
}

/** Whether a tool is there and does its work here. */
function works(tool: string, args: readonly string[], path: string | undefined): boolean {
  const found = findProgram(tool, path)
  return found.found && spawnSync(found.path, args, { stdio: 'ignore' }).status === 0
}

/** strace runs its program also when it may not trace it, such as when we are traced by another, and so all we start. */
function straceTraces(path: string | undefined): boolean {
  const found = findProgram('strace', path)
  if (!found.found) return false
  const { stdout } = spawnSync(found.path, [...STRACE, ...AT_END, 'cat', '/proc/self/status'], { encoding: 'latin1' })
  const tracer = tracerIn(stdout ?? '')
  return tracer > 0 && tracer !== tracerIn(readProc('/proc/self/status') ?? '')
}

function tracerIn(status: string): number {
  return Number(/^TracerPid:\t(\d+)$/m.exec(status)?.[1] ?? 0)
}

class PolledRun implements Rung {
  readonly pid: number
  readonly group: number
  readonly randomised: boolean | null
  readonly #held: HeldProgram
  readonly #tree: PolledTree
  #reaped: KernelCounters | null = null
  readonly ended: Promise<RootEnd>
  readonly over: Promise<void>

  constructor(held: HeldProgram, withStrace: boolean, randomised: boolean | null, expected: Start['expected']) {
    this.#held = held
    this.pid = held.pid
    this.group = held.pid
    this.randomised = randomised
    this.#tree = new PolledTree(held.pid, withStrace, expected)
    this.ended = held.ended.then(({ code, signal }) => ({
      code,
      signal: signal === null ? null : constants.signals[signal],
    }))
    this.over = this.ended.then(() => this.#untilEmpty())
  }

  release(): void {
    const counter = new ReapedCounter(this.pid)
    this.#held.onReap = () => {
      this.#reaped = counter.read()
    }
    this.#held.release()
    this.#tree.watch.start()
  }

  look(): number {
    return this.#tree.look()
  }

  isNear(): boolean {
    return this.#tree.watch.isNear
  }

  checkpoint(): ReturnType<Rung['checkpoint']> {
    this.#tree.look()
    return this.#tree.watch.checkpoint()
  }

  weigh(): ReturnType<Rung['weigh']> {
    this.#tree.look()
    return this.#tree.watch.weigh()
  }

  pids(): readonly number[] {
    this.#tree.look()
    return this.#tree.pids
  }

  elapsedMs(): number {
    return this.#tree.watch.elapsedMs
  }

  report(): ReturnType<Rung['report']> {
    const reaped = this.#reaped === null ? null : { minor: this.#reaped.minor, major: this.#reaped.major }
    const { cgroups } = this.#tree
    return { ...this.#tree.watch.report(), processes: this.#tree.report(), reaped, cgroups }
  }

  async #untilEmpty(): Promise<void> {
    this.#tree.look()
    while (!this.#tree.isEmpty) {
      await new Promise((resolve) => setTimeout(resolve, EMPTY_POLL_MS))
      this.#tree.look()
    }
  }
}

const EMPTY_POLL_MS = 20
