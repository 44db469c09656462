/** A command line that cannot be meant; always exit status 2. */
export class UsageError extends Error {
  /** What to type instead, when that can be guessed. */
  readonly hint: string | null

  constructor(message: string, hint: string | null = null) {
    super(message)
    this.name = 'UsageError'
    this.hint = hint
  }
}
