import { run } from '@oclif/core/run'
import { settings } from '@oclif/core/settings'
import pjson from '../../package.json' with { type: 'json' }
import { COMMANDS } from '../commands/index.ts'
import { similarNames } from '../model/similar.ts'
import { displayText } from '../output/sanitise.ts'
import { CommandConfig } from './command-config.ts'
import { EXIT } from './exit.ts'
import { processIo } from './process-io.ts'

const HELP_FLAGS = ['--help', '-h']
const VERSION_FLAGS = ['--version', '-V']

/**
 * Runs the command line.
 *
 * `root` is the package's directory; `target` the file, relative to it, that exports `COMMANDS` (this one, bundled).
 */
export async function main(root: string, target: string): Promise<void> {
  const argv = withoutHelpWord(process.argv.slice(2))
  const [word = '', ...rest] = argv
  if (wantsHelp(argv) || VERSION_FLAGS.includes(word)) await answerByOclif(argv, root, target)
  else if (isCommand(word)) await COMMANDS[word].start(rest, new CommandConfig(root))
  else {
    process.exitCode = EXIT.usage
    processIo().stderr.write(unknownCommand(word))
  }
}

function isCommand(word: string): word is keyof typeof COMMANDS {
  return Object.hasOwn(COMMANDS, word)
}

/** `mmapctl help maps` is `mmapctl maps --help`. */
function withoutHelpWord(argv: readonly string[]): string[] {
  return argv[0] === 'help' ? [...argv.slice(1), '--help'] : [...argv]
}

/** Help is asked for with no word at all, or with a flag before `--`, behind which a program's own arguments stand. */
function wantsHelp(argv: readonly string[]): boolean {
  const end = argv.indexOf('--')
  const ours = end < 0 ? argv : argv.slice(0, end)
  return argv.length === 0 || ours.some((word) => HELP_FLAGS.includes(word))
}

/** Help and version, which oclif words and writes by itself. */
async function answerByOclif(argv: string[], root: string, target: string): Promise<void> {
  process.env['MMAPCTL_DISABLE_THEME'] ??= '1'
  // Whatever NODE_ENV says: never look for a TypeScript compiler.
  settings.enableAutoTranspile = false
  const [word] = argv
  if (word !== undefined && !word.startsWith('-') && !isCommand(word)) {
    process.exitCode = EXIT.usage
    processIo().stderr.write(unknownCommand(word))
    return
  }
  // `mmapctl --help | head`; oclif's own listener throws.
  process.stdout.removeAllListeners('error').on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(EXIT.ok)
    processIo().stderr.write(`${pjson.name}: help could not be written: ${error.message}\n`)
    process.exit(EXIT.noAnswer)
  })
  const oclif = { ...pjson.oclif, commands: { ...pjson.oclif.commands, target } }
  await run(argv, {
    root,
    pjson: { ...pjson, oclif } as never,
    // A tool that root runs must not load code that a file in somebody's home directory names.
    userPlugins: false,
    devPlugins: false,
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
