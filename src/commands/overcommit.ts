import { BaseCommand } from '../cli/base-command.ts'
import type { ExitStatus } from '../cli/exit.ts'
import { targetArgs, targetFlags } from '../cli/flags.ts'
import { COLUMN_HELP, overcommitFlags } from '../cli/overcommit-flags.ts'
import { hostRequest, processRequest } from '../cli/overcommit-request.ts'
import { OvercommitSession } from '../cli/overcommit-session.ts'
import { reportFlags } from '../cli/record-request.ts'
import { optionalTargetQuery } from '../cli/targets.ts'

export default class Overcommit extends BaseCommand {
  static override id = 'overcommit'

  static override summary = 'Show who has been promised memory, and what fails first.'

  static override description = [
    'The kernel promises more memory than there is. Without a TARGET: how much has been promised, by which rule it is limited, and who owns Committed_AS, reconciled with the kernel’s own figure. With TARGETs: what each has been promised and uses of it, its OOM score and why, and every limit that it may meet, the nearest first.',
    'Needs ptrace read access to the processes: run as root to see all. Of the others an estimate is shown that says so; a TARGET that cannot be read ends with status 4.',
    'Grades follow a written rule: docs/overcommit.md.',
    ...COLUMN_HELP,
  ].join('\n\n')

  static override examples = [
    { description: 'The host, and who owns Committed_AS', command: '<%= config.bin %> overcommit' },
    { description: 'What fails first', command: '<%= config.bin %> overcommit postgres --all --interval 5s' },
    { description: 'May strict accounting be switched on', command: '<%= config.bin %> overcommit --what-if 2' },
    { description: 'Who may still use most unasked', command: '<%= config.bin %> overcommit --sort latent --limit 5' },
    { description: 'For a program', command: '<%= config.bin %> overcommit --json' },
  ]

  static override usage = 'overcommit [TARGET...] [FLAGS]'
  static override args = targetArgs
  static override flags = { ...targetFlags, ...overcommitFlags, ...reportFlags }

  protected override async execute(): Promise<ExitStatus> {
    const { args, flags } = await this.parse(Overcommit)
    const { trees, words } = await this.openSubject(args.target ?? [], flags)
    const query = optionalTargetQuery(words, flags)
    const session = new OvercommitSession({
      io: this.io,
      tool: this.tool,
      trees,
      flags,
      complain: (error) => this.complain(error),
    })
    return query === null ? session.host(hostRequest(flags)) : session.processes(query, processRequest(flags))
  }
}
