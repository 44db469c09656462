import * as Args from '@oclif/core/args'
import * as Flags from '@oclif/core/flags'
import { judge, LIMIT_SUBJECTS } from '../analysis/diff/limit.ts'
import { diffReport, isSameProcess } from '../analysis/diff/report.ts'
import { GROUPINGS } from '../analysis/groups.ts'
import { BaseCommand } from '../cli/base-command.ts'
import { parseDiffLimit } from '../cli/diff-limits.ts'
import { type DiffSubject, readSide } from '../cli/diff-sides.ts'
import { showDiff } from '../cli/diff-view.ts'
import { EXIT, type ExitStatus } from '../cli/exit.ts'
import { durationFlag, outputFlags, stallFlag, targetFlags } from '../cli/flags.ts'
import { pause } from '../cli/pause.ts'
import { isCaptureName } from '../cli/subject.ts'
import { UsageError } from '../cli/usage-error.ts'

const { json, bytes, header, wide, color, quiet } = outputFlags

export default class Diff extends BaseCommand {
  static override id = 'diff'

  static override summary = 'Show what changed between two captures, two processes, or two moments of one.'

  static override description = [
    'What appeared, went, grew, shrank, or changed its permissions or backing; by group and by mapping, largest first. The sums agree with both sides.',
    'Two moments of one process are matched by address; two runs by file, offset, permissions, kind and order, which survive address randomisation, restarts and hosts.',
    `--fail-on takes ${LIMIT_SUBJECTS.join(', ')}; then > and a size or count, +growth, +10% or 2x. Exit status 3 when one is exceeded.`,
  ].join('\n\n')

  static override examples = [
    {
      description: 'A capture against the process as it is now',
      command: '<%= config.bin %> diff before.mmapcap 1234',
    },
    {
      description: 'One process of captures that hold several',
      command: '<%= config.bin %> diff before.mmapcap:nginx after.mmapcap:nginx',
    },
    { description: 'One process at two moments', command: '<%= config.bin %> diff 1234 --after 10m' },
    {
      description: 'In a test: fail when anonymous memory grew by more than a tenth',
      command: "<%= config.bin %> diff before.mmapcap after.mmapcap --fail-on 'anon > +10%'",
    },
  ]

  static override usage = 'diff BEFORE AFTER [FLAGS]'

  static override args = {
    before: Args.string({
      description: 'a capture, FILE:PROCESS of one that holds several, a PID, self or a name',
      ignoreStdin: true,
    }),
    after: Args.string({ description: 'the same; leave it out with --after', ignoreStdin: true }),
  }

  static override flags = {
    after: durationFlag({ description: 'the same process again after this time' }),
    'fail-on': Flags.string({
      multiple: true,
      multipleNonGreedy: true,
      helpValue: 'LIMIT',
      description: "end with status 3 when a total exceeds this: 'anon > +10%'; may be repeated",
    }),
    'group-by': Flags.option({
      options: GROUPINGS,
      default: 'kind' as const,
      description: 'what the rollup is made by',
    })(),
    basic: Flags.boolean({ description: 'addresses alone, without the figures of smaps: no load on the process' }),
    'max-stall': stallFlag({
      default: 100,
      defaultHelp: async () => '100ms',
      description: 'longest predicted wait of the process’s own mmap calls; above it only what costs it less is read',
    }),
    limit: Flags.integer({
      char: 'n',
      min: 0,
      default: 30,
      helpValue: 'N',
      description: 'at most N mappings in text; 0 for all',
    }),
    procfs: targetFlags.procfs,
    json,
    markdown: Flags.boolean({ helpGroup: 'OUTPUT', description: 'tables for a pull request', exclusive: ['json'] }),
    bytes,
    header,
    wide,
    color,
    quiet,
  }

  protected override async execute(): Promise<ExitStatus> {
    const { args, flags } = await this.parse(Diff)
    const limits = (flags['fail-on'] ?? []).map(parseDiffLimit)
    if (args.before === undefined || (args.after === undefined) === (flags.after === undefined)) {
      throw new UsageError('diff compares two things', 'give BEFORE and AFTER, or one process and --after TIME')
    }
    if (flags.after !== undefined && isCaptureName(args.before)) {
      throw new UsageError('--after needs a process that runs', 'a capture does not change')
    }
    const options = { ...flags, maxStallMs: flags['max-stall'], grouping: flags['group-by'] }
    const before = await readSide(args.before, options)
    const after = await this.#after(before, args.after, options)
    const ago = flags.after ?? null
    const report = diffReport(before.report, after.report, isSameProcess(before.report, after.report))
    const verdicts = judge(report, limits)
    showDiff(
      report,
      { sides: [{ ...before.side, ago }, after.side], verdicts, flags },
      { io: this.io, tool: this.tool },
    )
    if (verdicts.some(({ exceeded }) => exceeded === true)) return EXIT.failed
    return verdicts.some(({ exceeded }) => exceeded === null) ? EXIT.noAnswer : EXIT.ok
  }

  async #after(
    before: DiffSubject,
    word: string | undefined,
    options: Parameters<typeof readSide>[1] & { readonly after?: number | undefined },
  ): Promise<DiffSubject> {
    if (word !== undefined) return readSide(word, options)
    await pause(options.after ?? 0)
    return readSide(String(before.report.memory.pid), options)
  }
}
