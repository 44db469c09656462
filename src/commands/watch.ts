import * as Flags from '@oclif/core/flags'
import { BaseCommand } from '../cli/base-command.ts'
import { EXIT, type ExitStatus } from '../cli/exit.ts'
import { bytesFlag, durationFlag, outputFlags, runningTargetArgs, stallFlag, targetFlags } from '../cli/flags.ts'
import { isCaptureName, openTrees } from '../cli/subject.ts'
import { type TargetFlags, targetQuery } from '../cli/targets.ts'
import { UsageError } from '../cli/usage-error.ts'
import { parseGrowthLimit } from '../cli/watch-limit.ts'
import type { WatchEnd } from '../cli/watch-loop.ts'
import { runWatch, type WatchOutcome, type WatchTarget } from '../cli/watch-run.ts'
import { runReplay } from '../cli/watch-run-replay.ts'
import { collectHost } from '../collectors/host.ts'
import { resolveTargets } from '../collectors/targets.ts'

const { csv, header, color, quiet } = outputFlags
const MIB = 1024 ** 2

export default class Watch extends BaseCommand {
  static override id = 'watch'

  static override summary = 'Follow a process: its figures, what grows, how fast, and whether it looks like a leak.'

  static override description = [
    'On a terminal a live screen (? shows the keys); elsewhere a line for each sample.',
    'Reads of the process take at most 1 % of the time: a process that is dear to look at is looked at less often and less deep. --max-stall bounds how long a look may hold up its own mmap calls; --basic never walks its pages.',
    'Growth is judged over --window: what remains after each fall must keep rising, and not ever more slowly.',
    '--record keeps what is seen in a file, which --replay shows again, with seeking.',
  ].join('\n\n')

  static override examples = [
    { description: 'A live screen', command: '<%= config.bin %> watch redis-server' },
    {
      description: 'A soak test: ten minutes, status 3 when what remains grows by 1 MiB a minute or more',
      command: "<%= config.bin %> watch 1234 --for 10m --fail-on-growth '1MiB/min'",
    },
    { description: 'A table for later', command: '<%= config.bin %> watch 1234 --for 1h --interval 10s --csv' },
    {
      description: 'Record a night, and look at it in the morning',
      command: '<%= config.bin %> watch 1234 --record night.mmaprec --interval 10s --quiet > /dev/null',
    },
    { description: 'Show it again', command: '<%= config.bin %> watch --replay night.mmaprec' },
  ]

  static override usage = ['watch TARGET [FLAGS]', 'watch --replay FILE [FLAGS]']
  static override args = runningTargetArgs

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
    'max-stall': stallFlag({
      default: 20,
      defaultHelp: async () => '20ms',
      description: 'longest predicted wait of the process’s own mmap calls; above it only cheaper files are read',
    }),
    basic: Flags.boolean({ description: 'never walk its pages: no PSS, and nothing of what grows in it' }),
    record: Flags.string({
      helpValue: 'FILE',
      helpGroup: 'RECORDING',
      description: 'keep what is seen in a new file; nothing more is read of the process for that',
    }),
    'record-limit': bytesFlag({
      default: 64 * MIB,
      defaultHelp: async () => '64MiB',
      helpGroup: 'RECORDING',
      description: 'bytes that the file may have, at most 256MiB; when it has them the watch goes on without it',
    }),
    replay: Flags.string({
      helpValue: 'FILE',
      helpGroup: 'RECORDING',
      description: 'show a recording instead of a process; in a pipe, all its samples at once',
    }),
    pgrep: targetFlags.pgrep,
    procfs: targetFlags.procfs,
    sysfs: targetFlags.sysfs,
    json: Flags.boolean({ helpGroup: 'OUTPUT', description: 'a JSON object a sample, a line each' }),
    ndjson: Flags.boolean({ helpGroup: 'OUTPUT', description: 'the same as --json, which is lines here' }),
    csv: { ...csv, description: 'comma-separated values, a row a sample', exclusive: ['json', 'ndjson'] },
    header,
    color,
    quiet,
  }

  protected override async execute(): Promise<ExitStatus> {
    const { args, flags } = await this.parse(Watch)
    const limit = flags['fail-on-growth'] === undefined ? null : parseGrowthLimit(flags['fail-on-growth'])
    const words = args.target ?? []
    const lines = flags.json || flags.ndjson || flags.csv
    const place = { io: this.io, terminal: this.io.stdout.isTerminal && !lines, flags, tool: this.tool }
    if (flags.replay !== undefined) {
      checkReplay(words, flags)
      return this.#statusOf(await runReplay(flags.replay, place), limit)
    }
    if (flags.interval < LEAST_INTERVAL) throw new UsageError('--interval is too short', 'give 100ms or more')
    if (flags['record-limit'] > MOST_RECORDED || flags['record-limit'] < LEAST_RECORDED) {
      throw new UsageError('--record-limit is no size of a recording', 'give 64KiB to 256MiB')
    }
    return this.#statusOf(await runWatch(this.#target(words, flags), place), limit)
  }

  #target(words: readonly string[], flags: Pick<TargetFlags, 'pgrep' | 'procfs' | 'sysfs'>): WatchTarget {
    if (words.some(isCaptureName)) {
      throw new UsageError(
        'watch follows a process that runs',
        'a capture is one moment: compare two with diff; a recording is shown by --replay',
      )
    }
    const chosen = { ...flags, children: false, all: false }
    const trees = openTrees(chosen)
    const { pids } = resolveTargets(trees, targetQuery(words, chosen))
    const [pid, second] = pids
    if (pid === undefined || second !== undefined) throw new UsageError('watch follows one process')
    return { trees, captureTrees: () => openTrees(chosen), host: collectHost(trees), pid }
  }

  /** What the verdict on growth means for whoever set a limit; how it ended for whoever did not. */
  #statusOf({ growth, end }: WatchOutcome, limit: number | null): ExitStatus {
    const stopped = STOPPED[end] ?? EXIT.ok
    // Without one it has no other end than these.
    if (limit === null) return end === 'SIGINT' || end === 'quit' ? EXIT.ok : stopped
    const { shape, bytesPerSecond, readings } = growth
    if (shape === 'growing' && bytesPerSecond >= limit) return EXIT.failed
    if (stopped !== EXIT.ok) return stopped
    const why =
      shape === 'too-short'
        ? `too few samples to judge growth (${readings})`
        : shape === 'rising' && bytesPerSecond >= limit
          ? 'it rises by more than that, but too unsteadily to say that it goes on'
          : null
    if (why === null) return EXIT.ok
    this.io.stderr.write(`${this.config.bin}: ${why}; watch it longer\n`)
    return EXIT.noAnswer
  }
}

/** Below this the looking itself would be what is seen. */
const LEAST_INTERVAL = 100
/** Below this there is room for hardly a look, above it a recording is not read. */
const LEAST_RECORDED = 64 * 1024
const MOST_RECORDED = 256 * MIB

const STOPPED: Readonly<Partial<Record<WatchEnd, ExitStatus>>> = {
  quit: EXIT.interrupted,
  SIGINT: EXIT.interrupted,
  SIGTERM: EXIT.terminated,
  SIGHUP: EXIT.hungUp,
}

/** A recording is of one process, and is over. */
function checkReplay(words: readonly string[], flags: Readonly<Record<string, unknown>>): void {
  if (words.length > 0)
    throw new UsageError('--replay goes without a TARGET', 'the recording says of what process it is')
  for (const flag of ['record', 'for', 'pgrep', 'procfs', 'sysfs']) {
    if (flags[flag] !== undefined) throw new UsageError(`--${flag} does not go with --replay`)
  }
}
