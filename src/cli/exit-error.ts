import type { ExitStatus } from './exit.ts'

/** An end with a status and words of its own. */
export class ExitError extends Error {
  readonly outcome: {
    readonly exit: ExitStatus
    readonly code: string
    readonly message: string
    readonly hint: string | null
  }

  constructor(exit: ExitStatus, code: string, message: string, hint: string | null = null) {
    super(message)
    this.name = 'ExitError'
    this.outcome = { exit, code, message, hint }
  }
}
