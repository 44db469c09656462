import { constants } from 'node:os'

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
/** Wait status of a shell for a signal. */
const SIGNALLED = 128

/** Turns the signals that ask for an end into an `AbortSignal`, so that what was started is ended and told of. */
export class Interrupt implements Disposable {
  readonly #controller = new AbortController()
  readonly #listeners = new Map<NodeJS.Signals, () => void>()

  constructor() {
    for (const name of SIGNALS) {
      const listener = (): void => this.#controller.abort(name)
      this.#listeners.set(name, listener)
      process.on(name, listener)
    }
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  /** The status of a command that was stopped, as shells count it; `null` when it was not. */
  get status(): number | null {
    const { aborted, reason } = this.signal
    return aborted ? SIGNALLED + constants.signals[reason as NodeJS.Signals] : null
  }

  [Symbol.dispose](): void {
    for (const [name, listener] of this.#listeners) process.removeListener(name, listener)
  }
}
