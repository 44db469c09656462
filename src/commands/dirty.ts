import type { DirtyReport } from '../analysis/dirty/report.ts'
import { BaseCommand } from '../cli/base-command.ts'
import { dirtyFlags } from '../cli/dirty-flags.ts'
import { tableRequest, watchRequest } from '../cli/dirty-request.ts'
import { measureDirty } from '../cli/dirty-session.ts'
import { showDirty } from '../cli/dirty-view.ts'
import { watchDirty } from '../cli/dirty-watch.ts'
import { EXIT, type ExitStatus } from '../cli/exit.ts'
import { targetArgs } from '../cli/flags.ts'
import { noPermission } from '../cli/no-permission.ts'
import { Progress } from '../cli/progress.ts'
import { stallLimit } from '../cli/subject.ts'
import { meansSeveral, optionalTargetQuery } from '../cli/targets.ts'
import { UsageError } from '../cli/usage-error.ts'
import { collectHost } from '../collectors/host.ts'
import { resolveTargets } from '../collectors/targets.ts'
import { FailureError } from '../model/failure.ts'
import type { SetFailure } from '../output/maps-json.ts'
import type { Trees } from '../sources/trees.ts'

export default class Dirty extends BaseCommand {
  static override id = 'dirty'

  static override summary = 'Show what a power failure would take now, and when it will be written.'

  static override description = [
    'What is dirty: pages of files that were stored to and are not on their disk yet, by file, each counted once; beside them what is no data at risk: anonymous memory, private copies, memory without a disk. Where the host stands between its thresholds, and when the flusher acts.',
    'With a TARGET its files; without one the host and the processes that matter.',
    'smaps tells what mappings show. What write(2) stored, and whatever no mapping shows, only cachestat(2) tells (Linux 6.5, with the optional package koffi), of files that you own or may write. Without it figures are the least that they may be, and the report says so.',
  ].join('\n\n')

  static override examples = [
    { description: 'The host, and who has something to lose', command: '<%= config.bin %> dirty' },
    { description: 'The files of a process', command: '<%= config.bin %> dirty postgres --all' },
    { description: 'Its mappings, and which of them need msync', command: '<%= config.bin %> dirty 1234 --by mapping' },
    { description: 'Will the thresholds be reached', command: '<%= config.bin %> dirty --watch --interval 5s' },
    { description: 'For a program', command: '<%= config.bin %> dirty --json' },
  ]

  static override usage = 'dirty [TARGET...] [FLAGS]'
  static override args = targetArgs
  static override flags = dirtyFlags

  #status: ExitStatus = EXIT.ok
  readonly #failures: SetFailure[] = []

  protected override async execute(): Promise<ExitStatus> {
    const { args, flags } = await this.parse(Dirty)
    const { trees, words } = await this.openSubject(args.target ?? [], flags)
    const query = optionalTargetQuery(words, flags)
    const watch = watchRequest(flags)
    const table = tableRequest(flags, query !== null, this.io.stdout.isTerminal)
    if (watch !== null && trees.capture !== null)
      throw new UsageError('--watch needs a host that runs', 'a capture does not change')
    const host = collectHost(trees)
    const targets = query === null ? null : resolveTargets(trees, query)
    if (targets?.self != null && !flags.quiet) this.io.stderr.write(`self is process ${targets.self}\n`)
    const several = query !== null && meansSeveral(query)
    const progress = new Progress(this.io, flags.quiet, 'processes')
    const measure = (): DirtyReport =>
      measureDirty(trees, host, targets?.pids ?? null, {
        maxStallMs: stallLimit(trees, flags['max-stall']),
        openFiles: flags['open-files'],
        remote: flags.remote,
        onProgress: progress.update,
        onFailure: (error) => {
          if (!several) throw error
          this.#failed(error)
        },
      })
    if (watch !== null) {
      const look = targets === null ? null : () => readable(measure(), trees).total
      await watchDirty(trees, host, { request: watch, look, io: this.io, flags })
      return this.#status
    }
    const report = measure()
    progress.done()
    for (const { memory } of report.processes) {
      if (memory.space === null) this.#failed(noPermission(memory, trees))
    }
    showDirty(report, table, this.#failures, { io: this.io, tool: this.tool, flags })
    return this.#status
  }

  #failed(error: Error): void {
    const { exit, code, message } = this.complain(error)
    this.#status = exit
    this.#failures.push({ code, message })
  }
}

/** A report on processes that can be watched: none that forbids it, and some that are left. */
function readable(report: DirtyReport, trees: Trees): DirtyReport {
  const denied = report.processes.find(({ memory }) => memory.space === null)
  if (denied !== undefined) throw noPermission(denied.memory, trees)
  if (report.processes.length === 0) throw new FailureError({ code: 'no-match', what: 'the TARGETs any more' })
  return report
}
