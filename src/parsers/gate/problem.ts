/** What is wrong with a file that a person wrote; always their line and what would be right. */
export class ConfigProblem extends Error {
  /** From 1; `null` when it is not in one line. */
  readonly line: number | null
  readonly hint: string | null

  constructor(line: number | null, message: string, hint: string | null = null) {
    super(message)
    this.name = 'ConfigProblem'
    this.line = line
    this.hint = hint
  }
}
