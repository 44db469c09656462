import { programFailure } from '../../analysis/gate/program-failure.ts'
import { type GateRun, NotMeasured, NotStarted, type RunRequest } from '../../model/gate/measurer.ts'
import type { ProgramFailure } from '../../model/gate/report.ts'
import type { Scenario } from '../../model/gate/scenario.ts'
import { findProgram } from '../../runners/program.ts'
import { programEnv } from './program-env.ts'
import type { GateMoment, GateWorld } from './world.ts'

/** Runs of a scenario, made one after the other until one fails. */
export class ScenarioRuns {
  readonly scenario: Scenario
  readonly env: Readonly<Record<string, string>>
  readonly #world: GateWorld
  readonly #runs: GateRun[] = []
  #failure: ProgramFailure | null = null
  #failedNotes: readonly string[] = []
  #refusal: string | null = null
  #warmedUp = 0
  #aslr: GateRun['aslr'] = null
  #expected: RunRequest['expected'] = null

  constructor(scenario: Scenario, world: GateWorld) {
    this.scenario = scenario
    this.env = programEnv(scenario.env, world.env)
    this.#world = world
    this.#failure = this.#notFound()
  }

  get runs(): readonly GateRun[] {
    return this.#runs
  }

  get failure(): ProgramFailure | null {
    return this.#failure
  }

  /** What is to be known of the run that failed. */
  get failedNotes(): readonly string[] {
    return this.#failedNotes
  }

  /** Why nothing can be measured here; `null` as long as it can. */
  get refusal(): string | null {
    return this.#refusal
  }

  /** Of the last run; `null` when it is not known. */
  get aslr(): GateRun['aslr'] {
    return this.#aslr
  }

  /** Whether further runs make no sense. */
  get ended(): boolean {
    return this.#failure !== null || this.#refusal !== null || this.#world.signal.aborted
  }

  /** Makes runs that do not count, and then as many as there shall be in all. */
  async make(count: number): Promise<void> {
    const { warmup } = this.scenario
    while (this.#warmedUp < warmup && !this.ended) await this.once('warm-up', warmup)
    while (this.#runs.length < count && !this.ended) await this.once('run', count)
  }

  /** Makes one run. */
  async once(phase: 'warm-up' | 'run', of: number): Promise<void> {
    const made = phase === 'run' ? this.#runs.length : this.#warmedUp
    const moment: GateMoment = { scenario: this.scenario.name, phase, run: made + 1, of }
    this.#world.progress(moment)
    const run = await this.#start()
    if (run === null || this.#world.signal.aborted) return
    this.#aslr = run.aslr
    this.#expected = peakOf(run) ?? this.#expected
    this.#failure = programFailure(run, this.scenario)
    if (this.#failure !== null) this.#failedNotes = run.notes
    if (phase === 'warm-up') this.#warmedUp++
    else if (this.#failure === null) this.#runs.push(run)
  }

  async #start(): Promise<GateRun | null> {
    const { argv, cwd, stdin, timeoutMs, aslr, server, limits, max } = this.scenario
    const dtlbMisses = max.has('dtlb-misses') || limits.get('dtlb-misses')?.value != null
    const { signal } = this.#world
    const request: RunRequest = {
      argv,
      cwd,
      env: this.env,
      stdin,
      timeoutMs,
      aslr,
      expected: this.#expected,
      dtlbMisses,
      signal,
    }
    try {
      const { measurer } = this.#world
      return server === null ? await measurer.run(request) : await measurer.serve(request, server)
    } catch (error) {
      if (error instanceof NotStarted) {
        this.#failure = { code: 'not-started', reason: error.reason, program: argv[0] ?? '' }
      } else if (error instanceof NotMeasured) {
        this.#refusal = error.message
      } else throw error
      return null
    }
  }

  /** A program that is not there is known without a run. */
  #notFound(): ProgramFailure | null {
    const { argv, cwd } = this.scenario
    const [name = ''] = argv
    const program = findProgram(Buffer.from(name).toString('latin1'), this.env['PATH'], cwd)
    if (program.found) return null
    const reason = program.reason === 'not-found' ? 'not-found' : 'not-executable'
    return { code: 'not-started', reason, program: name }
  }
}

/** How high a run came, of which the next one is told. */
function peakOf({ metrics, peak }: GateRun): RunRequest['expected'] {
  if (peak === null) return null
  return { rss: Math.max(peak.rss, metrics['peak-rss'].value ?? 0), own: Math.max(peak.anon, metrics.anon.value ?? 0) }
}
