import { BlockWriter, ClosedPipe, type Io, type Output, OutputError } from './io.ts'
import { isTerminal } from './is-terminal.ts'

const STDOUT = 1
const STDERR = 2
const USUAL_COLUMNS = 80

/** The real world: this process's own streams and environment. */
export function processIo(): Io {
  const stdout = new BlockWriter(STDOUT)
  const stderr = new Messages(STDERR)
  return {
    stdout: {
      ...terminalFacts(STDOUT, () => process.stdout),
      write: (text) => stdout.write(text),
      flush: () => stdout.flush(),
    },
    stderr: {
      ...terminalFacts(STDERR, () => process.stderr),
      write: (text) => stderr.write(text),
      flush: () => stderr.flush(),
    },
    env: process.env,
  }
}

/**
 * A message or a progress line is of use now or never; that it cannot be shown is no reason to withhold the report. Who
 * writes a report there learns of it from `flush`.
 */
class Messages {
  readonly #writer: BlockWriter
  #failure: ClosedPipe | OutputError | null = null

  constructor(descriptor: number) {
    this.#writer = new BlockWriter(descriptor)
  }

  write(text: string): void {
    try {
      this.#writer.write(text)
      this.#writer.flush()
    } catch (error) {
      if (!(error instanceof ClosedPipe || error instanceof OutputError)) throw error
      this.#failure = error
    }
  }

  flush(): void {
    if (this.#failure !== null) throw this.#failure
  }
}

/**
 * Node's stream object costs 10 ms to make, so it is asked only where there is a terminal. One that nobody has told its
 * size says 0.
 */
function terminalFacts(
  descriptor: number,
  stream: () => { readonly columns?: number; readonly rows?: number },
): Pick<Output, 'isTerminal' | 'columns' | 'rows'> {
  if (!isTerminal(descriptor)) return { isTerminal: false, columns: null, rows: null }
  const { columns, rows } = stream()
  return { isTerminal: true, columns: columns || USUAL_COLUMNS, rows: rows || null }
}
