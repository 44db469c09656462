import pjson from '../../package.json' with { type: 'json' }
import { COMMANDS, type CommandName } from '../commands/index.ts'
import { similarNames } from '../model/similar.ts'
import { displayText } from '../output/sanitise.ts'
import type { CommandConfig } from './command-config.ts'
import { EXIT } from './exit.ts'
import { answerHelp, HELP_FLAGS } from './help.ts'
import { processIo } from './process-io.ts'

const VERSION_FLAGS = ['--version', '-V']

/**
 * Runs the command line.
 *
 * `root` is the package's directory; `target` the file, relative to it, that exports all commands to oclif; `pages` the
 * file with the help that was worded when the package was built, if any.
 */
export async function main(root: string, target: string, pages: string | null = null): Promise<void> {
  const argv = withoutHelpWord(process.argv.slice(2))
  const [word = ''] = argv
  const help = wantsHelp(argv)
  const name = commandOf(argv)
  const isHelp = word === '' || word.startsWith('-') || name !== null || isTopic(word)
  if (VERSION_FLAGS.includes(word) || (help && isHelp)) return answerHelp(argv, { root, target, pages })
  if (name === null) {
    process.exitCode = EXIT.usage
    processIo().stderr.write(unknownCommand(argv))
    return
  }
  const command: StartedCommand = await COMMANDS[name]()
  // Loaded here, with oclif: help and a wrong word do without.
  const config = await import('./command-config.ts')
  await command.start(argv.slice(name.split(SEPARATOR).length), new config.CommandConfig(root))
}

/** What is asked of a command here, whichever it is. */
interface StartedCommand {
  start(argv: string[], config: CommandConfig): Promise<void>
}

/** Between the words of a command's name, as oclif has it. */
const SEPARATOR = ':'

/** The command that a command line begins with: two words before one. */
function commandOf(argv: readonly string[]): CommandName | null {
  const names = [argv.slice(0, 2).join(SEPARATOR), argv[0] ?? '']
  return names.find((name): name is CommandName => Object.hasOwn(COMMANDS, name)) ?? null
}

/** Whether a word begins the names of commands that have two. */
function isTopic(word: string): boolean {
  return Object.keys(COMMANDS).some((name) => name.startsWith(`${word}${SEPARATOR}`))
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

function unknownCommand(argv: readonly string[]): string {
  const [first = '', second = ''] = argv
  const word = isTopic(first) && !second.startsWith('-') ? `${first} ${second}`.trimEnd() : first
  const shown = displayText(Buffer.from(word).toString('latin1'))
  const names = Object.keys(COMMANDS).map((name) => name.replace(SEPARATOR, ' '))
  const near = similarNames(word, names)
  const guess = /^\d+$/.test(word)
    ? `did you mean ${pjson.name} maps ${shown}?`
    : near.length > 0
      ? `did you mean ${near.join(', ')}?`
      : `commands are ${names.join(', ')}`
  const what = word.startsWith('-') ? 'unknown flag' : 'unknown command'
  return `${pjson.name}: ${what} ${shown}; ${guess} (see ${pjson.name} --help)\n`
}
