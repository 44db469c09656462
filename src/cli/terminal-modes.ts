import { closeSync } from 'node:fs'
import { isTerminal } from './is-terminal.ts'

const STANDARD = [0, 1, 2]

/**
 * Leaves a terminal as a program has set it (stty, a shell that died). At its end Node puts back the modes that it began
 * with, of each standard descriptor that is still open then (src/node.cc ResetStdio). To be called for a program of the
 * user's alone: for modes of our own that is what is wanted.
 */
export function keepTerminalModes(): void {
  process.once('exit', () => {
    for (const descriptor of STANDARD) if (isTerminal(descriptor)) closeSync(descriptor)
  })
}
