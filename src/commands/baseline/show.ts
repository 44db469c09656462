import * as Args from '@oclif/core/args'
import * as Flags from '@oclif/core/flags'
import { BaseCommand } from '../../cli/base-command.ts'
import { colourFlag, scenarioFlags } from '../../cli/gate/check-flags.ts'

export default class BaselineShow extends BaseCommand {
  static override id = 'baseline:show'

  static override summary = 'Show what a baseline holds: medians, noise, and creep since the beginning.'

  static override examples = [
    { description: 'Everything', command: '<%= config.bin %> baseline show' },
    { description: 'One scenario, with its mappings', command: '<%= config.bin %> baseline show parse-large --groups' },
  ]

  static override usage = ['baseline show [SCENARIO...] [FLAGS]']
  static override args = {
    scenario: Args.string({ description: 'scenarios of the baseline; else all', ignoreStdin: true, multiple: true }),
  }

  static override flags = {
    config: scenarioFlags.config,
    groups: Flags.boolean({ helpGroup: 'OUTPUT', description: 'also the groups of mappings' }),
    color: colourFlag,
  }

  protected override async execute(): Promise<number> {
    const { args, flags } = await this.parse(BaselineShow)
    const { showCommand } = await import('../../cli/gate/baseline-command.ts')
    return showCommand({ names: args.scenario ?? [], flags, io: this.io })
  }
}
