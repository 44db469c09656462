/** Why whoever watches was told to stop. */
export type StopSignal = 'SIGINT' | 'SIGTERM' | 'SIGHUP'

/** What is done about signals. */
export interface SignalActions {
  readonly stop: (signal: StopSignal) => void
  /** Before the process is stopped, as by Ctrl-Z: the terminal is somebody else's then. */
  readonly suspend: () => void
  /** When it goes on. */
  readonly resume: () => void
  /** When the process ends in whatever way but SIGKILL. */
  readonly exit: () => void
}

/** Signals heard until this is disposed of. */
export interface HeardSignals extends Disposable {
  /** Stops the process as Ctrl-Z does, which in raw mode is a key like any other: with all of its job. */
  suspend(): void
}

const STOPS: readonly StopSignal[] = ['SIGINT', 'SIGTERM', 'SIGHUP']

/** Hears what may end the process. */
export function hearStops(stop: SignalActions['stop']): Disposable {
  const stops = STOPS.map((signal) => [signal, () => stop(signal)] as const)
  for (const [signal, listener] of stops) process.on(signal, listener)
  return {
    [Symbol.dispose]() {
      for (const [signal, listener] of stops) process.off(signal, listener)
    },
  }
}

/** Hears what may end or stop the process while it has the terminal. */
export function hearSignals(actions: SignalActions): HeardSignals {
  const stops = hearStops(actions.stop)
  const suspend = (group: boolean): void => {
    actions.suspend()
    // As nobody hears it now, the kernel stops us.
    process.off('SIGTSTP', heard)
    process.kill(group ? 0 : process.pid, 'SIGTSTP')
  }
  const heard = (): void => suspend(false)
  const resumed = (): void => {
    process.off('SIGTSTP', heard)
    process.on('SIGTSTP', heard)
    actions.resume()
  }
  process.on('SIGTSTP', heard).on('SIGCONT', resumed).on('exit', actions.exit)
  return {
    suspend: () => suspend(true),
    [Symbol.dispose]() {
      stops[Symbol.dispose]()
      process.off('SIGTSTP', heard).off('SIGCONT', resumed).off('exit', actions.exit)
    },
  }
}
