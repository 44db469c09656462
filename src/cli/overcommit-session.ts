import { ownershipReport } from '../analysis/overcommit/ownership.ts'
import { type PromiseReport, promiseReport } from '../analysis/overcommit/process-report.ts'
import { CgroupKillCounter } from '../collectors/cgroup-kills.ts'
import { cgroupMounts, readersMounts } from '../collectors/cgroup-mounts.ts'
import { type CommitSample, collectCommitSample } from '../collectors/commit-host.ts'
import { collectHost, type HostFacts } from '../collectors/host.ts'
import { collectLimitSample, collectOomScores, type LimitSample } from '../collectors/limit-sample.ts'
import { listPids } from '../collectors/processes.ts'
import { resolveTargets, type TargetQuery } from '../collectors/targets.ts'
import type { SourceRead } from '../model/provenance.ts'
import type { SetFailure, Tool } from '../output/maps-json.ts'
import type { Trees } from '../sources/trees.ts'
import type { Outcome } from './base-command.ts'
import { EXIT, type ExitStatus } from './exit.ts'
import type { Io } from './io.ts'
import { noPermission } from './no-permission.ts'
import { lookAtHost } from './overcommit-host.ts'
import { oomRules, type ProcessContext, readTarget } from './overcommit-processes.ts'
import type { HostRequest, ProcessRequest } from './overcommit-request.ts'
import { type ScanOptions, scanHost } from './overcommit-scan.ts'
import { OvercommitView, type OvercommitViewFlags } from './overcommit-view.ts'
import { pause } from './pause.ts'
import { Progress } from './progress.ts'
import { stallLimit } from './subject.ts'
import { meansSeveral, type TargetFlags } from './targets.ts'

/** What a run of the command has at hand. */
interface SessionOptions {
  readonly io: Io
  readonly tool: Tool
  readonly trees: Trees
  readonly flags: TargetFlags & OvercommitViewFlags
  readonly complain: (error: Error) => Outcome
}

/** One run of `mmapctl overcommit`: reads, and has the report written. */
export class OvercommitSession {
  readonly #options: SessionOptions
  readonly #trees: Trees
  readonly #facts: HostFacts
  readonly #view: OvercommitView
  #status: ExitStatus = EXIT.ok
  /** Counts kills in cgroups before and after an interval. */
  #kills: CgroupKillCounter | null = null

  constructor(options: SessionOptions) {
    this.#options = options
    this.#trees = options.trees
    this.#facts = collectHost(this.#trees)
    this.#view = new OvercommitView(options)
  }

  /** Reports on the host. */
  async host(request: HostRequest): Promise<ExitStatus> {
    const trees = this.#trees
    const earlier = await this.#earlier(request.intervalMs)
    const started = performance.now()
    const view = lookAtHost(trees, this.#facts, earlier, this.#kills)
    const progress = new Progress(this.#options.io, this.#options.flags.quiet, 'processes')
    const readings = scanHost(trees, view, this.#scanOptions(request, progress))
    progress.done()
    const report = ownershipReport(view, readings, request.question)
    const provenance = trees.ledger.take()
    this.#view.showHost(report, request, { provenance, durationMs: performance.now() - started }, (read) =>
      this.#isOfProcess(read),
    )
    return this.#status
  }

  /** Reports on the processes that a query means. */
  async processes(query: TargetQuery, request: ProcessRequest): Promise<ExitStatus> {
    const trees = this.#trees
    const { pids, self } = resolveTargets(trees, query)
    if (self !== null && !this.#options.flags.quiet) this.#options.io.stderr.write(`self is process ${self}\n`)
    const mounts = cgroupMounts(trees, readersMounts(trees))
    const samples = new Map<number, LimitSample>()
    for (const pid of request.intervalMs === null ? [] : pids) {
      const sample = collectLimitSample(trees, pid, mounts)
      if (sample !== null) samples.set(pid, sample)
    }
    const earlier = await this.#earlier(request.intervalMs)
    const view = lookAtHost(trees, this.#facts, earlier, this.#kills)
    const candidates = collectOomScores(trees, listPids(trees))
    const context: ProcessContext = { trees, facts: this.#facts, view, mounts, earlier: samples, candidates }
    const common = trees.ledger.take().filter((read) => !this.#isOfProcess(read))
    const failures: SetFailure[] = []
    const reports = this.#reports(pids, meansSeveral(query), context, request, failures)
    this.#view.showProcesses(reports, view, request, { common, failures })
    return this.#status
  }

  /** The reports that can be made; of several processes, one that cannot be read does not keep the others back. */
  *#reports(
    pids: readonly number[],
    several: boolean,
    context: ProcessContext,
    request: ProcessRequest,
    failures: SetFailure[],
  ): Generator<{ report: PromiseReport; provenance: readonly SourceRead[]; durationMs: number }> {
    const progress = new Progress(this.#options.io, this.#options.flags.quiet)
    const rules = oomRules(this.#facts)
    const fail = (error: Error): void => {
      const { exit, code, message } = this.#options.complain(error)
      this.#status = exit
      failures.push({ code, message })
    }
    for (const pid of pids) {
      const started = performance.now()
      try {
        const readings = readTarget(pid, context, this.#scanOptions(request, progress))
        progress.done()
        const durationMs = performance.now() - started
        const report = promiseReport(context.view, readings, rules, request.question)
        yield { report, provenance: this.#trees.ledger.take(), durationMs }
        if (readings.memory.space === null) fail(noPermission(readings.memory, this.#trees))
      } catch (error) {
        progress.done()
        if (!several) throw error
        fail(error as Error)
      }
    }
  }

  /** Takes a sample and waits; Ctrl-C ends the wait, and the report is on the shorter time. */
  async #earlier(intervalMs: number | null): Promise<CommitSample | null> {
    // What was captured is one moment.
    if (intervalMs === null || this.#trees.capture !== null) return null
    this.#kills = new CgroupKillCounter(cgroupMounts(this.#trees, readersMounts(this.#trees)))
    const sample = collectCommitSample(this.#trees, this.#kills)
    await pause(intervalMs)
    return sample
  }

  #scanOptions(request: HostRequest | ProcessRequest, progress: Progress): ScanOptions {
    const { basic } = request
    const maxStallMs = stallLimit(this.#trees, request.maxStallMs)
    return { basic, maxStallMs, pageSize: this.#facts.pageSize, onProgress: progress.update }
  }

  #isOfProcess(read: SourceRead): boolean {
    const root = this.#trees.proc.pathOf('.').replace(/\/?\.?$/, '')
    return read.path.startsWith(`${root}/`) && /^[0-9]/.test(read.path.slice(root.length + 1))
  }
}
