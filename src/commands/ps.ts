import { PS_FIELDS } from '../analysis/ps/fields.ts'
import { psReport } from '../analysis/ps/report.ts'
import { BaseCommand } from '../cli/base-command.ts'
import { EXIT, type ExitStatus } from '../cli/exit.ts'
import { targetArgs } from '../cli/flags.ts'
import { Progress } from '../cli/progress.ts'
import { psFlags } from '../cli/ps-flags.ts'
import { type PsRequest, psRequest } from '../cli/ps-request.ts'
import { failuresOf, type PsSelection, refusalsOf, selectProcesses } from '../cli/ps-targets.ts'
import { showPs } from '../cli/ps-view.ts'
import { stallLimit } from '../cli/subject.ts'
import { optionalTargetQuery } from '../cli/targets.ts'
import { collectHost, type HostFacts } from '../collectors/host.ts'
import { type ProcessSurvey, surveyProcesses } from '../collectors/process-survey.ts'
import type { Trees } from '../sources/trees.ts'

export default class Ps extends BaseCommand {
  static override id = 'ps'

  static override summary = 'Show which processes have the memory, and where all of the RAM is.'

  static override description = [
    'Every process with what it costs: PSS, in which shared pages count once over all processes, USS, RSS and its parts, swap, huge pages; the largest first. Then where the RAM of the host is, from meminfo.',
    'PSS and USS need ptrace read access: as root of all processes, else of your own. What may not be read is shown as –, counted and named; since a list is an answer all the same, the exit status is then 0, but 4 for a process that was asked for by its PID.',
    'Walking a process’s pages makes its own mmap calls wait (page faults do not). The wait is predicted first, and above --max-stall a process is not walked. The columns decide which files are read; --basic reads none that could wait for a process.',
    `Columns: ${PS_FIELDS.map((field) => field.name).join(', ')}.`,
  ].join('\n\n')

  static override examples = [
    { description: 'Who has the memory', command: '<%= config.bin %> ps' },
    { description: 'By program', command: '<%= config.bin %> ps --group-by name' },
    { description: 'A server and its workers', command: '<%= config.bin %> ps postgres --children' },
    { description: 'Who would be killed first', command: '<%= config.bin %> ps --sort oomscore --top 10' },
    { description: 'Only what is cheap', command: '<%= config.bin %> ps --columns pid,rss,swap,majflt,name' },
    { description: 'On a host that hangs', command: '<%= config.bin %> ps --basic' },
    { description: 'For a program', command: '<%= config.bin %> ps --json' },
  ]

  static override usage = 'ps [TARGET...] [FLAGS]'
  static override args = targetArgs
  static override flags = psFlags

  protected override async execute(): Promise<ExitStatus> {
    const { args, flags } = await this.parse(Ps)
    const targets = { ...flags, all: false }
    const { trees, words, chosen } = await this.openSubject(args.target ?? [], targets)
    const query = optionalTargetQuery(words, targets)
    const request = psRequest(flags, this.io.stdout, query === null && flags.user === undefined)
    const host = collectHost(trees)
    const selected = selectProcesses(trees, query, flags.user)
    // Nobody asked for each process of a capture of many.
    const selection = chosen || selected.pids.length === 1 ? selected : { ...selected, named: [] }
    if (selection.self !== null && !flags.quiet) this.io.stderr.write(`self is process ${selection.self}\n`)
    const survey = this.#survey(trees, host, selection, request, flags.quiet)
    const report = psReport(survey, request.question)
    const failures = [...failuresOf(trees, survey, selection, flags.user), ...refusalsOf(trees, report, selection)]
    if (survey.list.processes.length === 0 && failures[0] !== undefined) throw failures[0]
    const told = failures.map((failure) => this.complain(failure))
    showPs(report, request, {
      io: this.io,
      tool: this.tool,
      flags,
      failures: told.map(({ code, message }) => ({ code, message })),
    })
    return told.length === 0 ? EXIT.ok : EXIT.noAnswer
  }

  #survey(trees: Trees, host: HostFacts, selection: PsSelection, request: PsRequest, quiet: boolean): ProcessSurvey {
    const progress = new Progress(this.io, quiet, 'processes')
    const { wanted } = request
    const maxStallMs = stallLimit(trees, request.maxStallMs)
    try {
      const terms = { wanted, maxStallMs, uid: selection.uid, onProgress: progress.update }
      return surveyProcesses(trees, host, selection.pids, terms)
    } finally {
      progress.done()
    }
  }
}
