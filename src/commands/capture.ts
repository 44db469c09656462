import * as Flags from '@oclif/core/flags'
import { BaseCommand } from '../cli/base-command.ts'
import { checkCaptureFile } from '../cli/capture-output.ts'
import { writeRedactions } from '../cli/capture-what.ts'
import { writeCapture } from '../cli/capture-write.ts'
import { wantsColour } from '../cli/colour.ts'
import { EXIT, type ExitStatus } from '../cli/exit.ts'
import { outputFlags, runningTargetArgs, stallFlag, targetFlags } from '../cli/flags.ts'
import { Progress } from '../cli/progress.ts'
import { isCaptureName, openTrees } from '../cli/subject.ts'
import { targetQuery } from '../cli/targets.ts'
import { UsageError } from '../cli/usage-error.ts'
import { hasMemory, listPids } from '../collectors/processes.ts'
import { resolveTargets } from '../collectors/targets.ts'
import { writeCaptureContents } from '../output/capture-text.ts'
import { createPalette } from '../output/palette.ts'
import { counted, formatBytes, formatCount } from '../output/units.ts'

export default class Capture extends BaseCommand {
  static override id = 'capture'

  static override summary = 'Keep what the reports read of a process in one file, to be asked later and elsewhere.'

  static override description = [
    'Every report command takes the file as TARGET and answers as it would have answered then.',
    'Reading smaps makes the process’s own mmap calls wait (page faults do not). The wait is predicted first, and above --max-stall only what costs it less is read.',
  ].join('\n\n')

  static override examples = [
    {
      description: 'Keep one process, and look at it later',
      command: '<%= config.bin %> capture 1234 -o before.mmapcap',
    },
    {
      description: 'For somebody else: without names',
      command: '<%= config.bin %> capture 1234 --redact -o bug.mmapcap',
    },
    { description: 'What is in it', command: '<%= config.bin %> capture --show before.mmapcap' },
    { description: 'The same report, offline', command: '<%= config.bin %> maps before.mmapcap' },
  ]

  static override usage = 'capture TARGET... -o FILE [FLAGS]'
  static override args = runningTargetArgs
  static override flags = {
    ...targetFlags,
    output: Flags.string({ char: 'o', helpValue: 'FILE', description: 'where the capture goes' }),
    show: Flags.string({ helpValue: 'FILE', description: 'list what a capture holds instead of making one' }),
    what: Flags.boolean({ description: 'say what a capture holds, and what --redact leaves of it' }),
    host: Flags.boolean({ description: 'every process of the host, and the host itself' }),
    redact: Flags.boolean({
      description: 'hash names of files, leave out command lines, users and what is not known to be harmless',
    }),
    basic: Flags.boolean({ description: 'maps alone, without the figures of smaps: no load on the process' }),
    pagemap: Flags.boolean({
      description:
        'also every page: in memory, in swap, of a file, huge; for root with its frame, so that thp --folios can be answered',
    }),
    'max-stall': stallFlag({
      default: 100,
      defaultHelp: async () => '100ms',
      description: 'longest predicted wait of the process’s own mmap calls',
    }),
    color: outputFlags.color,
    quiet: outputFlags.quiet,
  }

  protected override async execute(): Promise<ExitStatus> {
    const { args, flags } = await this.parse(Capture)
    const write = (text: string): void => this.io.stdout.write(text)
    const palette = createPalette(wantsColour(flags.color, this.io.stdout, this.io.env))
    if (flags.what) {
      writeRedactions(write)
      return EXIT.ok
    }
    if (flags.show !== undefined) {
      const { openCapture } = await import('../sources/capture-file.ts')
      writeCaptureContents(await openCapture(flags.show), { palette, width: this.io.stdout.columns }, write)
      return EXIT.ok
    }
    if (flags.output === undefined) throw new UsageError('no file for the capture', 'give -o FILE.mmapcap')
    const words = args.target ?? []
    if (words.some(isCaptureName)) {
      throw new UsageError('a capture is made of processes that run', 'copy the file, or list it with --show')
    }
    checkCaptureFile(flags.output)
    const trees = openTrees(flags)
    if (flags.host && words.length > 0) throw new UsageError('--host takes no TARGET', 'it captures every process')
    const pids = flags.host
      ? listPids(trees).filter((pid) => hasMemory(trees, pid) && !(trees.own && pid === process.pid))
      : resolveTargets(trees, targetQuery(words, flags)).pids
    const progress = new Progress(this.io, flags.quiet)
    const { targets, failures, bytes } = await writeCapture(trees, pids, {
      file: flags.output,
      tool: this.tool,
      basic: flags.basic,
      maxStallMs: flags['max-stall'],
      redact: flags.redact,
      pagemap: flags.pagemap,
      onProgress: progress.update,
    })
    progress.done()
    let status: ExitStatus = EXIT.ok
    // Of all processes of a host some always end meanwhile or may not be read; asked for by name, that is a failure.
    if (!flags.host) for (const each of failures) status = this.complain(each).exit
    if (!flags.quiet) {
      const what = counted(targets.length, 'process')
      const without = failures.length === 0 ? '' : `; ${formatCount(failures.length)} could not be read, or not wholly`
      this.io.stderr.write(`${flags.output}: ${what}, ${formatBytes(bytes)}${without}\n`)
    }
    return status
  }
}
