import { rmSync } from 'node:fs'
import { FaultAttribution } from '../analysis/faults/hotspots.ts'
import { faultsReport } from '../analysis/faults/report.ts'
import type { FoldedStacks } from '../analysis/faults/stacks.ts'
import { collectFaultHost, type MeasuringHost } from '../collectors/fault-host.ts'
import { cmdlineOf, commOf } from '../collectors/processes.ts'
import { resolveTargets } from '../collectors/targets.ts'
import { FailureError } from '../model/failure.ts'
import type { Attribution } from '../model/fault-attribution.ts'
import type { CacheDrop } from '../model/fault-notes.ts'
import type { FaultRun, RawRun } from '../model/faults.ts'
import type { FaultProvenance, FaultsReport } from '../model/faults-report.ts'
import { swappedIn, swappedOut } from '../model/host-events.ts'
import { parseRun } from '../parsers/perf-run.ts'
import { PerfScriptParser } from '../parsers/perf-script.ts'
import type { PerfRefusal } from '../runners/attach.ts'
import { watchProcess } from '../runners/attach-pid.ts'
import { dropCache, filesOf } from '../runners/cold.ts'
import { freeGate } from '../runners/gate.ts'
import type { Inherited } from '../runners/inherited.ts'
import { PrivateDirectory } from '../runners/private-directory.ts'
import { printRecording, type RecordPlan } from '../runners/record.ts'
import { type MeasuredRun, type Recorded, runProgram } from '../runners/run-program.ts'
import { SignalGuard } from '../runners/signals.ts'
import { RepeatedStdin } from '../runners/stdin.ts'
import { liveTrees } from '../sources/trees.ts'
import { checkProgram } from './check-program.ts'
import { EXIT } from './exit.ts'
import { ExitError } from './exit-error.ts'
import { cannotStart, failureOf, noPerf, statusOf } from './faults-failures.ts'
import { abbaOrder } from './faults-order.ts'
import { PerfInUse } from './faults-perf.ts'
import { recordPlan } from './faults-recording.ts'
import type { Argv, FaultsRequest } from './faults-request.ts'
import { isCaptureName } from './subject.ts'
import { UsageError } from './usage-error.ts'

/** The answer, and how the measured program ended. */
export interface FaultsAnswer {
  readonly report: FaultsReport
  readonly stacks: FoldedStacks | null
  readonly status: number
  /** A part of the answer that could not be had. */
  readonly complaint: ExitError | null
}

/** Where a session may tell what it does, and where the program's stdout goes. */
export interface SessionOptions {
  readonly env: NodeJS.ProcessEnv
  readonly stdout: number | undefined
  readonly inherited: Inherited
}

/** Measures what was asked for: a process, a program, or two programs in turn. */
export async function measureFaults(request: FaultsRequest, options: SessionOptions): Promise<FaultsAnswer> {
  using directory = new PrivateDirectory()
  using signals = new SignalGuard(options.inherited.ignored)
  const session = new Session(request, options, directory, signals)
  await session.prepare()
  return await (request.target === null ? session.runPrograms() : session.watch(request.target))
}

class Session {
  readonly #request: FaultsRequest
  readonly #options: SessionOptions
  readonly #directory: PrivateDirectory
  readonly #signals: SignalGuard
  readonly #trees = liveTrees()
  readonly #measuring: MeasuringHost
  readonly #provenance: FaultProvenance[] = []
  readonly #from = performance.now()
  readonly #perf = new PerfInUse()
  #dropped: CacheDrop | null = null
  #complaint: ExitError | null = null

  constructor(request: FaultsRequest, options: SessionOptions, directory: PrivateDirectory, signals: SignalGuard) {
    this.#request = request
    this.#options = options
    this.#directory = directory
    this.#signals = signals
    this.#measuring = collectFaultHost(this.#trees)
  }

