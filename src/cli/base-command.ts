import { Command } from '@oclif/core/command'
import type { Config } from '@oclif/core/config'
import * as Flags from '@oclif/core/flags'
import { FailureError } from '../model/failure.ts'
import { similarNames } from '../model/similar.ts'
import { type FailureText, failureText } from '../output/failure-text.ts'
import { schemaName } from '../output/json.ts'
import type { Tool } from '../output/maps-json.ts'
import { displayText } from '../output/sanitise.ts'
import { ParseError } from '../parsers/parse-error.ts'
import { badCapture } from './bad-capture.ts'
import { EXIT, type ExitStatus } from './exit.ts'
import { ExitError } from './exit-error.ts'
import { ClosedPipe, type Io, type Output, OutputError } from './io.ts'
import { processIo } from './process-io.ts'
import type { Subject } from './subject.ts'
import type { TargetFlags } from './targets.ts'
import { UsageError } from './usage-error.ts'

/** What went wrong, in the words and with the status that the user gets. */
export interface Outcome {
  readonly exit: ExitStatus
  readonly code: string
  readonly message: string
  readonly hint: string | null
}

/** Failures that one part of a command may have. */
const TELLABLE = [FailureError, ParseError, ExitError, OutputError]

const ERROR_SCHEMA = schemaName('error', 1)

/**
 * What all commands share: where output goes, how errors end.
 *
 * oclif's own JSON mode is not used: it loses exit statuses and prints its whole configuration on a wrong flag. Its
 * `log` is not used either: it formats `%s` in file names, and queues output that an exit then drops.
 */
export abstract class BaseCommand extends Command {
  static override enableJsonFlag = false

  static override baseFlags = {
    help: Flags.help({ char: 'h', helpGroup: 'GLOBAL' }),
  }

  /** Replaced in tests; the process's own streams otherwise. */
  static io: Io | null = null

  protected readonly io: Io = BaseCommand.io ?? processIo()

  /** Who made a report. */
  protected get tool(): Tool {
    return { name: this.config.bin, version: this.config.version }
  }

  /** The capture that is reported on; `null` for a host that runs. */
  #capture: string | null = null

  /** Opens what the command line names, and remembers whose fault it is when it cannot be understood. */
  protected async openSubject(words: readonly string[], flags: TargetFlags): Promise<Subject> {
    // Loaded here: not every command reads a host.
    const { openSubject } = await import('./subject.ts')
    const subject = await openSubject(words, flags)
    this.#capture = subject.file
    return subject
  }

  /** Tells of a failure that does not end the command; returns what was told, and the status it must end with. */
  protected complain(error: Error): Outcome {
    // A usage error or a closed pipe concerns the whole command.
    if (!TELLABLE.some((kind) => error instanceof kind)) throw error
    const outcome = this.outcomeOf(error)
    if (!(error instanceof OutputError)) this.io.stdout.flush()
    this.io.stderr.write(this.line(outcome))
    return outcome
  }

  /** Runs a command with a configuration as it is; oclif's own `run` would load it anew. */
  static async start(
    this: new (
      argv: string[],
      config: Config,
    ) => BaseCommand,
    argv: string[],
    config: Config,
  ): Promise<void> {
    await new this(argv, config)._run()
  }

  /** The command itself; returns its exit status. */
  protected abstract execute(): Promise<number>

  override async run(): Promise<void> {
    process.exitCode = await this.execute()
    this.io.stdout.flush()
  }

  /** Every way a command can fail ends here, with one line on stderr and a documented status. */
  protected override async catch(error: Error): Promise<void> {
    if (error instanceof ClosedPipe) {
      process.exitCode = EXIT.ok
      return
    }
    const outcome = this.outcomeOf(error)
    process.exitCode = outcome.exit
    // Else oclif warns, outside production, that a refused command line was not parsed.
    this.parsed = true
    this.report(outcome)
  }

  /** Writes an error: one line for a person, and a document where a program asked for JSON. */
  private report(outcome: Outcome): void {
    const { message, hint, code } = outcome
    try {
      if (this.wantsJson()) {
        this.jsonOutput().write(`${JSON.stringify({ schema: ERROR_SCHEMA, error: { code, message, hint } })}\n`)
      }
      this.io.stdout.flush()
    } catch (error) {
      if (!(error instanceof ClosedPipe || error instanceof OutputError)) throw error
    }
    this.io.stderr.write(this.line(outcome))
  }

