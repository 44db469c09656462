import type { Io } from './io.ts'
import type { WatchScreen } from './watch-screen.ts'
import { type HeardSignals, hearSignals, type StopSignal } from './watch-signals.ts'
import { type Keyboard, Terminal } from './watch-terminal.ts'

/** What is done when something happens on the terminal. */
export interface StageActions {
  /** Something changed that the loop should look at. */
  readonly wake: () => void
  /** What to do after a key has been obeyed; the screen is drawn then. */
  readonly afterKey?: () => Promise<void> | void
}

/**
 * The terminal while a screen is on it: keys, resizing and signals. Whatever happens, also a bug, the terminal is given
 * back as it was, but for SIGKILL, which nobody hears.
 */
export class Stage implements Disposable {
  readonly #screen: WatchScreen
  readonly #terminal: Terminal
  readonly #actions: StageActions
  readonly #signals: HeardSignals
  readonly #draw = (): void => this.#try(() => this.draw())
  #keys: Promise<void> = Promise.resolve()
  #stopped: StopSignal | null = null
  #failure: { readonly error: unknown } | null = null

  constructor(io: Io, screen: WatchScreen, actions: StageActions) {
    const { stdin, stdout } = process
    const size = (): { columns: number; rows: number } => ({ columns: stdout.columns || 80, rows: stdout.rows || 24 })
    const keyboard: Keyboard | null = stdin.isTTY ? stdin : null
    this.#screen = screen
    this.#actions = actions
    this.#terminal = new Terminal(io.stdout, keyboard, size)
    this.#signals = hearSignals({
      stop: (signal) => {
        this.#stopped = signal
        actions.wake()
      },
      suspend: () => this.#terminal.close(),
      resume: () => this.#try(() => this.#open()),
      exit: () => this.#terminal.close(),
    })
    this.#terminal.listen((key) => this.#press(key))
    stdout.on('resize', this.#draw)
    this.#open()
  }

  /** Why to stop; `null` to go on. Throws what went wrong while a key was obeyed. */
  stop(): 'quit' | StopSignal | null {
    if (this.#failure !== null) throw this.#failure.error
    return this.#stopped ?? (this.#screen.quit ? 'quit' : null)
  }

  draw(): void {
    this.#terminal.draw(this.#screen.lines(this.#terminal.size))
  }

  [Symbol.dispose](): void {
    this.#terminal.close()
    process.stdout.off('resize', this.#draw)
    this.#signals[Symbol.dispose]()
  }

  #open(): void {
    this.#terminal.open()
    this.draw()
  }

  #press(key: string): void {
    if (key === 'ctrl-z') {
      this.#signals.suspend()
      return
    }
    if (key === 'ctrl-l') this.#terminal.redraw()
    // One after the other: what a key does may take a while.
    this.#keys = this.#keys
      .then(() => this.#screen.press(key))
      .then(() => this.#actions.afterKey?.())
      .then(() => {
        this.draw()
        if (this.#screen.quit) this.#actions.wake()
      })
      .catch((error: unknown) => this.#fail(error))
  }

  #try(action: () => void): void {
    try {
      action()
    } catch (error) {
      this.#fail(error)
    }
  }

  /** The loop throws it: one way out, and the terminal is given back on it. */
  #fail(error: unknown): void {
    this.#failure ??= { error }
    this.#actions.wake()
  }
}