  /** Finds perf, and the programs, before anything runs. */
  async prepare(): Promise<void> {
    const { programs } = this.#request
    for (const [name] of programs) checkProgram(name, this.#options.env)
    if (programs.length > 0 && freeGate(this.#options.inherited) === null) {
      throw new UsageError('file descriptors 3 to 9 are all open', 'close one of them: it takes one to hold a program')
    }
    await this.#perf.find(this.#request, this.#options.env, this.#measuring)
  }

  async runPrograms(): Promise<FaultsAnswer> {
    const { programs, runs, warmups, repeated } = this.#request
    const several = programs.length * (runs + warmups) > 1
    using stdin = several ? new RepeatedStdin(this.#directory) : null
    const measured: MeasuredRun[][] = programs.map(() => [])
    let last: MeasuredRun | null = null
    for (const { program, warmup } of abbaOrder(programs.length, warmups, runs)) {
      const argv = programs[program] as Argv
      const earlier = measured[program] ?? []
      last = await this.#runOnce(argv, warmup, earlier, stdin?.next())
      earlier.push(last)
      if (this.#signals.interrupted !== null) break
    }
    if (last === null) throw new RangeError('nothing was run')
    const parsed = measured.map((each) => each.map(({ raw }) => parseRun(raw)))
    const { attribution, stacks } = await this.#attribution(last.recorded, parseRun(last.raw))
    const [first = [], second] = parsed
    const reference = programs[0] as Argv
    const other = second === undefined || second.length === 0 ? null : { command: programs[1] ?? [], runs: second }
    const report = this.#report(reference, first, { repeated, other, attribution })
    return { report, stacks, status: statusOf(measured.flat().map(({ raw }) => raw.exit)), complaint: this.#complaint }
  }

  async watch(word: string): Promise<FaultsAnswer> {
    if (isCaptureName(word)) throw new UsageError('--pid needs a process that runs', 'in a capture nothing faults')
    const query = { words: [word], pgrep: null, cgroup: null, children: false, all: false }
    const [pid] = resolveTargets(this.#trees, query).pids
    const comm = pid === undefined ? null : commOf(this.#trees, pid)
    if (pid === undefined || comm === null) throw new FailureError({ code: 'no-such-process', pid: pid ?? 0 })
    const { host } = this.#measuring
    const { raw, recorded } = await watchProcess({
      pid,
      command: cmdlineOf(this.#trees, pid),
      durationMs: this.#request.durationMs,
      host,
      perf: this.#perf.tool,
      perfAbsent: this.#perf.absent,
      events: this.#perf.lists,
      refused: this.#perf.refused,
      record: this.#recordPlan(null),
      signals: this.#signals,
    })
    const run = parseRun(raw)
    this.#note(`perf stat -p ${pid}`, raw.wallMs, 0)
    if (raw.kernel === null) throw new FailureError({ code: 'no-such-process', pid })
    if (this.#request.backend === 'perf' && run.failure !== null) throw noPerf(run.failure)
    const { attribution, stacks } = await this.#attribution(recorded, run)
    const command = raw.argv.length > 0 ? raw.argv : [comm]
    const report = this.#report(command, [run], { repeated: false, other: null, attribution, target: { pid, comm } })
    return { report, stacks, status: EXIT.ok, complaint: this.#complaint }
  }

  async #runOnce(
    argv: Argv,
    warmup: boolean,
    earlier: readonly MeasuredRun[],
    stdin: number | undefined,
  ): Promise<MeasuredRun> {
    const { host } = this.#measuring
    const { backend, cold } = this.#request
    const mapped = earlier.at(-1)?.mapped ?? []
    if (cold) await this.#drop(argv, mapped)
    const run = await runProgram({
      argv,
      stdin,
      stdout: this.#options.stdout,
      inherited: this.#options.inherited,
      host,
      warmup,
      perf: this.#perf.tool,
      perfAbsent: this.#perf.absent,
      perfRequired: backend === 'perf',
      events: this.#perf.lists,
      refused: this.#perf.refused,
      record: warmup ? null : this.#recordPlan(earlier.at(-1)?.raw ?? null),
      signals: this.#signals,
      env: this.#options.env,
      files: cold,
    }).catch((error: unknown) => {
      throw cannotStart(error)
    })
    const parsed = parseRun(run.raw)
    if (run.withheld) throw noPerf(parsed.failure)
    this.#perf.learn(run.raw, parsed)
    this.#note(argv.join(' '), run.raw.wallMs, run.recorded?.ok === true ? run.recorded.bytes : 0)
    return run
  }

  #recordPlan(earlier: RawRun | null): RecordPlan | null {
    const { record } = this.#request
    if (record === null) return null
    return recordPlan(record, { uid: this.#measuring.host.uid, directory: this.#directory.path, earlier })
  }

  async #drop(argv: Argv, mapped: readonly string[]): Promise<void> {
    const files = await filesOf(argv, mapped, this.#options.env)
    const from = performance.now()
    const outcome = await dropCache(files, this.#options.env)
    if ('reason' in outcome) {
      throw new ExitError(EXIT.noAnswer, 'not-cold', `--cold cannot drop any page cache here: ${outcome.reason}`)
    }
    this.#dropped = outcome
    this.#note('posix_fadvise POSIX_FADV_DONTNEED', performance.now() - from, outcome.bytes ?? 0)
  }

  async #attribution(
    recorded: Recorded | null,
    { pid, wallMs, hostEvents }: FaultRun,
  ): Promise<{ readonly attribution: Attribution | null; readonly stacks: FoldedStacks | null }> {
    const { record } = this.#request
    const { tool } = this.#perf
    if (record === null || recorded === null) return { attribution: null, stacks: null }
    if (!recorded.ok) return this.#noRecording(recorded.refusal)
    if (tool === null) return { attribution: null, stacks: null }
    const from = performance.now()
    const paranoid = this.#measuring.host.paranoid ?? 2
    const facts = {
      perfVersion: tool.version,
      period: recorded.period,
      userOnly: this.#measuring.host.uid !== 0 && paranoid >= 2,
      errorCodes: recorded.errorCodes,
      pageSize: this.#measuring.host.pageSize,
      heldPid: this.#request.target === null ? pid : null,
      swapped: (swappedIn(hostEvents) ?? 0) + (swappedOut(hostEvents) ?? 0) > 0,
      bytes: recorded.bytes,
      scriptMs: null,
      wallMs,
    }
    const attribution = new FaultAttribution(facts, { ...record, folded: record.folded !== null })
    const parser = new PerfScriptParser((event) => attribution.add(event))
    const end = await printRecording(tool, recorded.file, recorded, (piece) => parser.write(piece))
    parser.end()
    rmSync(recorded.file, { force: true })
    if (end.status !== 0) return this.#noRecording(end)
    this.#note('perf script', performance.now() - from, recorded.bytes)
    return {
      attribution: attribution.report(parser.unparsed),
      stacks: record.folded === null ? null : attribution.stacks,
    }
  }

  /** The program has run, so what was counted is told all the same. */
  #noRecording(refusal: PerfRefusal): { readonly attribution: null; readonly stacks: null } {
    this.#complaint = noPerf(failureOf(refusal))
    return { attribution: null, stacks: null }
  }

  #report(
    command: readonly string[],
    runs: readonly FaultRun[],
    rest: {
      readonly repeated: boolean
      readonly other: { readonly command: readonly string[]; readonly runs: readonly FaultRun[] } | null
      readonly attribution: Attribution | null
      readonly target?: FaultsReport['target']
    },
  ): FaultsReport {
    return faultsReport({
      host: this.#measuring.host,
      backend: this.#request.backend,
      target: null,
      command,
      runs,
      costs: null,
      dropped: this.#dropped,
      provenance: this.#provenance,
      ...rest,
    })
  }

  #note(source: string, durationMs: number, bytes: number): void {
    this.#provenance.push({ source, at: performance.now() - this.#from - durationMs, durationMs, bytes })
  }
}
