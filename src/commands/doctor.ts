import { BaseCommand } from '../cli/base-command.ts'
import { loadDoctorConfig } from '../cli/doctor-config.ts'
import { doctorFlags, formatOf } from '../cli/doctor-flags.ts'
import { RuleChoice } from '../cli/doctor-rules.ts'
import { diagnose, shownFrom } from '../cli/doctor-session.ts'
import { showDoctor } from '../cli/doctor-view.ts'
import { EXIT, type ExitStatus } from '../cli/exit.ts'
import { targetArgs } from '../cli/flags.ts'
import { Progress } from '../cli/progress.ts'
import { optionalTargetQuery } from '../cli/targets.ts'
import { UsageError } from '../cli/usage-error.ts'
import type { SetFailure } from '../output/maps-json.ts'

export default class Doctor extends BaseCommand {
  static override id = 'doctor'

  static override summary = 'Say what is wrong with a process’s memory, how we know, and what to do.'

  static override description = [
    'Checks every rule against a process, a capture, several, or without a TARGET the host alone. A finding names its figures with their kernel source, why it matters, what to do, and what would make it a false alarm.',
    'A rule that lacks what it needs is named as not checked, never passed. `mmapctl explain RULE` tells more of each. Rules to ignore, with the reason, can stand in mmapctl.yml.',
    '--self tries what mmapctl itself may do on this host: what works, what each missing thing costs, how to grant it.',
    'The exit status is 0 when all was looked at, 3 with a finding as bad as --fail-on or an ability of --require that does not work, 4 when a process could not be read or --fail-on could not be answered, 2 on wrong usage or configuration.',
  ].join('\n\n')

  static override examples = [
    { description: 'One process', command: '<%= config.bin %> doctor redis-server' },
    { description: 'The host', command: '<%= config.bin %> doctor' },
    {
      description: 'In a check: fail on anything serious',
      command: '<%= config.bin %> doctor 1234 --fail-on high --ignore writable-executable',
    },
    { description: 'What mmapctl may do here', command: '<%= config.bin %> doctor --self' },
  ]

  static override usage = ['doctor [TARGET...] [FLAGS]', 'doctor --self [FLAGS]']
  static override args = targetArgs

  static override flags = doctorFlags

  protected override async execute(): Promise<ExitStatus> {
    const { args, flags } = await this.parse(Doctor)
    const format = formatOf(flags)
    if (flags.self) {
      if (args.target !== undefined) throw new UsageError('--self takes no TARGET: it is about mmapctl on this host')
      const { selfCommand } = await import('../cli/self/self-command.ts')
      return selfCommand({ ...flags, required: flags.require ?? [], format }, this.io, this.tool)
    }
    const config = loadDoctorConfig(process.cwd(), flags.config)
    const choice = new RuleChoice(flags.rules, flags.ignore, config)
    const { trees, words } = await this.openSubject(args.target ?? [], flags)
    const query = optionalTargetQuery(words, flags)
    if (query === null) choice.refuseWithoutTarget()
    const failures: SetFailure[] = []
    let status: ExitStatus = EXIT.ok
    const failed = (error: Error): void => {
      const { exit, code, message } = this.complain(error)
      status = exit
      failures.push({ code, message })
    }
    const progress = new Progress(this.io, flags.quiet)
    const asked = {
      maxStallMs: flags['max-stall'],
      intervalMs: flags.interval,
      zeros: flags.zeros,
      onProgress: progress.update,
    }
    const found = await diagnose(trees, query, choice, { ...asked, failed })
    progress.done()
    const failOn = flags['fail-on'] ?? config?.failOn ?? null
    const isBad = found.isAtLeast(failOn)
    const open = failOn === null || isBad || failures.length > 0 ? null : found.openAt(failOn)
    if (open !== null) failed(open)
    const least = flags.severity ?? config?.severity ?? 'info'
    const { host, processes } = shownFrom(found, least)
    showDoctor(
      { host, processes, failures },
      {
        io: this.io,
        tool: this.tool,
        format,
        least,
        flags,
        facts: found.facts,
        provenance: trees.ledger.take(),
        captured: trees.capture?.createdAt ?? null,
      },
    )
    return isBad ? EXIT.failed : status
  }
}
