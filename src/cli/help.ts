import pjson from '../../package.json' with { type: 'json' }
import { EXIT } from './exit.ts'
import { helpPage } from './help-pages.ts'
import { ClosedPipe, type Io, OutputError } from './io.ts'
import { processIo } from './process-io.ts'

export const HELP_FLAGS = ['--help', '-h']

/** What oclif needs to word help. */
export interface HelpSource {
  /** The package's directory. */
  readonly root: string
  /** The file, relative to it, that exports all commands. */
  readonly target: string
  /** The help that was worded when the package was built: see `helpPage`. */
  readonly pages: string | null
}

/** Writes help or the version: a page that is there already, or what oclif words now. */
export async function answerHelp(argv: readonly string[], source: HelpSource): Promise<void> {
  const io = processIo()
  const page = source.pages === null ? null : helpPage(source.pages, subject(argv), io)
  if (page !== null) return writePage(page, io)
  // Loaded here: hardly any run needs it.
  const { wordHelp } = await import('./help-wording.ts')
  await wordHelp(argv, source, io)
}

/** The command that help is asked for, when the flag is all else that is said. */
function subject(argv: readonly string[]): readonly string[] {
  return HELP_FLAGS.includes(argv.at(-1) ?? '') ? argv.slice(0, -1) : argv
}

function writePage(page: string, { stdout, stderr }: Io): void {
  try {
    stdout.write(page)
    stdout.flush()
  } catch (error) {
    // `mmapctl --help | head`
    if (error instanceof ClosedPipe) return
    if (!(error instanceof OutputError)) throw error
    stderr.write(notWritten(error.message))
    process.exitCode = EXIT.noAnswer
  }
}

/** What is said when help cannot be written. */
export function notWritten(reason: string): string {
  return `${pjson.name}: help could not be written: ${reason}\n`
}
