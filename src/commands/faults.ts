import { closeSync } from 'node:fs'
import type { Config } from '@oclif/core/config'
import { BaseCommand } from '../cli/base-command.ts'
import { EXIT } from '../cli/exit.ts'
import { faultsFlags } from '../cli/faults-flags.ts'
import { checkOutputs, openStdout } from '../cli/faults-outputs.ts'
import { faultsRequest } from '../cli/faults-request.ts'
import { ClosedPipe, type Output, OutputError } from '../cli/io.ts'
import { keepTerminalModes } from '../cli/terminal-modes.ts'
import { UsageError } from '../cli/usage-error.ts'
import { exactWords } from '../runners/exact-bytes.ts'
import { type Inherited, readInherited } from '../runners/inherited.ts'

export default class Faults extends BaseCommand {
  static override id = 'faults'

  static override summary = 'Run a program and count its page faults and TLB misses.'

  static override description = `How often a program faults, on what, and what that costs.

The program runs once, as without mmapctl: its stdin, stdout, stderr, open files, environment, signals and exit status
are its own. The report goes to stderr, or to --output. Two accounts are shown side by side: perf's, where perf is there
and allowed, and the kernel's own, which needs no right; what they differ by is named.

--json and --csv go where the text goes, to stdout only when that is free: with --stdout FILE or --pid.

The exit status is the program's (128+n when signal n ended it); 126 when it cannot be executed, 127 when it is not
there, 2 on wrong usage, 4 when there is no answer. A report that cannot be written is 4 too, unless the program failed.`

  static override examples = [
    { description: 'Count', command: '<%= config.bin %> faults -- ./program args' },
    { description: 'Where are they', command: '<%= config.bin %> faults --by mapping -- ./program' },
    {
      description: 'Is the new one better',
      command: '<%= config.bin %> faults --compare -- ./old args ::: ./new args',
    },
    { description: 'A running process', command: '<%= config.bin %> faults --pid redis-server --duration 10s' },
    { description: 'With a cold page cache', command: '<%= config.bin %> faults --cold -- ./program' },
    { description: 'For a program', command: '<%= config.bin %> faults --json --output report.json -- ./program' },
  ]

  static override usage = ['faults [FLAGS] -- PROGRAM ARGS...', 'faults --pid TARGET [FLAGS]']
  static override flags = faultsFlags

  readonly #inherited: Inherited

  constructor(argv: string[], config: Config) {
    // First of all: oclif makes a stream, for which Node opens files of its own.
    const inherited = readInherited(process.env)
    super(argv, config)
    this.#inherited = inherited
  }

  protected override async execute(): Promise<number> {
    // What stands behind `--` is the program's, to the letter.
    const at = this.argv.indexOf('--')
    const words = at < 0 ? null : exactWords(this.argv.slice(at + 1))
    // Else the program's flags would be refused as ours.
    const [first = '-'] = this.argv
    if (!first.startsWith('-')) throw new UsageError(`unexpected "${first}"`, this.strayHint)
    const { flags } = await this.parse(Faults, at < 0 ? this.argv : this.argv.slice(0, at))
    const request = faultsRequest(flags, words)
    checkOutputs(flags)
    // Loaded here: other commands run no programs.
    const { measureFaults } = await import('../cli/faults-session.ts')
    const { saveStacks, showFaults } = await import('../cli/faults-view.ts')
    if (words !== null) keepTerminalModes()
    const stdout = flags.stdout === undefined ? undefined : openStdout(flags.stdout)
    try {
      const { report, stacks, status, complaint } = await measureFaults(request, {
        env: this.io.env as NodeJS.ProcessEnv,
        stdout,
        inherited: this.#inherited,
      })
      const lost = [
        this.#deliver(() => showFaults(report, { io: this.io, tool: this.tool, flags })),
        this.#deliver(() => saveStacks(stacks, flags)),
      ]
      const told = [complaint, ...lost].filter((error) => error !== null).map((error) => this.complain(error).exit)
      return status === EXIT.ok ? (told[0] ?? EXIT.ok) : status
    } finally {
      if (stdout !== undefined) closeSync(stdout)
    }
  }

  protected override get strayHint(): string {
    return 'put the program and its arguments behind --, as in faults -- ./program'
  }

  /** The program has run by now, so its status outweighs the loss of its report; that nobody reads one is no loss. */
  #deliver(show: () => void): OutputError | null {
    try {
      show()
      return null
    } catch (error) {
      if (error instanceof OutputError) return error
      if (error instanceof ClosedPipe) return null
      throw error
    }
  }

  /** The program's stdout is not ours to write to. */
  protected override jsonOutput(): Output {
    const end = this.argv.indexOf('--')
    const own = end < 0 ? this.argv : this.argv.slice(0, end)
    const free = own.some((word) => /^(?:--pid|-p|--stdout)(?:=|$)/.test(word))
    return free ? this.io.stdout : this.io.stderr
  }
}
