import { readStat } from './proc-counters.ts'

/** Sent on to the program whoever they are sent to. */
const FORWARDED = ['SIGTERM', 'SIGHUP', 'SIGUSR1', 'SIGUSR2'] as const
/** A terminal sends them to every process of the foreground, the program among them. */
const FROM_TERMINAL = ['SIGINT', 'SIGQUIT'] as const

/**
 * Outlives the signals that are meant for the program, so that there is a report after them. Those that a terminal
 * sends have reached the program by themselves; the others are passed on. What we were started to ignore is ignored.
 */
export class SignalGuard implements Disposable {
  readonly #handlers = new Map<NodeJS.Signals, () => void>()
  #target: number | null = null
  #interrupted: NodeJS.Signals | null = null
  #onInterrupt: () => void = () => undefined

  constructor(ignored: readonly NodeJS.Signals[]) {
    const foreground = isForeground()
    for (const name of FORWARDED) this.#on(name, () => this.#pass(name))
    for (const name of FROM_TERMINAL) this.#on(name, () => foreground || this.#pass(name))
    for (const name of ignored) this.#ignore(name)
  }

  /** The process that signals are for; `null` for none. */
  set target(pid: number | null) {
    this.#target = pid
  }

  /** The first signal that asks for an end. */
  get interrupted(): NodeJS.Signals | null {
    return this.#interrupted
  }

  set onInterrupt(listener: () => void) {
    this.#onInterrupt = listener
  }

  [Symbol.dispose](): void {
    for (const [name, handler] of this.#handlers) process.removeListener(name, handler)
    this.#handlers.clear()
  }

  #on(name: NodeJS.Signals, pass: () => void): void {
    const handler = (): void => {
      if (!name.startsWith('SIGUSR')) {
        this.#interrupted ??= name
        this.#onInterrupt()
      }
      pass()
    }
    this.#handlers.set(name, handler)
    process.on(name, handler)
  }

  /** Node would end us for a signal without a listener. */
  #ignore(name: NodeJS.Signals): void {
    const known = this.#handlers.get(name)
    if (known !== undefined) process.removeListener(name, known)
    const handler = (): void => undefined
    this.#handlers.set(name, handler)
    process.on(name, handler)
  }

  #pass(name: NodeJS.Signals): void {
    if (this.#target === null) return
    try {
      process.kill(this.#target, name)
    } catch {
      // ESRCH, or a program of another user: nothing that we could do.
    }
  }
}

/** Whether we are in the foreground of a terminal, whose Ctrl-C then reaches the program without us. */
function isForeground(): boolean {
  const stat = readStat('self')
  return stat !== null && stat.ttyNr !== 0 && stat.tpgid === stat.pgrp
}
