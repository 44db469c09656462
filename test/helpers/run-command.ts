import { BaseCommand } from '../../src/cli/base-command.ts'
import { CommandConfig } from '../../src/cli/command-config.ts'
import type { Io, Output } from '../../src/cli/io.ts'
import Maps from '../../src/commands/maps.ts'

/** The world that a command runs in. */
export interface World {
  /** Width of the terminal; without it the command writes into a pipe. */
  readonly columns?: number
  /** Its height, where it is known. */
  readonly rows?: number
  readonly env?: Readonly<Record<string, string>>
}

/** What a command wrote, and its exit status. */
export interface Outcome {
  readonly stdout: string
  readonly stderr: string
  readonly exit: number
}

const config = new CommandConfig(process.cwd())

/** Runs `mmapctl maps` in this process. */
export async function runMaps(argv: readonly string[], world: World = {}): Promise<Outcome> {
  return runCommand(Maps, argv, world)
}

/** Runs a command in this process, with everything that it would write to its streams captured. */
export async function runCommand(
  command: { start(argv: string[], config: CommandConfig): Promise<void> },
  argv: readonly string[],
  world: World = {},
): Promise<Outcome> {
  const stdout = new Captured(world.columns, world.rows)
  const stderr = new Captured(undefined)
  const io: Io = { stdout, stderr, env: world.env ?? {} }
  const before = process.exitCode
  const mode = process.env['NODE_ENV']
  BaseCommand.io = io
  process.exitCode = undefined
  // In any other mode than a user's, oclif warns of commands that end before they have parsed their arguments.
  process.env['NODE_ENV'] = 'production'
  try {
    await command.start([...argv], config)
    return { stdout: stdout.text, stderr: stderr.text, exit: Number(process.exitCode ?? 0) }
  } finally {
    BaseCommand.io = null
    process.exitCode = before
    process.env['NODE_ENV'] = mode
  }
}

class Captured implements Output {
  readonly isTerminal: boolean
  readonly columns: number | null
  readonly rows: number | null
  text = ''

  constructor(columns: number | undefined, rows?: number) {
    this.isTerminal = columns !== undefined
    this.columns = columns ?? null
    this.rows = rows ?? null
  }

  write(text: string): void {
    this.text += text
  }

  flush(): void {}
}
