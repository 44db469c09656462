import * as Flags from '@oclif/core/flags'
import { BaseCommand } from '../cli/base-command.ts'
import { EXIT, type ExitStatus } from '../cli/exit.ts'
import { durationFlag, outputFlags, targetArgs, targetFlags } from '../cli/flags.ts'
import { isCaptureName, openTrees, targetQuery } from '../cli/targets.ts'
import { UsageError } from '../cli/usage-error.ts'
import { parseGrowthLimit } from '../cli/watch-limit.ts'
import { runWatch } from '../cli/watch-run.ts'
import { collectHost } from '../collectors/host.ts'
import { resolveTargets } from '../collectors/targets.ts'

const { csv, header, color, quiet } = outputFlags

export default class Watch extends BaseCommand {
  static override id = 'watch'

  static override summary = 'Follow a process: its figures, what grows, how fast, and whether it looks like a leak.'

  static override description = [
    'On a terminal a live screen (? shows the keys); elsewhere a line for each sample.',
    'Reads of the process take at most 1 % of the time: a process that is dear to look at is looked at less often and less deep. --max-stall bounds how long a look may hold up its own mmap calls.',
    'Growth is judged over --window: what remains after each fall must keep rising, and not ever more slowly.',
  ].join('\n\n')

  static override examples = [
    { description: 'A live screen', command: '<%= config.bin %> watch redis-server' },
    {
      description: 'A soak test: ten minutes, status 3 when what remains grows by 1 MiB a minute or more',
      command: "<%= config.bin %> watch 1234 --for 10m --fail-on-growth '1MiB/min'",
    },
    { description: 'A table for later', command: '<%= config.bin %> watch 1234 --for 1h --interval 10s --csv' },
  ]

  static override usage = 'watch TARGET [FLAGS]'
  static override args = targetArgs

  static override flags = {
    interval: durationFlag({
      char: 'i',
      default: 1000,
      defaultHelp: async () => '1s',
      description: 'time between samples',
    }),
    for: durationFlag({ description: 'end after this time; else when the process or Ctrl-C ends it' }),
    window: durationFlag({
      default: 600_000,
      defaultHelp: async () => '10m',
      description: 'how far the verdict on growth looks back',
    }),
    'fail-on-growth': Flags.string({
      helpValue: 'RATE',
      description: 'end with status 3 when it grew like a leak by this or more: 1MiB/min',
    }),
    'max-stall': durationFlag({
      default: 20,
      defaultHelp: async () => '20ms',
      description: 'longest predicted wait of the process’s own mmap calls; above it only cheaper files are read',
    }),
    pgrep: targetFlags.pgrep,
    procfs: targetFlags.procfs,
    json: Flags.boolean({ helpGroup: 'OUTPUT', description: 'a JSON object a sample, a line each' }),
    csv: { ...csv, description: 'comma-separated values, a row a sample', exclusive: ['json'] },
    header,
    color,
    quiet,
  }

  protected override async execute(): Promise<ExitStatus> {
    const { args, flags } = await this.parse(Watch)
    const limit = flags['fail-on-growth'] === undefined ? null : parseGrowthLimit(flags['fail-on-growth'])
    if (flags.interval < LEAST_INTERVAL) throw new UsageError('--interval is too short', 'give 100ms or more')
    const words = args.target ?? []
    if (words.some(isCaptureName)) {
      throw new UsageError('watch follows a process that runs', 'a capture is one moment: compare two with diff')
    }
    const chosen = { ...flags, children: false, all: false }
    const trees = openTrees(chosen)
    const query = targetQuery(words, chosen)
    const { pids } = resolveTargets(trees, query)
    const [pid, second] = pids
    if (pid === undefined || second !== undefined) throw new UsageError('watch follows one process')
    const { growth, end } = await runWatch(trees, collectHost(trees), pid, {
      io: this.io,
      terminal: this.io.stdout.isTerminal && !flags.json && !flags.csv,
      flags,
      tool: this.tool,
    })
    if (limit === null) return EXIT.ok
    if (growth.shape === 'too-short') {
      this.io.stderr.write(
        `${this.config.bin}: too few samples to judge growth (${growth.readings}); watch it longer\n`,
      )
      return EXIT.noAnswer
    }
    const failed = growth.shape === 'growing' && growth.bytesPerSecond >= limit
    return failed ? EXIT.failed : end === 'quit' ? EXIT.interrupted : EXIT.ok
  }
}

/** Below this the looking itself would be what is seen. */
const LEAST_INTERVAL = 100
