import { run } from '@oclif/core/run'
import { settings } from '@oclif/core/settings'
import pjson from '../../package.json' with { type: 'json' }
import { systemErrorText } from '../model/errno.ts'
import { EXIT } from './exit.ts'
import { type HelpSource, notWritten } from './help.ts'
import { HELP_COLUMNS } from './help-pages.ts'
import type { Io } from './io.ts'

/** Has oclif word help, or the version, and write it. */
export async function wordHelp(argv: readonly string[], { root, target }: HelpSource, io: Io): Promise<void> {
  process.env['MMAPCTL_DISABLE_THEME'] ??= '1'
  // Whatever NODE_ENV says: never look for a TypeScript compiler.
  settings.enableAutoTranspile = false
  // oclif's own listener throws when nobody reads.
  process.stdout.removeAllListeners('error').on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(EXIT.ok)
    io.stderr.write(notWritten(systemErrorText(error)))
    process.exit(EXIT.noAnswer)
  })
  const maxWidth = Math.min(io.stdout.columns ?? HELP_COLUMNS, HELP_COLUMNS)
  const helpOptions = { ...pjson.oclif.helpOptions, maxWidth }
  const oclif = { ...pjson.oclif, helpOptions, commands: { ...pjson.oclif.commands, target } }
  await run([...argv], {
    root,
    pjson: { ...pjson, oclif } as never,
    // A tool that root runs must not load code that a file in somebody's home directory names.
    userPlugins: false,
    devPlugins: false,
  })
}
