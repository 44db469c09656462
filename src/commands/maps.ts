import { type MapsReport, mapsReport } from '../analysis/maps-report.ts'
import { BaseCommand } from '../cli/base-command.ts'
import { EXIT, type ExitStatus } from '../cli/exit.ts'
import { outputFlags, targetArgs, targetFlags } from '../cli/flags.ts'
import { mapsFlags } from '../cli/maps-flags.ts'
import { type MapsRequest, mapsRequest } from '../cli/maps-request.ts'
import { showReports } from '../cli/maps-view.ts'
import { Progress } from '../cli/progress.ts'
import { meansSeveral, openTrees, targetQuery } from '../cli/targets.ts'
import { collectHost, type HostFacts } from '../collectors/host.ts'
import { collectProcess } from '../collectors/process.ts'
import { resolveTargets } from '../collectors/targets.ts'
import { FailureError } from '../model/failure.ts'
import { KIND_NAMES } from '../model/kinds.ts'
import { COLUMN_NAMES } from '../output/mapping-columns.ts'
import type { Trees } from '../sources/trees.ts'

export default class Maps extends BaseCommand {
  static override id = 'maps'

  static override summary = 'Show what a process has mapped, and what it costs.'

  static override description = [
    'Where the memory goes: totals, a rollup by kind, then every mapping.',
    'Needs ptrace read access to the process: run as its owner or as root. Without it, what everybody may read is shown and the exit status is 4.',
    'Reading smaps makes the process’s own mmap calls wait (page faults do not). The wait is predicted first, and above --max-stall only maps is read.',
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

  protected override async execute(): Promise<ExitStatus> {
    const { args, flags } = await this.parse(Maps)
    const query = targetQuery(args.target ?? [], flags)
    const several = meansSeveral(query)
    const request = mapsRequest(flags, this.io.stdout.isTerminal)
    const progress = new Progress(this.io, flags.quiet)
    const trees = openTrees(flags)
    const host = collectHost(trees)
    const { pids, self } = resolveTargets(trees, query)
    if (self !== null && !flags.quiet) this.io.stderr.write(`self is process ${self}\n`)
    const reports = this.#reports(pids, several, (pid) => readReport(pid, trees, host, request, progress))
    showReports(reports, request, { io: this.io, tool: this.tool, flags, several })
    return this.#status
  }

  /** The reports that can be made; of several processes, one that cannot be read does not keep the others back. */
  *#reports(pids: readonly number[], several: boolean, read: (pid: number) => MapsReport): Generator<MapsReport> {
    for (const pid of pids) {
      try {
        const report = read(pid)
        yield report
        if (report.memory.space === null) this.#status = this.complain(noPermission(report))
      } catch (error) {
        if (!several) throw error
        this.#status = this.complain(error as Error)
      }
    }
  }
}

function readReport(pid: number, trees: Trees, host: HostFacts, request: MapsRequest, progress: Progress): MapsReport {
  const depth = { ...request.depth, pageSize: host.pageSize, onProgress: progress.update }
  try {
    const memory = collectProcess(trees, host, pid, depth)
    return mapsReport(memory, host, request.question, trees.ledger.take())
  } finally {
    progress.done()
  }
}

function noPermission(report: MapsReport): FailureError {
  const { pid, stat, user } = report.memory
  return new FailureError({ code: 'no-permission', process: { pid, comm: stat.comm }, user })
}
