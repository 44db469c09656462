import { displayText } from '../output/sanitise.ts'
import { findProgram } from '../runners/program.ts'
import { EXIT } from './exit.ts'
import { ExitError } from './exit-error.ts'

/**
 * Ends the command when a program is not there or cannot be executed, before anything runs, with the statuses that shells
 * have for it. The name is a binary string.
 */
export function checkProgram(name: string, env: NodeJS.ProcessEnv, cwd = '.'): void {
  const program = findProgram(name, env['PATH'], cwd)
  if (program.found) return
  const shown = displayText(name)
  if (program.reason === 'not-found') throw new ExitError(EXIT.notFound, 'program-not-found', `no program ${shown}`)
  const why = program.reason === 'directory' ? 'is a directory' : 'may not be executed'
  throw new ExitError(EXIT.notExecutable, 'program-not-executable', `${shown} ${why}`)
}
