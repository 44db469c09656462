import { type MapsReport, mapsReport } from '../analysis/maps-report.ts'
import { missingReason } from '../analysis/totals.ts'
import { BaseCommand } from '../cli/base-command.ts'
import { EXIT, type ExitStatus } from '../cli/exit.ts'
import { outputFlags, targetArgs, targetFlags } from '../cli/flags.ts'
import { mapsFlags } from '../cli/maps-flags.ts'
import { type MapsRequest, mapsRequest } from '../cli/maps-request.ts'
import { showReports } from '../cli/maps-view.ts'
import { noPermission } from '../cli/no-permission.ts'
import { Progress } from '../cli/progress.ts'
import { stallLimit } from '../cli/subject.ts'
import { meansSeveral, targetQuery } from '../cli/targets.ts'
import { collectHost, type HostFacts } from '../collectors/host.ts'
import { collectProcess } from '../collectors/process.ts'
import { resolveTargets } from '../collectors/targets.ts'
import { FailureError } from '../model/failure.ts'
import { KIND_NAMES } from '../model/kinds.ts'
import { COLUMN_NAMES } from '../output/mapping-columns.ts'
import { depthLine } from '../output/maps-footer.ts'
import type { SetFailure } from '../output/maps-json.ts'
import type { Trees } from '../sources/trees.ts'

export default class Maps extends BaseCommand {
  static override id = 'maps'

  static override summary = 'Show what a process has mapped, and what it costs.'

  static override description = [
    'Where the memory goes: totals, a rollup by kind, then every mapping.',
    'Needs ptrace read access to the process: run as its owner or as root. Without it, what everybody may read is shown and the exit status is 4.',
    'Reading smaps makes the process’s own mmap calls wait (page faults do not). The wait is predicted first, and above --max-stall maps is read, with what PAGEMAP_SCAN tells of pages.',
    `Columns: ${COLUMN_NAMES.join(', ')}, and every field of smaps by its name in the JSON.`,
    `Kinds: ${KIND_NAMES.join(', ')}.`,
  ].join('\n\n')

  static override examples = [
    { description: 'The shell you type in', command: '<%= config.bin %> maps self' },
    { description: 'By name, largest first', command: '<%= config.bin %> maps redis-server --sort rss --limit 20' },
    { description: 'What is writable and executable', command: '<%= config.bin %> maps 1234 --perms wx' },
    {
      description: 'Which mapping an address belongs to',
      command: '<%= config.bin %> maps 1234 --addr 0x7f12a3b4c010',
    },
    { description: 'Without any load on the process', command: '<%= config.bin %> maps 1234 --basic' },
    { description: 'For a program', command: '<%= config.bin %> maps 1234 --json' },
  ]

  static override usage = 'maps TARGET... [FLAGS]'
  static override args = targetArgs
  static override flags = { ...targetFlags, ...mapsFlags, ...outputFlags }

  #status: ExitStatus = EXIT.ok
  readonly #failures: SetFailure[] = []

  protected override async execute(): Promise<ExitStatus> {
    const { args, flags } = await this.parse(Maps)
    const { trees, words } = await this.openSubject(args.target ?? [], flags)
    const query = targetQuery(words, flags)
    const several = meansSeveral(query)
    const request = mapsRequest(flags, this.io.stdout.isTerminal)
    const progress = new Progress(this.io, flags.quiet)
    const host = collectHost(trees)
    const { pids, self } = resolveTargets(trees, query)
    if (self !== null && !flags.quiet) this.io.stderr.write(`self is process ${self}\n`)
    const read = (pid: number): MapsReport => readReport(pid, trees, host, request, progress)
    const reports = this.#reports(pids, several, request, read, trees)
    showReports(reports, request, {
      io: this.io,
      tool: this.tool,
      flags,
      several,
      failures: () => this.#failures,
    })
    return this.#status
  }

  /**
   * Tells, where the text itself does not, that figures are missing because smaps was not read; and refuses a question
   * that cannot be answered without them, instead of answering as if they were small.
   */
  #checkDepth(report: MapsReport, request: MapsRequest): void {
    const { space, pid } = report.memory
    if (space === null || space.depth === 'smaps' || space.shallow?.why === 'asked') return
    const reason = depthLine(space) ?? missingReason(report.memory)
    const flag = unanswerable(request, space.depth)
    if (flag !== null) throw new FailureError({ code: 'figures-not-read', pid, flag, reason })
    if (!request.worded) this.io.stderr.write(`${this.config.bin}: process ${pid}: ${reason}\n`)
  }

  #failed(error: Error): void {
    const { exit, code, message } = this.complain(error)
    this.#status = exit
    this.#failures.push({ code, message })
  }

  /** The reports that can be made; of several processes, one that cannot be read does not keep the others back. */
  *#reports(
    pids: readonly number[],
    several: boolean,
    request: MapsRequest,
    read: (pid: number) => MapsReport,
    trees: Trees,
  ): Generator<MapsReport> {
    for (const pid of pids) {
      try {
        const report = read(pid)
        this.#checkDepth(report, request)
        yield report
        if (report.memory.space === null) this.#failed(noPermission(report.memory, trees))
      } catch (error) {
        if (!several) throw error
        this.#failed(error as Error)
      }
    }
  }
}

/** What a question needs smaps for, when it was not read; `null` when nothing is missing. */
function unanswerable(request: MapsRequest, depth: 'maps' | 'pagemap'): string | null {
  if (depth === 'maps' && request.question.filter.minRss !== undefined) return '--min-rss'
  return request.allFields ? '--all-fields' : null
}

function readReport(pid: number, trees: Trees, host: HostFacts, request: MapsRequest, progress: Progress): MapsReport {
  const maxStallMs = stallLimit(trees, request.depth.maxStallMs)
  const depth = { ...request.depth, pages: true, maxStallMs, pageSize: host.pageSize, onProgress: progress.update }
  try {
    const memory = collectProcess(trees, host, pid, depth)
    return mapsReport(memory, host, request.question, trees.ledger.take())
  } finally {
    progress.done()
  }
}
