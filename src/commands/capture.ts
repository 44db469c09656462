import * as Flags from '@oclif/core/flags'
import { BaseCommand } from '../cli/base-command.ts'
import { writeCapture } from '../cli/capture-write.ts'
import { EXIT, type ExitStatus } from '../cli/exit.ts'
import { durationFlag, outputFlags, targetArgs, targetFlags } from '../cli/flags.ts'
import { Progress } from '../cli/progress.ts'
import { openTrees, targetQuery } from '../cli/targets.ts'
import { resolveTargets } from '../collectors/targets.ts'
import { formatBytes, formatCount } from '../output/units.ts'

export default class Capture extends BaseCommand {
  static override id = 'capture'

  static override summary = 'Keep what the reports read of a process in one file, to be asked later and elsewhere.'

  static override description = [
    'Every report command takes the file as TARGET and answers as it would have answered then.',
    'Reading smaps makes the process’s own mmap calls wait (page faults do not). The wait is predicted first, and above --max-stall only maps is read.',
  ].join('\n\n')

  static override examples = [
    {
      description: 'Keep one process, and look at it later',
      command: '<%= config.bin %> capture 1234 -o before.mmapcap',
    },
    { description: 'The same report, offline', command: '<%= config.bin %> maps before.mmapcap' },
  ]

  static override usage = 'capture TARGET... -o FILE [FLAGS]'
  static override args = targetArgs
  static override flags = {
    ...targetFlags,
    output: Flags.string({ char: 'o', required: true, helpValue: 'FILE', description: 'where the capture goes' }),
    basic: Flags.boolean({ description: 'maps alone, without the figures of smaps: no load on the process' }),
    'max-stall': durationFlag({
      default: 100,
      description: 'longest predicted wait of the process’s own mmap calls',
    }),
    quiet: outputFlags.quiet,
  }

  protected override async execute(): Promise<ExitStatus> {
    const { args, flags } = await this.parse(Capture)
    const trees = openTrees(flags)
    const { pids } = resolveTargets(trees, targetQuery(args.target ?? [], flags))
    const progress = new Progress(this.io, flags.quiet)
    const { targets, failures, bytes } = await writeCapture(trees, pids, {
      file: flags.output,
      tool: this.tool,
      basic: flags.basic,
      maxStallMs: flags['max-stall'],
      onProgress: progress.update,
    })
    progress.done()
    let status: ExitStatus = EXIT.ok
    for (const each of failures) status = this.complain(each).exit
    if (!flags.quiet) {
      const what = `${formatCount(targets.length)} ${targets.length === 1 ? 'process' : 'processes'}`
      this.io.stderr.write(`${flags.output}: ${what}, ${formatBytes(bytes)}\n`)
    }
    return status
  }
}
