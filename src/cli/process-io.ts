import { isatty } from 'node:tty'
import { BlockWriter, type Io, type Output } from './io.ts'

const STDOUT = 1
const STDERR = 2
const USUAL_COLUMNS = 80

/** The real world: this process's own streams and environment. */
export function processIo(): Io {
  const stdout = new BlockWriter(STDOUT)
  const stderr = new BlockWriter(STDERR)
  return {
    stdout: {
      ...terminalFacts(STDOUT, () => process.stdout.columns),
      write: (text) => stdout.write(text),
      flush: () => stdout.flush(),
    },
    stderr: {
      ...terminalFacts(STDERR, () => process.stderr.columns),
      // A message or a progress line is of use now or never.
      write: (text) => {
        stderr.write(text)
        stderr.flush()
      },
      flush: () => stderr.flush(),
    },
    env: process.env,
  }
}

/** Node's stream object costs 10 ms to make, so it is asked only where there is a terminal. */
function terminalFacts(descriptor: number, columns: () => number | undefined): Pick<Output, 'isTerminal' | 'columns'> {
  const isTerminal = isatty(descriptor)
  return { isTerminal, columns: isTerminal ? (columns() ?? USUAL_COLUMNS) : null }
}
