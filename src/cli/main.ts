import { join } from 'node:path'
import { run } from '@oclif/core/run'
import { settings } from '@oclif/core/settings'
import pjson from '../../package.json' with { type: 'json' }
import { COMMANDS } from '../commands/index.ts'
import { similarNames } from '../model/similar.ts'
import { displayText } from '../output/sanitise.ts'
import { EXIT } from './exit.ts'
import { ClosedPipe } from './io.ts'
import { processIo } from './process-io.ts'

/** Words before which no command stands: oclif answers them itself. */
const GLOBAL_WORDS = ['help', '--help', '-h', '--version', '-V']

/**
 * Runs the command line.
 *
 * `root` is the package's directory; `target` the file, relative to it, that exports `COMMANDS` (this one, bundled).
 */
export async function main(root: string, target: string): Promise<void> {
  prepareOclif()
  const argv = process.argv.slice(2)
  const [word] = argv
  if (word !== undefined && !(word in COMMANDS) && !GLOBAL_WORDS.includes(word)) {
    process.exitCode = EXIT.usage
    processIo().stderr.write(unknownCommand(word))
    return
  }
  const oclif = { ...pjson.oclif, commands: { ...pjson.oclif.commands, target } }
  try {
    await run(argv, {
      root: join(root),
      pjson: { ...pjson, oclif } as never,
      // A tool that root runs must not load code that a file in somebody's home directory names.
      userPlugins: false,
      devPlugins: false,
    })
  } catch (error) {
    if (!(error instanceof ClosedPipe)) throw error
  }
}

function prepareOclif(): void {
  process.env['MMAPCTL_DISABLE_THEME'] ??= '1'
  // Whatever NODE_ENV says: never look for a TypeScript compiler.
  settings.enableAutoTranspile = false
  // `mmapctl --help | head`: help is the one thing that oclif writes itself.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
    process.exit(EXIT.ok)
  })
}

function unknownCommand(word: string): string {
  const shown = displayText(Buffer.from(word).toString('latin1'))
  const names = Object.keys(COMMANDS)
  const near = similarNames(word, names)
  const guess = /^\d+$/.test(word)
    ? `did you mean ${pjson.name} maps ${shown}?`
    : near.length > 0
      ? `did you mean ${near.join(', ')}?`
      : `commands are ${names.join(', ')}`
  const what = word.startsWith('-') ? 'unknown flag' : 'unknown command'
  return `${pjson.name}: ${what} ${shown}; ${guess} (see ${pjson.name} --help)\n`
}
