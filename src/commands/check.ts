import * as Args from '@oclif/core/args'
import { checkFlags } from '../cli/gate/check-flags.ts'
import type { FormatWord } from '../cli/gate/formats.ts'
import { GateCommand } from '../cli/gate/gate-command.ts'
import { isJsonOnStdout } from '../cli/gate/json-on-stdout.ts'

export default class Check extends GateCommand {
  static override id = 'check'

  static override summary = 'Fail a build when a program takes more memory than it did, or than it may.'

  static override description =
    `A memory gate for CI: exit 3 when a program takes more than it did, and say where it grew.

Scenarios come from mmapctl.yml, or a program stands behind --. Each runs three times; when that looks suspicious, up to
eight. A metric fails when it exceeds its budget (--max), or its baseline by more than its limit and twice the noise,
with chance ruled out. "mmapctl baseline update" records .mmapctl/baseline.json, to be reviewed and committed.

--against runs another program in turn and compares the two: no baseline, no noise of the machine.

The exit status is 0 when all that was asked for holds, 3 when something grew or broke its budget, 4 when there is no
verdict (no baseline, an unlike machine, too much noise: never a silent pass), 5 when the program itself failed, 126 or
127 when it cannot be executed or is not there, 2 on wrong usage or configuration.`

  static override examples = [
    { description: 'All scenarios of mmapctl.yml', command: '<%= config.bin %> check' },
    { description: 'Without any file', command: '<%= config.bin %> check --max peak-rss=256MiB -- ./program args' },
    { description: 'Is the new one worse', command: '<%= config.bin %> check --against ./old -- ./new args' },
    { description: 'In CI, with the base built beside', command: '<%= config.bin %> check --against-dir ../base' },
    { description: 'Begin', command: '<%= config.bin %> check --init -- ./program args' },
    {
      description: 'For other tools',
      command: '<%= config.bin %> check --format junit --output memory.xml --format json --output memory.json',
    },
    {
      description: 'A server',
      command:
        "<%= config.bin %> check --max growth.anon=2MiB --ready-port 3000 --warmup-drive './load 5000' --drive './load 20000' -- node server.js",
    },
  ]

  static override usage = ['check [SCENARIO...] [FLAGS]', 'check [FLAGS] -- PROGRAM ARGS...']
  static override args = {
    scenario: Args.string({
      description: 'scenarios of the configuration; else all',
      ignoreStdin: true,
      multiple: true,
    }),
  }

  static override flags = checkFlags

  protected override wantsJson(): boolean {
    return super.wantsJson() || isJsonOnStdout(this.ownWords)
  }

  protected override async execute(): Promise<number> {
    const { own, words } = this.parts
    const { args, flags, raw } = await this.parse(Check, own)
    const formats = raw.flatMap((token): readonly FormatWord[] =>
      token.type === 'flag' && (token.flag === 'format' || token.flag === 'output')
        ? [{ flag: token.flag, value: token.input }]
        : [],
    )
    // Loaded here: help needs none of it.
    const { checkCommand, initCommand } = await import('../cli/gate/check-command.ts')
    const given = { names: args.scenario ?? [], words, flags, formats, io: this.io, tool: this.tool }
    return flags.init ? initCommand(given, this.worlds) : checkCommand(given, this.worlds)
  }
}