  /** Whether a document is wanted of an error too. */
  protected wantsJson(): boolean {
    return this.ownWords.includes('--json')
  }

  /** What is said to us, and not behind `--` to a program. */
  protected get ownWords(): readonly string[] {
    const end = this.argv.indexOf('--')
    return end < 0 ? this.argv : this.argv.slice(0, end)
  }

  /** What to do with a word that is no argument here. */
  protected get strayHint(): string | null {
    return null
  }

  /** Where a document about an error goes: where the report would have gone. */
  protected jsonOutput(): Output {
    return this.io.stdout
  }

  private line({ message, hint }: FailureText): string {
    const separator = message.includes('\n') ? '\n' : '; '
    return `${this.config.bin}: ${message}${hint === null ? '' : `${separator}${hint}`}\n`
  }

  private outcomeOf(error: Error): Outcome {
    if (error instanceof UsageError) return this.usage(parserDetail(error.message), error.hint)
    if (error instanceof ExitError) return error.outcome
    if (error instanceof FailureError) {
      return { exit: EXIT.noAnswer, code: error.failure.code, ...failureText(error.failure) }
    }
    if (error instanceof OutputError) {
      return {
        exit: EXIT.noAnswer,
        code: 'output',
        message: `the report could not be written: ${error.message}`,
        hint: null,
      }
    }
    if (isParserError(error)) return this.usage(...this.wording(error))
    // The kernel's own files are known; those in a capture may come from anybody.
    if (error instanceof ParseError && this.#capture !== null) return this.outcomeOf(badCapture(this.#capture, error))
    const where = error instanceof ParseError ? `${error.file} is not as the kernel prints it: ` : ''
    const bug = `a bug in ${this.config.bin}: ${where}${displayText(Buffer.from(error.message).toString('latin1'))}`
    return {
      exit: EXIT.bug,
      code: 'bug',
      message: bug.replaceAll('\n', ' '),
      hint: `please report it with version ${this.config.version} and \`uname -r\``,
    }
  }

  private usage(message: string, hint: string | null): Outcome {
    const help = `see ${this.config.bin} ${(this.id ?? '').replaceAll(':', ' ')} --help`
    return { exit: EXIT.usage, code: 'usage', message, hint: hint === null ? help : `${hint} (${help})` }
  }

  /** oclif's several lines on a wrong command line, as one; with a guess at a mistyped flag. */
  private wording(error: Error): [string, string | null] {
    const detail = parserDetail(error.message)
    const flag = /^Nonexistent flags?: (\S+)/.exec(detail)?.[1]
    if (flag === undefined) return [detail, detail.startsWith('Unexpected argument') ? this.strayHint : null]
    const near = similarNames(flag.replace(/^-+/, ''), Object.keys(this.ctor.flags ?? {}))
    return [
      `unknown flag ${flag}`,
      near.length === 0 ? null : `did you mean ${near.map((name) => `--${name}`).join(', ')}?`,
    ]
  }
}

/** oclif's parser marks what it refuses with the status it wants. */
function isParserError(error: Error): boolean {
  return (error as { oclif?: { exit?: number } }).oclif?.exit !== undefined
}

/**
 * What oclif's parser says, as one line: of `Parsing --limit`, `Expected an integer …`, `See more help with --help` the
 * flag and the cause are kept. It writes the first and the last around our own errors too.
 */
function parserDetail(message: string): string {
  const lines = message.split('\n').map((line) => displayText(Buffer.from(line.trim()).toString('latin1')))
  const flag = /^Parsing (--\S+)$/.exec(lines[0] ?? '')?.[1]
  const told = lines.filter((line) => line !== '' && !/^(?:Parsing --|See more help|The following error)/.test(line))
  // Of two flags that exclude one another it says so of each.
  const excluded = told.filter((line) => line.includes(' cannot also be provided when using '))
  const said = told.filter((line) => !excluded.includes(line) || line === excluded[0])
  const text = said
    .join(' ')
    .replace(/:$/, '')
    .replace(/^(--\S+)=true /, '$1 ')
  return flag === undefined || text.startsWith(flag) ? text : `${flag}: ${text}`
}
