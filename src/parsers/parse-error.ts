/**
 * Kernel text that does not follow the kernel's own format.
 *
 * A parser throws this instead of returning a number that might be wrong. The message names the file, the line and
 * what was expected, so that a report of it is enough to mend the parser.
 */
export class ParseError extends Error {
  /** Which kind of file was parsed, as the kernel names it: `smaps`, `status`, … */
  readonly file: string
  /** One-based number of the offending line; 0 when the fault is not in one line. */
  readonly line: number

  constructor(file: string, line: number, expected: string, found = '') {
    const where = line > 0 ? `${file}, line ${line}` : file
    const excerpt = found === '' ? '' : `, found ${JSON.stringify(found.slice(0, 120))}`
    super(`${where}: expected ${expected}${excerpt}`)
    this.name = 'ParseError'
    this.file = file
    this.line = line
  }
}
