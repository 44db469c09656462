import * as Args from '@oclif/core/args'
import * as Flags from '@oclif/core/flags'
import { scenarioFlags } from '../../cli/gate/check-flags.ts'
import { GateCommand } from '../../cli/gate/gate-command.ts'

export default class BaselineUpdate extends GateCommand {
  static override id = 'baseline:update'

  static override summary = 'Record how much memory scenarios take, for check to compare with.'

  static override description =
    `Each scenario runs ten times after a warm-up, and .mmapctl/baseline.json is written, to be reviewed and committed.

Lines of metrics that moved by less than would fail a check stay as they are, so that the diff shows what changed.
Nothing is written when a program fails, and nothing in CI, which would else accept what it should check: there
--emit-baseline writes a proposal.

A baseline holds for machines like the one that it was recorded on. For another kind, --machine NAME writes
.mmapctl/baseline.NAME.json; check finds the one that fits.`

  static override examples = [
    { description: 'All scenarios', command: '<%= config.bin %> baseline update' },
    {
      description: 'One, with what its reviewer should know',
      command: '<%= config.bin %> baseline update parse-large --reason "bigger intern table"',
    },
    { description: 'Without any configuration', command: '<%= config.bin %> baseline update -- ./program args' },
    { description: 'In CI', command: '<%= config.bin %> baseline update --emit-baseline proposal.json' },
  ]

  static override usage = ['baseline update [SCENARIO...] [FLAGS]', 'baseline update [FLAGS] -- PROGRAM ARGS...']
  static override args = {
    scenario: Args.string({
      description: 'scenarios of the configuration; else all',
      ignoreStdin: true,
      multiple: true,
    }),
  }

  static override flags = {
    ...scenarioFlags,
    reason: Flags.string({ helpValue: 'TEXT', helpGroup: 'WHAT', description: 'why it changed, for the reviewer' }),
    machine: Flags.string({
      helpValue: 'NAME',
      helpGroup: 'WHAT',
      description: 'write the baseline of this kind of machine, beside the usual one',
    }),
    'emit-baseline': Flags.string({ helpValue: 'FILE', helpGroup: 'WHAT', description: 'write there instead' }),
    force: Flags.boolean({ helpGroup: 'WHAT', description: 'rewrite also what has not moved' }),
    quiet: Flags.boolean({ char: 'q', helpGroup: 'OUTPUT', description: 'no progress' }),
  }

  protected override async execute(): Promise<number> {
    const { own, words } = this.parts
    const { args, flags } = await this.parse(BaselineUpdate, own)
    const { updateCommand } = await import('../../cli/gate/baseline-command.ts')
    return updateCommand({ names: args.scenario ?? [], words, flags, io: this.io }, this.worlds)
  }
}
